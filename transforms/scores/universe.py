"""The universe of a force: the cells in which a score looks for hot spots.

At an as-of it is every cell inside the resolution-7 cells that have at least five
located incidents by then; later ones do not count, because knowing which places will
have crime flatters every figure of accuracy. Areas far from the force are excluded.

Police systems give a record without a usable address a default point, often hundreds
of kilometres away. An area counts as far from the force where, within a radius, the
force has under a tenth of its incidents, and

- within 20 km three quarters of those are in one cell, or
- the radius is 150 km: no police area has a part so far from the rest.

If this would exclude over a twentieth of a force's incidents, it excludes none: such a
force, as British Transport Police, has no area of its own to be far from.
`docs/data.md` lists what the rule excludes in real files.
"""

import math

import numpy as np
from numpy.typing import NDArray

from transforms.reference import cells
from transforms.reference.arrays import Cells, Floats


PARENT_RESOLUTION = 7
AT_LEAST_INCIDENTS = 5

_REGION_RESOLUTION = 6
# (radius in km, share of the incidents within it that one cell has)
_FAR_OUT = ((20, 0.75), (150, 0.0))
_SHARE_OF_FORCE = 0.10
_SPREAD_SHARE = 0.05
_EARTH_RADIUS_KM = 6371.0


def parents_within(
    parents: Cells, incidents: NDArray[np.int64], most_in_a_cell: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Which resolution-7 cells are in the universe.

    Arguments have one value for each parent: its located incidents up to the as-of, and
    those of its highest scored cell.
    """
    enough = incidents >= AT_LEAST_INCIDENTS
    return np.asarray(enough & ~far_from_force(parents, incidents, most_in_a_cell))


def far_from_force(
    parents: Cells, incidents: NDArray[np.int64], most_in_a_cell: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Which resolution-7 cells are far from where the force's incidents are."""
    everywhere = incidents.sum()
    if not everywhere:
        return np.zeros(len(parents), dtype=bool)
    regions, row = np.unique(
        cells.parents(parents, _REGION_RESOLUTION), return_inverse=True
    )
    incidents_of = np.bincount(row, incidents, len(regions))
    most = np.zeros(len(regions))
    np.maximum.at(most, row, most_in_a_cell)

    apart_km2 = _squared_distances_km2(regions)
    far = np.zeros(len(regions), dtype=bool)
    for radius_km, in_one_cell in _FAR_OUT:
        near = apart_km2 <= radius_km**2
        around = np.where(near, incidents_of, 0).sum(axis=1)
        highest = np.where(near, most, 0).max(axis=1)
        far |= (around < _SHARE_OF_FORCE * everywhere) & (
            highest >= in_one_cell * around
        )
    if incidents_of[far].sum() > _SPREAD_SHARE * everywhere:
        far[:] = False
    return np.asarray(far[row])


def _squared_distances_km2(regions: Cells) -> Floats:
    """Squared straight-line distances between the centres of cells: (n, n)."""
    longitude, latitude = cells.centres(regions)
    places = zip(longitude.tolist(), latitude.tolist(), strict=True)
    xyz = np.array([_on_the_globe(*place) for place in places])
    between = xyz[:, None, :] - xyz[None, :, :]
    return np.asarray((between * between).sum(axis=2))


def _on_the_globe(longitude: float, latitude: float) -> tuple[float, float, float]:
    east, north = math.radians(longitude), math.radians(latitude)
    ring = _EARTH_RADIUS_KM * math.cos(north)
    return (
        ring * math.cos(east),
        ring * math.sin(east),
        _EARTH_RADIUS_KM * math.sin(north),
    )
