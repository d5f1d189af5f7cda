"""Steps from cell to cell by arithmetic on their ids, many at a time.

An H3 id is a base cell and, for each level below, one of seven children: the middle
one or one of the six around it. A step moves to another child; if that leaves the
parent, it is a step of the parent too. Within one base cell, that is a sum of vectors
on a triangular grid. Steps out of a base cell are not handled here.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np

from transforms.reference.arrays import Cells, Integers


AWAY = np.int64(0)  # where a step leaves the base cell: no cell has that id
AROUND = (4, 6, 2, 3, 1, 5)  # the six directions in their order round a cell
_STEP = {
    0: (0, 0),
    1: (-1, -1),
    2: (0, 1),
    3: (-1, 0),
    4: (1, 0),
    5: (0, -1),
    6: (1, 1),
}
# What a parent's two unit steps are in its children's: levels are turned by turns.
_PARENT_STEPS = {1: ((2, -1), (1, 3)), 0: ((3, 1), (-1, 2))}  # by the level's parity
_BITS, _FINEST = 3, 15


def walk(cells: Cells, resolution: int, directions: Sequence[int]) -> Cells:
    """Where those steps lead from each cell; AWAY where one leaves the base cell."""
    found = cells
    for direction in directions:
        found = _step(found, resolution, direction)
    return found


def _step(cells: Cells, resolution: int, direction: int) -> Cells:
    found = cells.copy()
    moving = np.flatnonzero(cells != AWAY)
    step = np.full(len(moving), direction)
    for level in range(resolution, 0, -1):
        child_of, carried = _tables(level % 2)
        shift = np.int64(_BITS * (_FINEST - level))
        at = found[moving]
        child = (at >> shift) & 7
        found[moving] = at ^ ((child ^ child_of[child, step]) << shift)
        on = carried[child, step]
        leaves = on != 0
        moving, step = moving[leaves], on[leaves]
    found[moving] = AWAY
    return found


@cache
def _tables(parity: int) -> tuple[Integers, Integers]:
    """Of a child and a step: which child it leads to, and which step of the parent."""
    (a, b), (c, d) = _PARENT_STEPS[parity]
    of = {
        (x + a * i + c * j, y + b * i + d * j): (child, step)
        for child, (x, y) in _STEP.items()
        for step, (i, j) in _STEP.items()
    }
    pairs = [
        [of[x + i, y + j] for _, (i, j) in sorted(_STEP.items())]
        for _, (x, y) in sorted(_STEP.items())
    ]
    both = np.array(pairs, dtype=np.int64)
    return both[:, :, 0], both[:, :, 1]
