"""H3 cells: from points to cells, and the geometry and neighbours of cells.

The only module that imports h3. Cells are `int64` here and 15 lower-case hexadecimal
characters wherever they leave hexbeat.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain

import h3.api.basic_int as h3
import numpy as np
from scipy.sparse import csr_array

from transforms.reference.arrays import Cells, Floats, Integers, Mask
from transforms.reference.grid_steps import AROUND, AWAY, walk


# h3 answers for any pair of numbers: swapped, projected or null-island coordinates
# all get a valid cell. So points are compared with these bounds (degrees, WGS 84)
# first: Great Britain and its waters.
LATITUDE_BOUNDS = (49.8, 61.0)
LONGITUDE_BOUNDS = (-8.7, 1.8)

_DEGREE_DECIMALS = 6  # of published centres
# Closer together than the cells of resolution 6 are wide, anywhere in Great Britain.
_APART_DEGREES = 0.018
_CHILDREN_BITS = 3
_BASE_CELL_BITS = 45
# The cells at a distance, and the steps there: straight on, or once to the side.
_WAYS: dict[int, list[tuple[int, ...]]] = {
    1: [(step,) for step in AROUND],
    2: [(a, b) for i, a in enumerate(AROUND) for b in (a, AROUND[(i + 1) % 6])],
}


def within_bounds(longitude: Floats, latitude: Floats) -> Mask:
    """Which points lie in Great Britain's bounds; NaN does not."""
    (south, north), (west, east) = LATITUDE_BOUNDS, LONGITUDE_BOUNDS
    inside = (latitude >= south) & (latitude <= north)
    return np.asarray(inside & (longitude >= west) & (longitude <= east))


def index_points(longitude: Floats, latitude: Floats, resolution: int) -> Cells:
    """The cell of each point, all within bounds."""
    points = zip(latitude.tolist(), longitude.tolist(), strict=True)
    cells = [h3.latlng_to_cell(lat, lon, resolution) for lat, lon in points]
    return np.array(cells, dtype=np.int64)


def index_snap_points(longitude: Floats, latitude: Floats, about: str) -> Cells:
    """The cells of each point at resolutions 9 and 10, (points, 2), all within bounds.

    For points that come again and again: those seen before, `about` the same force, are
    cached, and H3 computes the others.
    """
    known = _SNAP_POINTS.get(about, _NO_POINTS)
    key = np.rint(latitude * 1e6).astype(np.int64) << 32
    key += np.rint(longitude * 1e6).astype(np.int64)
    at = np.searchsorted(known.key, key)
    at[at == len(known.key)] = 0
    same = known.key[at] == key
    same &= (known.longitude[at] == longitude) & (known.latitude[at] == latitude)
    found = known.cells[at]
    new = np.flatnonzero(~same)
    if len(new):
        places = longitude[new], latitude[new]
        found[new] = np.column_stack([index_points(*places, r) for r in (9, 10)])
        _SNAP_POINTS[about] = known.and_more(_SnapPoints(key[new], *places, found[new]))
    return found


@dataclass(frozen=True)
class _SnapPoints:
    """Points with their cells, sorted by a key that few others have."""

    key: Integers
    longitude: Floats
    latitude: Floats
    cells: Cells  # (points, 2)

    def and_more(self, more: "_SnapPoints") -> "_SnapPoints":
        """These and others; of two with one key the first."""
        key, at = np.unique(np.concatenate([self.key, more.key]), return_index=True)
        longitude = np.concatenate([self.longitude, more.longitude])
        latitude = np.concatenate([self.latitude, more.latitude])
        both = np.concatenate([self.cells, more.cells])
        return _SnapPoints(key, longitude[at], latitude[at], both[at])


# One that no point is, since none lies there.
_NOWHERE = np.array([np.nan])
_NO_POINTS = _SnapPoints(
    np.array([-1 << 62]), _NOWHERE, _NOWHERE, np.zeros((1, 2), dtype=np.int64)
)
_SNAP_POINTS: dict[str, _SnapPoints] = {}


def parents(cells: Cells, resolution: int) -> Cells:
    """Each cell's parent at a coarser resolution, as `h3.cell_to_parent`.

    An H3 index holds its resolution in bits 52-55 and one base-7 digit of three bits
    per level below, filled with sevens past its own.
    """
    unused = np.int64((1 << _CHILDREN_BITS * (15 - resolution)) - 1)
    level = np.int64(resolution) << np.int64(52)
    return (cells & ~(np.int64(0xF) << np.int64(52))) | level | unused


def resolutions(cells: Cells) -> Cells:
    """The resolution of each cell: bits 52 to 55 of its id."""
    return cells >> np.int64(52) & np.int64(0xF)


def children(cells: Cells, resolution: int) -> Cells:
    """All children of the cells at a finer resolution, sorted and distinct."""
    found = [h3.cell_to_children(cell, resolution) for cell in cells.tolist()]
    return np.unique(np.array(found, dtype=np.int64).ravel())


def disk(cells: Cells, distance: int) -> Cells:
    """The cells of one resolution and all within that distance of one, sorted."""
    found = (h3.grid_disk(cell, distance) for cell in cells.tolist())
    return np.unique(np.fromiter(chain.from_iterable(found), dtype=np.int64))


def rings(cells: Cells) -> tuple[csr_array, csr_array]:
    """Which cells lie next to which, and which two cells away, as 0/1 matrices.

    `cells` is sorted, and of one resolution; neighbours outside it are left out. What
    lies two away may lie there over a cell outside.
    """
    return ring(cells, 1), ring(cells, 2)


def ring(cells: Cells, distance: int) -> csr_array:
    """Which cells lie so far from which, one or two cells: a 0/1 matrix, as `rings`."""
    count = len(cells)
    around = _around(cells, distance)
    at = np.searchsorted(cells, around)
    at[at == count] = 0
    at[cells[at] != around] = count
    at.sort(axis=1)
    known = at < count
    ends = np.concatenate([[0], np.cumsum(known.sum(axis=1))])
    return csr_array((np.ones(ends[-1]), at[known], ends), shape=(count, count))


def neighbourhood(cells: Cells) -> Cells:
    """Those cells of one resolution and all next to one of them, sorted."""
    around = _around(cells, 1).ravel()
    return np.union1d(cells, around[around != AWAY])


def _around(cells: Cells, distance: int) -> Cells:
    """The cells at that distance from each, in no order: (cells, 6 or 12)."""
    if not len(cells):
        return np.empty((0, 6 * distance), dtype=np.int64)
    resolution = h3.get_resolution(int(cells[0]))
    found = np.stack([walk(cells, resolution, way) for way in _WAYS[distance]], axis=1)
    # H3 itself walks where a way leads out of a base cell, or is bent by a pentagon
    base = (cells >> _BASE_CELL_BITS) & 127
    unsure = (found == AWAY).any(axis=1) | np.isin(base, _pentagons())
    for row in np.flatnonzero(unsure):
        known = h3.grid_ring(int(cells[row]), distance)
        found[row] = known + [AWAY] * (found.shape[1] - len(known))
    return found


@cache
def _pentagons() -> list[int]:
    return [cell >> _BASE_CELL_BITS & 127 for cell in h3.get_pentagons(0)]


def in_box(
    west: float, south: float, east: float, north: float, resolution: int
) -> Cells:
    """The cells whose centre lies in a box of degrees, sorted."""
    corners = [(south, west), (south, east), (north, east), (north, west)]
    return np.array(
        sorted(h3.h3shape_to_cells(h3.LatLngPoly(corners), resolution)), dtype=np.int64
    )


def areas_m2(cells: Cells) -> Floats:
    """True area of each cell: it varies by 12 % over England and Wales."""
    return np.array([h3.cell_area(cell, unit="m^2") for cell in cells.tolist()])


def centres(cells: Cells) -> tuple[Floats, Floats]:
    """Longitude and latitude of each cell's centre."""
    points = np.array([h3.cell_to_latlng(cell) for cell in cells.tolist()])
    points = points.reshape(-1, 2)
    return points[:, 1], points[:, 0]


def published_centres(cells: Cells) -> tuple[Floats, Floats]:
    """Longitude and latitude of each cell's centre, as every output has them."""
    longitude, latitude = (np.round(of, _DEGREE_DECIMALS) for of in centres(cells))
    return longitude, latitude


def about_box(
    west: float, south: float, east: float, north: float, resolution: int
) -> Cells:
    """All cells of resolution 6, or coarser, in a box of degrees, and those around it.

    Limited to the bounds that incidents have.
    """
    (least, most), (first, last) = LATITUDE_BOUNDS, LONGITUDE_BOUNDS
    column, row = (
        np.append(np.arange(max(low, lower), high, _APART_DEGREES), high)
        for low, lower, high in (
            (west, first, min(east, last)),
            (south, least, min(north, most)),
        )
    )
    longitude, latitude = (axis.ravel() for axis in np.meshgrid(column, row))
    seen = np.unique(index_points(longitude, latitude, resolution))
    return neighbourhood(seen)


def boundaries(cells: Cells) -> Floats:
    """The closed, counter-clockwise ring of each cell: (cells, 7, 2) of lon, lat.

    Every cell of Great Britain has exactly six corners at the resolutions used here.
    """
    corners = chain.from_iterable(map(h3.cell_to_boundary, cells.tolist()))
    flat = np.fromiter(chain.from_iterable(corners), np.float64, 12 * len(cells))
    lonlat = flat.reshape(-1, 6, 2)[:, :, ::-1]
    return np.concatenate([lonlat, lonlat[:, :1]], axis=1)


def as_text(cells: Cells) -> list[str]:
    """The published form: 15 lower-case hexadecimal characters."""
    return [f"{cell:x}" for cell in cells.tolist()]


def from_text(texts: Sequence[str]) -> Cells:
    """The cells of their published form."""
    return np.array([int(text, 16) for text in texts], dtype=np.int64)
