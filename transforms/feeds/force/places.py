"""From a drop's coordinates to degrees.

British National Grid becomes WGS 84 by PROJ's Helmert transformation, right to about
2 m: the finer grid shift file is not shipped with PROJ's wheels.
"""

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

from transforms import cells
from transforms.feeds.force.drops import Drop
from transforms.feeds.force.mapping import ForceMapping


Mask = NDArray[np.bool_]

GRID = "EPSG:27700"
_LONGITUDE_LATITUDE = "OGC:CRS84"
_DECIMALS = 7  # a centimetre: more is the transformation's noise
_NUMBER = r"[+-]?[0-9]{1,7}(?:\.[0-9]{0,20})?(?:[eE]-?[0-9]{1,2})?"
_ONE = re.compile(_NUMBER)
_POINT = re.compile(
    rf"(?:SRID=[0-9]+;)?\s*POINT\s*\(\s*({_NUMBER})\s+({_NUMBER})\s*\)"
    rf"|({_NUMBER})\s*,\s*({_NUMBER})",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True)
class Points:
    """Where each row says it was."""

    x: cells.Floats  # as given: degrees east or metres; NaN where it is no number
    y: cells.Floats
    longitude: cells.Floats  # degrees, WGS 84
    latitude: cells.Floats
    placeless: Mask  # rows that give no place at all

    @property
    def located(self) -> Mask:
        """Rows with a place within bounds."""
        return cells.within_bounds(self.longitude, self.latitude)

    def swapped(self, crs: str) -> Mask:
        """Rows that would have a place with x and y the other way round."""
        x, y = _degrees(self.y, self.x) if crs == GRID else (self.y, self.x)
        return cells.within_bounds(x, y) & ~self.located


def read_points(drop: Drop, mapping: ForceMapping) -> Points:
    """The points of a drop's rows, whatever columns and grid they come in."""
    columns = mapping.columns
    if columns.point:
        both = drop.columns[columns.point]
        x, y = both.numbers(lambda t: _pair(t)[0]), both.numbers(lambda t: _pair(t)[1])
        placeless = both.where(_blank)
    else:
        across = drop.columns[columns.longitude or columns.easting or ""]
        up = drop.columns[columns.latitude or columns.northing or ""]
        x, y = across.numbers(_number), up.numbers(_number)
        placeless = across.where(_blank) & up.where(_blank)
    longitude, latitude = _degrees(x, y) if mapping.crs == GRID else (x, y)
    return Points(x, y, longitude, latitude, placeless)


def _degrees(x: cells.Floats, y: cells.Floats) -> tuple[cells.Floats, cells.Floats]:
    longitude, latitude = _from_grid().transform(x, y)
    return np.round(longitude, _DECIMALS), np.round(latitude, _DECIMALS)


@cache
def _from_grid() -> Transformer:
    return Transformer.from_crs(GRID, _LONGITUDE_LATITUDE, always_xy=True)


def _blank(text: str) -> bool:
    return not text.strip()


def _number(text: str) -> float:
    text = text.strip()
    return float(text) if _ONE.fullmatch(text) else np.nan


def _pair(text: str) -> tuple[float, float]:
    found = _POINT.fullmatch(text.strip())
    if found is None:
        return np.nan, np.nan
    x, y = (part for part in found.groups() if part is not None)
    return float(x), float(y)
