"""What can go wrong, in words for the person who has to mend it.

Every error of ours carries the exit code of the command that meets it, and is shown
as one line, without a traceback.
"""


class HexbeatError(Exception):
    """Something went wrong that hexbeat can say in one line."""

    exit_code = 1


class UsageError(HexbeatError):
    """The user asked for something that cannot be: a mistyped force, a bad month."""

    exit_code = 2


class FileRejectedError(HexbeatError):
    """A file is not what it says it is: the month stays as it was."""


class ForceError(HexbeatError):
    """One force could not be done; the others are not touched."""


class LakeError(HexbeatError):
    """The lake does not hold what its ledger says."""


class HeldError(HexbeatError):
    """Nothing went wrong, but a person has to look before anything is published."""

    exit_code = 3


class SourceError(HexbeatError):
    """A source over the network could not be read: what it holds is not known."""


class DeferredError(SourceError):
    """A source asks to be left alone for longer than a run should wait."""

    def __init__(self, message: str, wait_seconds: float) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds
