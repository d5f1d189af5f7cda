"""Which place of a programme a point lies in."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from transforms.programmes.programme import Programme
from transforms.reference import cells
from transforms.reference.arrays import Cells, Floats, Integers, Mask


NOWHERE = -1
FINE_RESOLUTION = 12
FINE_SPACING_M = 17.8  # between the centres of two neighbours, at 52 degrees north
_STEP_DEGREES = 0.01  # coarser than any place, so that neighbours of its square do


@dataclass(frozen=True)
class Ground:
    """The places of a programme, and the cells that each is."""

    place_ids: Sequence[str]
    grounds: Sequence[Cells]

    def places_at(self, longitude: Floats, latitude: Floats) -> Integers:
        """The number of the place at each point; `NOWHERE` where there is none."""
        found = np.full(len(longitude), NOWHERE, dtype=np.int64)
        near = np.flatnonzero(self._near(longitude, latitude))
        for resolution, (known, place) in self._by_resolution.items():
            at = cells.index_points(longitude[near], latitude[near], resolution)
            row = np.minimum(np.searchsorted(known, at), len(known) - 1)
            here = known[row] == at
            found[near[here]] = place[row[here]]
        return found

    def _near(self, longitude: Floats, latitude: Floats) -> Mask:
        """Points that may lie in a place: H3 itself is asked of few."""
        inside = cells.within_bounds(longitude, latitude)
        known = (np.where(inside, degrees, 0) for degrees in (longitude, latitude))
        return inside & np.isin(_squares(*known), self._around)

    @cached_property
    def _around(self) -> Integers:
        """The squares that have a place in them, and those next to one."""
        longitude, latitude = cells.centres(np.concatenate(self.grounds))
        shifts = [_STEP_DEGREES * step for step in (-1, 0, 1)]
        moved = [
            _squares(longitude + east, latitude + north)
            for east in shifts
            for north in shifts
        ]
        return np.unique(np.concatenate(moved))

    @cached_property
    def _by_resolution(self) -> dict[int, tuple[Cells, Integers]]:
        """The sorted cells of each resolution, and the place that each is part of."""
        every = np.concatenate(self.grounds)
        sizes = [len(ground) for ground in self.grounds]
        place = np.repeat(np.arange(len(sizes)), sizes)
        level = cells.resolutions(every)
        found = {}
        for resolution in np.unique(level).tolist():
            of_level = level == resolution
            order = np.argsort(every[of_level], kind="stable")
            found[resolution] = every[of_level][order], place[of_level][order]
        return found


def ground_of(programme: Programme) -> Ground:
    """The ground of a programme."""
    return Ground(programme.places["place_id"].to_pylist(), programme.grounds)


def around(ground: Ground, buffer_m: float) -> Ground:
    """The same places with that many metres around each, in cells of resolution 12.

    For radios that are some metres off: a place's own cells stay its own, and what lies
    near two places is that of higher rank.
    """
    steps = round(buffer_m / FINE_SPACING_M)
    if not steps:
        return ground
    own = [cells.children(place, FINE_RESOLUTION) for place in ground.grounds]
    taken = np.concatenate(own)
    wider = []
    for place in own:
        near = np.setdiff1d(cells.disk(place, steps), taken)
        taken = np.concatenate([taken, near])
        wider.append(np.union1d(place, near))
    return Ground(ground.place_ids, wider)


def _squares(longitude: Floats, latitude: Floats) -> Integers:
    east = np.floor(longitude / _STEP_DEGREES).astype(np.int64)
    north = np.floor(latitude / _STEP_DEGREES).astype(np.int64)
    return np.asarray(north * 100_000 + east)
