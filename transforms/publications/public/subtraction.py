"""What follows from two tables of the same incidents: the larger cell less the smaller.

A cell that one table tells, less those of its children that the other tells, is the
count of the children that neither does. Rounding makes it an interval; that may still
lie below the minimum.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import pyarrow as pa

from transforms import cells
from transforms.disclosure.suppression import interval


Interval = tuple[int, int]  # incidents, both ends possible
Told = dict[int, Interval]  # by cell


def told(table: pa.Table, base: int) -> Told:
    """Between which counts each told cell of one force, period and group lies."""
    counts = table["incidents_rounded"].to_pylist()
    ids = cells.from_text(table["h3_cell"].to_pylist()).tolist()
    return {
        cell: interval(count, base) if count else (0, 0)
        for cell, count in zip(ids, counts, strict=True)
        if count is not None
    }


def remainders(
    whole: Mapping[int, Interval], parts: Mapping[int, Interval]
) -> Iterator[tuple[str, Interval]]:
    """Each cell of `whole` that `parts` tell in part, and what is left of it.

    Parts are cells finer by any number of levels. Where they are all there is, nothing
    is left to hold anything.
    """
    for cell, inside in sorted(_inside(whole, parts).items()):
        if not _complete(cell, inside):
            low = whole[cell][0] - sum(parts[part][1] for part in inside)
            high = whole[cell][1] - sum(parts[part][0] for part in inside)
            yield f"{cell:x}", (max(0, low), high)


def nested(table: pa.Table) -> list[str]:
    """The cells of one table that another of its cells lies within."""
    ids = cells.from_text(table["h3_cell"].to_pylist()).tolist()
    return [f"{cell:x}" for cell in sorted(_inside(ids, ids))]


def _inside(whole: Iterable[int], parts: Iterable[int]) -> dict[int, list[int]]:
    """The parts within each cell that has any."""
    asked, found = set(whole), defaultdict[int, list[int]](list)
    ids = np.array(sorted(parts), dtype=np.int64)
    level = _resolution(ids)
    for resolution in range(level.min(), level.max()) if len(ids) else ():
        finer = ids[level > resolution]
        above = cells.parents(finer, resolution)
        for cell, part in zip(above.tolist(), finer.tolist(), strict=True):
            if cell in asked:
                found[cell].append(part)
    return found


def _resolution(ids: cells.Cells) -> cells.Cells:
    """The H3 resolution of each cell: bits 52 to 55."""
    return ids >> np.int64(52) & np.int64(0xF)


def _complete(cell: int, parts: list[int]) -> bool:
    """Whether the parts, none within another, are all of the cell."""
    levels = _resolution(np.array(parts)) - _resolution(np.array([cell]))
    return bool((7.0**-levels).sum() > 1 - 7.0**-9)
