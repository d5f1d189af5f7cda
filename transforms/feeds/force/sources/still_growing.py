"""Whether a file is whole: a transfer that goes on shows between two looks at it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Look:
    """A file as it was at one moment."""

    size_bytes: int
    modified_ns: int
    mark: str = ""  # what a server says instead: its ETag

    @property
    def names_bytes(self) -> bool:
        """Whether it says more than a length, so that other bytes look otherwise."""
        return bool(self.modified_ns or self.mark.strip())


def is_settled(before: Look, after: Look) -> bool:
    """Whether nothing was written between two looks."""
    return before == after
