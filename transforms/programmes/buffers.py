"""Around each place: a ring that shows crime pushed there, or kept away there too.

At H3 resolution 11 (about 47 m from centre to centre in England), so that a buffer of
100 m is two rings of cells. The feed's points are snapped: a buffer says nothing finer.
"""

from collections.abc import Sequence

import numpy as np

from transforms.reference import cells
from transforms.reference.arrays import Cells, Integers


RESOLUTION = 11
SPACING_M = 47.2  # between the centres of two neighbours, at 52 degrees north
USUAL_BUFFER_M = 100.0


def steps_of(buffer_m: float) -> int:
    """How many rings of cells a buffer has: at least one."""
    return max(1, round(buffer_m / SPACING_M))


def ground_of(place: Cells) -> Cells:
    """The cells of resolution 11 that a place is made of."""
    return cells.children(place, RESOLUTION)


def buffers(grounds: Sequence[Cells], buffer_m: float) -> list[Cells]:
    """The buffer of each place: the cells around it that are part of no place.

    A cell near two places belongs to both buffers.
    """
    steps = steps_of(buffer_m)
    everywhere = np.concatenate([np.empty(0, dtype=np.int64), *grounds])
    return [np.setdiff1d(cells.disk(ground, steps), everywhere) for ground in grounds]


def components(places: Sequence[Cells]) -> Integers:
    """Which places are in contact: a number for each, the same for those in contact.

    `places` has the scored cells of each. Two are in contact if no more than one cell
    lies between them: officers at one are seen at the other, so they are one place to
    any test. Numbered from 1, in the order of the places.
    """
    reach = [set(cells.disk(place, 1).tolist()) for place in places]
    found: list[int] = []
    for own in reach:
        met = {found[at] for at in range(len(found)) if not own.isdisjoint(reach[at])}
        number = min(met, default=len(found) + 1)
        found = [number if one in met else one for one in found] + [number]
    order = list(dict.fromkeys(found))
    return np.array([order.index(number) + 1 for number in found], dtype=np.int64)
