"""From a drop's coordinates to degrees, and whether they can be meant so."""

import re
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from transforms.feeds.force.drop_formats.drop import Drop
from transforms.reference import cells
from transforms.reference.arrays import Floats, Mask
from transforms.reference.national_grid import GRID, to_degrees


_HUNDRED = 100.0
_DECIMALS = 7  # a centimetre: more is the transformation's noise
_NUMBER = r"[+-]?[0-9]{1,7}(?:\.[0-9]{0,20})?(?:[eE]-?[0-9]{1,2})?"
_ONE = re.compile(_NUMBER)
_POINT = re.compile(
    rf"(?:SRID=[0-9]+;)?\s*POINT\s*\(\s*({_NUMBER})\s+({_NUMBER})\s*\)"
    rf"|({_NUMBER})\s*,\s*({_NUMBER})",
    re.IGNORECASE | re.ASCII,
)

# The squares of the National Grid that hold land of England or Wales. A slip in a whole
# file's coordinates mostly leads off it: eastings for northings, or metres written as
# hundreds of metres. Where it leads to other land there, nothing in them shows it.
_SIDE_METRES = 100_000.0
# By the row of squares, from the south: the columns, counted from the grid's west.
_LAND = {
    0: (0, 1, 2, 3, 4, 5),  # SV SW SX SY SZ TV
    1: (1, 2, 3, 4, 5, 6),  # SR SS ST SU TQ TR
    2: (1, 2, 3, 4, 5, 6),  # SM SN SO SP TL TM
    3: (2, 3, 4, 5, 6),  # SH SJ SK TF TG
    4: (3, 4, 5),  # SD SE TA
    5: (2, 3, 4, 5),  # NX NY NZ OV
    6: (3, 4),  # NT NU
}
_COLUMNS = 7
_IS_LAND = np.array([[c in _LAND[row] for c in range(_COLUMNS)] for row in _LAND])


@dataclass(frozen=True)
class Points:
    """Where each row says it was."""

    x: Floats  # as given: degrees east or metres; NaN where it is not a number
    y: Floats
    longitude: Floats  # degrees, WGS 84
    latitude: Floats
    placeless: Mask  # rows that give no place at all

    @property
    def located(self) -> Mask:
        """Rows with a place within bounds."""
        return cells.within_bounds(self.longitude, self.latitude)

    def in_place(self, crs: str) -> Mask:
        """Rows that lie about where a force of England or Wales has its places."""
        return _on_land(self.x, self.y) if crs == GRID else self.located

    def in_place_swapped(self, crs: str) -> Mask:
        """Rows that would, with x and y the other way round."""
        if crs == GRID:
            return _on_land(self.y, self.x)
        return cells.within_bounds(self.y, self.x)

    def scaled(self, crs: str) -> Mask:
        """Rows that would have a place if their numbers were hundreds of metres."""
        if crs != GRID:
            return np.zeros(len(self.x), dtype=bool)
        larger = _on_land(self.x * _HUNDRED, self.y * _HUNDRED)
        return larger & (np.maximum(self.x, self.y) < _HUNDRED * _HUNDRED)

    def multiples(self, crs: str) -> Mask:
        """Rows whose numbers are whole hundreds of metres."""
        if crs != GRID:
            return np.zeros(len(self.x), dtype=bool)
        whole = (self.x % _HUNDRED == 0) & (self.y % _HUNDRED == 0)
        return np.asarray(whole & self.located)


class PlaceColumns(Protocol):
    """Which columns have the coordinates: one pair, or both in one."""

    @property
    def longitude(self) -> str | None:
        """Degrees; with latitude."""
        ...

    @property
    def latitude(self) -> str | None:
        """Degrees."""
        ...

    @property
    def easting(self) -> str | None:
        """Metres; with northing."""
        ...

    @property
    def northing(self) -> str | None:
        """Metres."""
        ...

    @property
    def point(self) -> str | None:
        """Both in one."""
        ...


def read_points(drop: Drop, columns: PlaceColumns, crs: str) -> Points:
    """The points of a drop's rows, whatever columns and grid they come in."""
    if columns.point:
        both = drop.columns[columns.point]
        x, y = both.numbers(lambda t: _pair(t)[0]), both.numbers(lambda t: _pair(t)[1])
        placeless = both.where(_blank)
    else:
        across = drop.columns[columns.longitude or columns.easting or ""]
        up = drop.columns[columns.latitude or columns.northing or ""]
        x, y = across.numbers(_number), up.numbers(_number)
        placeless = across.where(_blank) & up.where(_blank)
    longitude, latitude = _degrees(x, y) if crs == GRID else (x, y)
    return Points(x, y, longitude, latitude, placeless)


def _degrees(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    nowhere = (x == 0) | (y == 0)  # an empty number, written as one
    longitude, latitude = to_degrees(np.where(nowhere, np.nan, x), y)
    return np.round(longitude, _DECIMALS), np.round(latitude, _DECIMALS)


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


def _on_land(easting: Floats, northing: Floats) -> Mask:
    """Which points lie in such a square; one that is not a number does not."""
    with np.errstate(invalid="ignore"):
        column, row = easting // _SIDE_METRES, northing // _SIDE_METRES
        within = (column >= 0) & (column < _COLUMNS) & (row >= 0) & (row < len(_LAND))
    found = np.zeros(len(easting), dtype=bool)
    at = np.flatnonzero(within)
    found[at] = _IS_LAND[row[at].astype(int), column[at].astype(int)]
    return found
