"""British National Grid and WGS 84, by the Ordnance Survey's shift grid, OSTN15.

Right to a few centimetres wherever OSTN15 reaches: all land of Great Britain and some
miles of sea. PROJ's wheels do not hold that grid, so beyond it, and there alone, PROJ's
seven parameters take over, which are right to about 5 m.
"""

from functools import cache

import numpy as np
from convertbng.cutil import convert_bng, convert_lonlat
from pyproj import Transformer

from transforms.reference.arrays import Floats


GRID = "EPSG:27700"
_LETTERS = "ABCDEFGHJKLMNOPQRSTUVWXYZ"  # without I
_DEGREES = "OGC:CRS84"  # longitude first


def to_degrees(easting: Floats, northing: Floats) -> tuple[Floats, Floats]:
    """Longitude and latitude of points on the grid, in metres."""
    found = convert_lonlat(easting, northing)
    return _completed(found, (easting, northing), GRID, _DEGREES)


def to_grid(longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]:
    """Easting and northing, in metres, of points in degrees."""
    found = convert_bng(longitude, latitude)
    return _completed(found, (longitude, latitude), _DEGREES, GRID)


def to_grid_by_proj(longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]:
    """Easting and northing by PROJ's seven parameters alone.

    Published positions and near repeats, right to about 3 m, rest on it.
    """
    easting, northing = _transformer(_DEGREES, GRID).transform(longitude, latitude)
    return easting, northing


def grid_reference(easting: float, northing: float, digits: int = 3) -> str:
    """A place as on maps, to 100 m: TQ 587 748; with four digits to 10 m.

    Letters run from the north-west.
    """
    east, north = int(easting // 100_000), int(northing // 100_000)
    row = 19 - north
    first, second = row - row % 5 + (east + 10) // 5, row * 5 % 25 + east % 5
    square = "".join(_LETTERS[at] for at in (first, second))
    step = 100_000 // int("1" + "0" * digits)
    within = (int(metres % 100_000 // step) for metres in (easting, northing))
    return " ".join([square, *(f"{steps:0{digits}}" for steps in within)])


def _completed(
    found: tuple[Floats, Floats], given: tuple[Floats, Floats], source: str, target: str
) -> tuple[Floats, Floats]:
    """What OSTN15 does not reach, by PROJ; NaN stays NaN."""
    beyond = np.isnan(found[0])
    if beyond.any():
        x, y = (values[beyond] for values in given)
        rest = _transformer(source, target).transform(x, y)
        for values, more in zip(found, rest, strict=True):
            values[beyond] = more
    return found


@cache
def _transformer(source: str, target: str) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)
