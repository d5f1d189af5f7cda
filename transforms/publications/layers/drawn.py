"""The user's own polygons as places: each the small cells whose centre it contains.

A place must be one that a patrol can be sent to and that can be counted, so what cannot
be is refused: two that overlap, one without a name, one as large as a district.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from transforms.errors import UsageError
from transforms.map_files.layer_files import MapFile, misplaced
from transforms.map_files.polygons import misplaced_in_words, read_polygons
from transforms.plain_text import plain
from transforms.publications.formulas import is_safe
from transforms.publications.layers.areas import (
    file_and_column,
    label_column,
    label_of,
)
from transforms.reference import cells
from transforms.reference.arrays import Cells


RESOLUTION = 11
MOST_AREA_M2 = 10_000_000.0
_MARGIN_DEGREES = 0.002  # about 200 m: a cell's centre may lie beyond a bent edge
_DEGREES = "OGC:CRS84"


@dataclass(frozen=True)
class Drawn:
    """Places of a file of polygons, by their names in alphabetical order."""

    sha256: str
    column: str
    places: Mapping[str, Cells]  # of resolution 11, sorted


def read_drawn(given: str, most: int) -> Drawn:
    """The places of FILE or FILE:COLUMN; `UsageError` for what cannot be places.

    Several polygons of one name are one place.
    """
    path, column = file_and_column(given)
    file = MapFile(path)
    frame = read_polygons(file)
    texts = [c for c in frame.columns if c != frame.geometry.name]
    column = label_column(path, "place", texts, column, "write FILE:COLUMN")
    if odd := misplaced_in_words(int(misplaced(frame).sum()), frame.crs):
        raise UsageError(f"{path}: {odd[0]}")
    shapes = _by_name(path, frame, column)
    if len(shapes) > most:
        raise UsageError(
            f"{path}: {len(shapes)} places; a programme has 1 to {most} places"
        )
    places = {
        name: _cells_in(path, name, shape, frame.crs) for name, shape in shapes.items()
    }
    _refuse_overlap(path, places)
    return Drawn(file.sha256, column, places)


def _by_name(
    path: Path, frame: gpd.GeoDataFrame, column: str
) -> dict[str, shapely.Geometry]:
    found: dict[str, list[shapely.Geometry]] = {}
    for value, shape in zip(frame[column].tolist(), frame.geometry, strict=True):
        name = label_of(value)
        if name is None:
            raise UsageError(f"{path}: a place has no name in {plain(column)}")
        if not is_safe(name):
            raise UsageError(
                f"{path}: the name of a place starts like a spreadsheet formula, or"
                " contains < or >"
            )
        found.setdefault(name, []).append(shape)
    return {name: shapely.union_all(found[name]) for name in sorted(found)}


def _cells_in(path: Path, name: str, shape: shapely.Geometry, crs: CRS) -> Cells:
    """The cells whose centre, carried into the file's system, lies in a shape."""
    own = gpd.GeoSeries([shape], crs=crs).to_crs(_DEGREES)
    west, south, east, north = own.total_bounds
    if not cells.within_bounds(np.array([west, east]), np.array([south, north])).all():
        raise UsageError(
            f"{path}: {name} does not lie in Great Britain: is its coordinate reference"
            " system right?"
        )
    area_m2 = float(own.to_crs("EPSG:27700").area.iloc[0])
    if area_m2 > MOST_AREA_M2:
        raise UsageError(
            f"{path}: {name} has {area_m2 / 1e6:,.1f} km²; a place has at most"
            f" {MOST_AREA_M2 / 1e6:g} km²"
        )
    near = cells.in_box(
        west - _MARGIN_DEGREES,
        south - _MARGIN_DEGREES,
        east + _MARGIN_DEGREES,
        north + _MARGIN_DEGREES,
        RESOLUTION,
    )
    centres = gpd.GeoSeries.from_xy(*cells.centres(near), crs=_DEGREES).to_crs(crs)
    shapely.prepare(shape)
    inside = near[shapely.contains_xy(shape, centres.x, centres.y)]
    if not len(inside):
        raise UsageError(
            f"{path}: {name} is too small: no cell of resolution {RESOLUTION}, of about"
            " 1,900 m², has its centre in it"
        )
    return np.asarray(inside)


def _refuse_overlap(path: Path, places: Mapping[str, Cells]) -> None:
    of_cell: dict[int, str] = {}
    for name, inside in places.items():
        for cell in inside.tolist():
            if (other := of_cell.setdefault(cell, name)) != name:
                raise UsageError(
                    f"{path}: {other} and {name} overlap; an incident counts at one"
                    " place only"
                )
