"""What two tables of the same incidents reveal: the larger cell minus the smaller.

A cell's count in one table, minus the counts of those children that the other table
publishes, is the count of the remaining children. Rounding makes it an interval, which
may still be below the minimum.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import pyarrow as pa

from transforms.publications.public.suppression import interval
from transforms.reference import cells
from transforms.reference.portable_math import power


Interval = tuple[int, int]  # incidents, both ends possible
Intervals = dict[int, Interval]  # by cell


def intervals(table: pa.Table, base: int) -> Intervals:
    """The lowest and highest count of each published cell of one table."""
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
    """Each cell of `whole` that `parts` cover in part, and what remains of it.

    Parts are cells finer by any number of levels. A cell that they cover completely has
    no remainder.
    """
    for cell, inside in sorted(_inside(whole, parts).items()):
        if not _complete(cell, inside):
            low = whole[cell][0] - sum(parts[part][1] for part in inside)
            high = whole[cell][1] - sum(parts[part][0] for part in inside)
            yield f"{cell:x}", (max(0, low), high)


def nested(table: pa.Table) -> list[str]:
    """The cells of one table that contain another of its cells."""
    ids = cells.from_text(table["h3_cell"].to_pylist()).tolist()
    return [f"{cell:x}" for cell in sorted(_inside(ids, ids))]


def _inside(whole: Iterable[int], parts: Iterable[int]) -> dict[int, list[int]]:
    """The parts within each cell that has any."""
    wholes, inside = set(whole), defaultdict[int, list[int]](list)
    ids = np.array(sorted(parts), dtype=np.int64)
    level = cells.resolutions(ids)
    for resolution in range(level.min(), level.max()) if len(ids) else ():
        finer = ids[level > resolution]
        above = cells.parents(finer, resolution)
        for cell, part in zip(above.tolist(), finer.tolist(), strict=True):
            if cell in wholes:
                inside[cell].append(part)
    return inside


def _complete(cell: int, parts: list[int]) -> bool:
    """Whether the parts, none within another, are all of the cell."""
    levels = cells.resolutions(np.array(parts)) - cells.resolutions(np.array([cell]))
    return bool(power(7.0, -levels).sum() > 1 - 7.0**-9)
