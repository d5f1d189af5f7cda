"""Which drops are whole: two looks at a place tell, or a mark beside a drop.

A force's machine writes while we read. Of a drop that grows nothing is taken; the next
look finds it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from transforms.errors import SourceError
from transforms.feeds.force.still_growing import Look, is_settled


DONE = ".done"  # kent.csv.done says that kent.csv is whole
BETWEEN_LOOKS_SECONDS = 10.0
# What transfers name that they have not brought yet: one that stalls seems whole.
_NO_DROPS = (DONE, ".filepart", ".part", ".partial", ".tmp")

Listing = Mapping[str, Look]


@dataclass(frozen=True)
class Settled:
    """What two looks at a place tell."""

    whole: dict[str, Look]  # by name, in order
    growing: list[str]


def settled(
    where: str, look: Callable[[], Listing], sleep: Callable[[float], None]
) -> Settled:
    """The drops of a place that nobody writes to.

    It waits only where a drop lies there without its mark.
    """
    before = look()
    marked = {name for name in before if f"{name}{DONE}" in before}
    if marked >= _drops(where, before):
        return Settled({name: before[name] for name in sorted(marked)}, [])
    sleep(BETWEEN_LOOKS_SECONDS)
    after = look()
    names = sorted(_drops(where, after))
    whole = {
        name: after[name]
        for name in names
        if f"{name}{DONE}" in after
        or (name in before and is_settled(before[name], after[name]))
    }
    return Settled(whole, [name for name in names if name not in whole])


def _drops(where: str, listing: Listing) -> set[str]:
    """The names of drops: neither marks, nor hidden, nor named as unfinished."""
    if any("/" in name or "\\" in name or not name.isprintable() for name in listing):
        raise SourceError(f"{where}: lists a name that no file of ours may have")
    return {n for n in listing if not n.startswith(".") and not n.endswith(_NO_DROPS)}
