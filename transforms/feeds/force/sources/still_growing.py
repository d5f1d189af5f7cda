"""Whether a file is whole: a transfer that goes on shows between two looks at it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Look:
    """A file as it was at one moment."""

    size_bytes: int
    modified_ns: int
    mark: str = ""  # what a server says instead: its ETag


def is_settled(before: Look, after: Look) -> bool:
    """Whether nothing was written between two looks."""
    return before == after
