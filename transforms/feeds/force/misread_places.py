"""Whether a drop's places, read by another rule, would all be the force's own.

Such a slip puts each place somewhere, and mostly within Great Britain: no row of it
looks wrong, but the whole drop lies outside the area of its force.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from transforms.feeds.force.drop_file import DropFile
from transforms.feeds.rules import FileRule
from transforms.reference.arrays import Floats, Mask
from transforms.reference.force_areas import area_of, in_cells
from transforms.reference.national_grid import GRID, to_degrees


SHARE = 0.5  # of the places, outside the force's area
_NEARLY_ALL = 0.95
_LOOKED_AT = 2_000  # places, evenly out of all
_FOOT_METRES = 0.3048


@dataclass(frozen=True)
class _Slip:
    """Another way to read two numbers, and what it means if that is right."""

    id: str
    text: str
    turned: Callable[[Floats, Floats], tuple[Floats, Floats]]
    in_metres: bool  # of the grid, or in degrees


def _as(unit: str) -> str:
    return (
        f"the coordinates lie in the force's area only as {unit}; the mapping's crs"
        " counts in metres"
    )


_SLIPS = (
    _Slip(
        "other-way-round",
        "the coordinates lie in the force's area only the other way round: the mapping"
        " has x for y",
        lambda x, y: (y, x),
        in_metres=True,
    ),
    _Slip(
        "minus",
        "the coordinates lie in the force's area only with the other sign of the"
        " longitude: a minus is lost, or one too many",
        lambda x, y: (-x, y),
        in_metres=False,
    ),
    _Slip(
        "feet",
        _as("feet"),
        lambda x, y: (x * _FOOT_METRES, y * _FOOT_METRES),
        in_metres=True,
    ),
    _Slip(
        "kilometres",
        _as("kilometres"),
        lambda x, y: (x * 1_000, y * 1_000),
        in_metres=True,
    ),
    _Slip(
        "tens",
        _as("tens of metres"),
        lambda x, y: (x * 10, y * 10),
        in_metres=True,
    ),
    _Slip(
        "tenths",
        _as("tenths of metres"),
        lambda x, y: (x / 10, y / 10),
        in_metres=True,
    ),
)


def _counted(slip: _Slip) -> Callable[[DropFile], tuple[int, int]]:
    """How many places lie outside the force's area, if that slip explains it."""

    def counts(file: DropFile) -> tuple[int, int]:
        area = area_of(file.mapping.force)
        given = np.flatnonzero(~file.points.placeless & ~file.deleted.yes)
        if area is None or slip.in_metres != (file.mapping.crs == GRID):
            return 0, len(given)
        some = given[:: max(1, len(given) // _LOOKED_AT)]
        x, y = file.points.x[some], file.points.y[some]
        outside = ~_inside(file, x, y)
        if outside.mean() <= SHARE if len(some) else True:
            return 0, len(given)
        explained = _inside(file, *slip.turned(x, y)).mean() >= _NEARLY_ALL
        return (round(outside.mean() * len(given)) if explained else 0), len(given)

    return counts


def _inside(file: DropFile, x: Floats, y: Floats) -> Mask:
    area = area_of(file.mapping.force)
    if area is None:
        return np.ones(len(x), dtype=bool)
    longitude, latitude = to_degrees(x, y) if file.mapping.crs == GRID else (x, y)
    return in_cells(longitude, latitude, area)


_RULES = [FileRule(slip.id, slip.text, SHARE, _counted(slip)) for slip in _SLIPS]

# Axes that are exchanged mostly lead off all land, which needs no force's area to see.
EXCHANGED_AXES: list[FileRule[DropFile]] = _RULES[:1]
MISREAD_PLACES: list[FileRule[DropFile]] = _RULES[1:]
