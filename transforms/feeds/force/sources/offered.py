"""What a force's place of delivery offers: its drops by name, each whole or not at all.

A drop that is cut off on its way, or written to while it is read, is refused: nothing
of it is handed on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from transforms.errors import FileRejectedError
from transforms.feeds.force.sources.still_growing import Look, is_settled
from transforms.feeds.force.sources.watermark import Mark


_MOST_BYTES = 2 << 30


@dataclass
class Answer:
    """What a database was asked for, by a watermark, and how far its answer reaches."""

    is_whole: bool  # all that there is, and not what changed since a mark
    newest: Mark | None = None  # once it is read; None where it has no row


@dataclass(frozen=True)
class OfferedDrop:
    """One drop that is whole, and the way to its bytes."""

    name: str
    read: Callable[[], bytes]
    listed: str = ""  # place, size and time (or ETag); nothing where they are not known
    is_answer: bool = False  # of a database: its name says only when it was asked for
    answer: Answer | None = None  # of a database that is asked by a watermark


# Whether a drop of that name, listed so, is stored already: it need not be read.
Known = Callable[[str, str], bool]


def nothing_known(_name: str, _listed: str) -> bool:
    """Every drop is read."""
    return False


class DropSource(Protocol):
    """A place that a force delivers to."""

    growing: list[str]  # names that the last look leaves for later, in order
    unread: list[str]  # names that it found as they were known

    def offered(self, known: Known = nothing_known) -> list[OfferedDrop]:
        """The drops that are whole now and not known, by name.

        Raises `SourceError` if there is no list.
        """
        ...


def check_size(where: str, size_bytes: int) -> None:
    """Refuse what is more than any drop of a force."""
    if size_bytes > _MOST_BYTES:
        raise FileRejectedError(f"{where}: over {_MOST_BYTES >> 30} GB")


def read_whole(
    where: str,
    listed: Look,
    look: Callable[[], Look],
    read: Callable[[], bytes],
) -> bytes:
    """The bytes of a drop that is, before and after, the one that was listed."""
    check_size(where, listed.size_bytes)
    _check_same(where, listed, look())
    data = read()
    _check_same(where, listed, look())
    if len(data) != listed.size_bytes:
        raise FileRejectedError(
            f"{where}: {len(data):,} of {listed.size_bytes:,} bytes came; nothing is"
            " taken of it"
        )
    return data


def _check_same(where: str, listed: Look, now: Look) -> None:
    if not is_settled(listed, now):
        raise FileRejectedError(
            f"{where}: written to since it was listed; nothing is taken of it before"
            " it is whole"
        )
