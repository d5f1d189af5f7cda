"""Hot spots, not just cells: the highest cells clustered where they touch.

A hot spot starts at the highest cell that is in none yet and takes in the highest of
the top cells that touch it, until no more do or a limit is reached. A remnant, of at
most a quarter of that limit, then joins a hot spot that it touches, which may so grow
by half. It keeps its id from one as-of to the next while most of its cells do.
"""

from collections.abc import Mapping, Sequence, Set
from fractions import Fraction
from itertools import chain, count
from math import ceil

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from transforms.reference import cells
from transforms.reference.arrays import Cells, Floats
from transforms.reference.score_settings import HotspotLimits


_FINEST_SHARE = 10_000  # in whole numbers, since 0.07 x 10,000 is not 700
# Another rule for which cells make a hot spot has another number: it is part of the
# identity of scores, which are then made again.
RULE = 2
Named = Mapping[str, frozenset[int]]  # the cells of each hot spot of a group, by id
Spots = Mapping[str, Named]  # by crime group


def clusters(
    rank: NDArray[np.int32],
    mean: Floats,
    links: csr_array,
    areas_m2: Floats,
    limits: HotspotLimits,
) -> list[list[int]]:
    """Rows of the cells of each hot spot of one group, the highest first.

    `rank` is 1 for the highest cell of the universe, and `mean` the incidents expected
    in each: a cell that expects none is in no hot spot. `links` says which cells touch.
    """
    share = Fraction(limits.share_percent).limit_denominator(_FINEST_SHARE)
    places = min(ceil(share * len(rank) / 100), int((mean > 0).sum()))
    top = np.flatnonzero(rank <= places)
    left = dict.fromkeys(top[np.argsort(rank[top], kind="stable")].tolist())
    touching = {
        row: links.indices[links.indptr[row] : links.indptr[row + 1]].tolist()
        for row in left
    }
    spots = []
    while left:
        spot = _grown(next(iter(left)), left, touching, rank, areas_m2, limits)
        for row in spot:
            del left[row]
        spots.append(spot)
    return _with_remnants(spots, touching, rank, areas_m2, limits)


def _grown(
    seed: int,
    left: Mapping[int, None],
    touching: Mapping[int, list[int]],
    rank: NDArray[np.int32],
    areas_m2: Floats,
    limits: HotspotLimits,
) -> list[int]:
    spot, area = [seed], areas_m2[seed]
    near = {row for row in touching[seed] if row in left}
    while near and len(spot) < limits.max_cells:
        best = min(near, key=lambda row: rank[row])
        if area + areas_m2[best] > limits.max_area_m2:
            break
        spot.append(best)
        area += areas_m2[best]
        near |= {row for row in touching[best] if row in left}
        near -= set(spot)
    return spot


def _with_remnants(
    spots: list[list[int]],
    touching: Mapping[int, list[int]],
    rank: NDArray[np.int32],
    areas_m2: Floats,
    limits: HotspotLimits,
) -> list[list[int]]:
    """The hot spots, each remnant joined to the one that it touches most.

    Without this, what a limit cuts off a city centre is a rind of single cells.
    """
    home = {row: at for at, spot in enumerate(spots) for row in spot}
    for at in reversed(range(len(spots))):
        if len(spots[at]) > limits.max_cells // 4:
            continue
        links: dict[int, int] = {}
        for row in spots[at]:
            for near in touching[row]:
                if near in home:
                    links[home[near]] = links.get(home[near], 0) + 1
        fits = [
            of
            for of in links
            if of != at
            and 2 * (len(spots[of]) + len(spots[at])) <= 3 * limits.max_cells
            and 2 * areas_m2[spots[of] + spots[at]].sum() <= 3 * limits.max_area_m2
        ]
        if fits:
            best = min(fits, key=lambda of: (-links[of], of))
            home |= dict.fromkeys(spots[at], best)
            spots[best], spots[at] = spots[best] + spots[at], []
    whole = [sorted(spot, key=lambda row: rank[row]) for spot in spots if spot]
    return sorted(whole, key=lambda spot: rank[spot[0]])


def named(
    prefix: str, spots: Sequence[Cells], earlier: Named, keep_ids: bool = True
) -> dict[str, Cells]:
    """Ids of the hot spots of a group, given those of the previous as-of.

    A hot spot takes the id of an earlier one if the cells they share are more than half
    of each, so no two can claim the same id. A new one is named for its highest cell.
    `keep_ids` is false after a renewal of the map points: the same cells then cover
    other places.
    """
    home = {cell: spot for spot, members in earlier.items() for cell in members}
    if not keep_ids:
        home = {}
    by_id: dict[str, Cells] = {}
    fresh = []
    for spot in spots:
        kept = _same_as(spot, earlier, home)
        if kept:
            by_id[kept] = spot
        else:
            fresh.append(spot)
    for spot in fresh:
        wanted = f"{prefix}-{cells.as_text(spot[:1])[0]}"
        by_id[_new_id(wanted, by_id.keys() | earlier.keys())] = spot
    return by_id


def _same_as(spot: Cells, earlier: Named, home: Mapping[int, str]) -> str | None:
    shared = [home[cell] for cell in spot.tolist() if cell in home]
    for candidate in sorted(set(shared)):
        most = max(len(spot), len(earlier[candidate]))
        if 2 * shared.count(candidate) > most:
            return candidate
    return None


def _new_id(wanted: str, taken: Set[str]) -> str:
    """The id wanted, or with a number if a hot spot has or just had that name."""
    numbered = (f"{wanted}-{number}" for number in count(2))
    return next(name for name in chain([wanted], numbered) if name not in taken)
