"""What can go wrong, in words for the person who has to fix it.

Every error of ours carries the exit code of the command that meets it, and is shown
as one line, without a traceback. The line is made safe where it is made: it contains no
escapes, no line breaks and no secret of an address, wherever it goes.
"""

from transforms.plain_text import plain


class HexbeatError(Exception):
    """Something went wrong that hexbeat can say in one line."""

    exit_code = 1

    def __init__(self, message: object = "") -> None:
        super().__init__(plain(message))


class UsageError(HexbeatError):
    """The user asked for something that cannot be: a mistyped force, a bad month."""

    exit_code = 2


class FileRejectedError(HexbeatError):
    """A file is not what it says it is: the month stays as it was."""


class ForceError(HexbeatError):
    """One force could not be done; the others are not touched."""


class LakeError(HexbeatError):
    """The lake does not contain what its ledger says."""


class WithheldError(HexbeatError):
    """Nothing went wrong, but it is withheld until a person has decided."""

    exit_code = 3


class SourceError(HexbeatError):
    """A source over the network could not be read: what it offers is not known."""


class DeferredError(SourceError):
    """A source asks to be left alone for longer than a run should wait."""

    def __init__(self, message: str, wait_seconds: float) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds
