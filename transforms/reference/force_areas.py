"""Where each force has its places, roughly: the cells of its area, and those around.

A record may lie outside its force's area. A whole drop that lies outside it is
another's, or is misread.
"""

import tomllib
from functools import cache
from importlib.resources import files

import numpy as np

from transforms.reference.arrays import Cells, Floats, Mask
from transforms.reference.cells import index_points, neighbourhood


RESOLUTION = 5  # about 250 km²: the cells around an area are a margin of some 16 km
_ID_LENGTH = 15


@cache
def area_of(force: str) -> Cells | None:
    """The cells of a force's area and around it, sorted; None where none is known."""
    text = _areas().get(force)
    if text is None:
        return None
    ids = [int(word.ljust(_ID_LENGTH, "f"), 16) for word in text.split()]
    return neighbourhood(np.array(sorted(ids), dtype=np.int64))


def in_cells(longitude: Floats, latitude: Floats, area: Cells) -> Mask:
    """Which points lie in such cells; one that is not a number does not."""
    found = np.zeros(len(longitude), dtype=bool)
    at = np.flatnonzero((np.abs(longitude) <= 180) & (np.abs(latitude) <= 90))
    cells = index_points(longitude[at], latitude[at], RESOLUTION)
    found[at] = np.isin(cells, area)
    return found


@cache
def _areas() -> dict[str, str]:
    source = files("transforms.reference").joinpath("data/force_areas.toml")
    return tomllib.loads(source.read_text())
