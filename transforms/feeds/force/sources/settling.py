"""Which drops are whole: two looks at a place show it, or a mark next to a drop.

A force's machine writes while we read. Of a drop that grows nothing is taken; the next
look finds it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from transforms.errors import FileRejectedError
from transforms.feeds.force.sources.offered import Known, OfferedDrop, nothing_known
from transforms.feeds.force.sources.still_growing import Look, is_settled


DONE = ".done"  # kent.csv.done says that kent.csv is whole
BETWEEN_LOOKS_SECONDS = 10.0
# What transfers name that they have not brought yet: one that stalls seems whole.
_NO_DROPS = (DONE, ".filepart", ".part", ".partial", ".tmp")

Listing = Mapping[str, Look]


@dataclass(frozen=True)
class Settled:
    """What two looks at a place show."""

    where: str
    whole: dict[str, Look]  # by name, in order
    growing: list[str]
    unread: list[str]  # as they were known
    misnamed: list[str]  # no file of ours may be called so

    def offered(
        self, reader: Callable[[str, Look], Callable[[], bytes]]
    ) -> list[OfferedDrop]:
        """The drops that are whole; one that is misnamed is refused when it is read."""
        refused = [OfferedDrop(repr(n), _refuser(self.where, n)) for n in self.misnamed]
        return refused + [
            OfferedDrop(name, reader(name, look), _listed(self.where, look))
            for name, look in self.whole.items()
        ]


def _listed(where: str, look: Look) -> str:
    """How a drop is listed, for comparison; nothing where that says too little."""
    if not look.names_bytes:
        return ""
    return f"{where}\n{look.size_bytes}\n{look.modified_ns}\n{look.mark}"


def _refuser(where: str, name: str) -> Callable[[], bytes]:
    def refuse() -> bytes:
        raise FileRejectedError(
            f"{where}, {name!r}: its name holds a line break, a slash or another"
            " character that does not show; rename it"
        )

    return refuse


def settled(
    where: str,
    look: Callable[[], Listing],
    sleep: Callable[[float], None],
    known: Known = nothing_known,
) -> Settled:
    """The drops of a place that nobody writes to, but for those that are known.

    It waits only where a drop lies there that is not known and has no mark.
    """

    def is_known(name: str, listing: Listing) -> bool:
        listed = _listed(where, listing[name])
        return bool(listed) and known(name, listed)

    before = after = look()
    if any(
        f"{name}{DONE}" not in before and not is_known(name, before)
        for name in _drops(before)
    ):
        sleep(BETWEEN_LOOKS_SECONDS)
        after = look()
    there = {name: is_known(name, after) for name in _drops(after)}
    unread = [name for name, is_stored in there.items() if is_stored]
    names = [name for name, is_stored in there.items() if not is_stored]
    whole = {
        name: after[name]
        for name in names
        if f"{name}{DONE}" in after
        or (name in before and is_settled(before[name], after[name]))
    }
    growing = [name for name in names if name not in whole]
    misnamed = [name for name in _offered(after) if not _is_fit(name)]
    return Settled(where, whole, growing, unread, misnamed)


def _drops(listing: Listing) -> list[str]:
    return [name for name in _offered(listing) if _is_fit(name)]


def _offered(listing: Listing) -> list[str]:
    """The names of drops: neither marks, nor hidden, nor named as unfinished."""
    return sorted(
        n for n in listing if not n.startswith(".") and not n.endswith(_NO_DROPS)
    )


def _is_fit(name: str) -> bool:
    return name.isprintable() and "/" not in name and "\\" not in name
