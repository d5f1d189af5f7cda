"""The ground under a page's cells: open data or the user's own, cut to the page.

The user's basemap takes the place of the ground that hexbeat ships. What is in a box
around each force's cells is drawn, as finely as a budget of bytes allows: the tolerance
is doubled until it fits.
"""

import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from pyproj import CRS

from transforms.errors import UsageError
from transforms.map_files.foreign import listed
from transforms.map_files.layer_files import MapFile, misplaced
from transforms.map_files.polygons import (
    misplaced_in_words,
    read_polygons,
    unreached_in_words,
)
from transforms.publications.layers.ground_shapes import Shapes, encoded, lines_of
from transforms.publications.layers.open_ground.reading import open_ground
from transforms.reference import cells
from transforms.reference.national_grid import GRID


# Layers of OS Open Zoomstack, the lowest first. Local roads and buildings would leave
# no room for the rest.
DRAWN = (
    "land", "sea", "foreshore", "national_parks", "urban_areas", "woodland",
    "greenspace", "surfacewater", "waterlines", "rail", "roads_regional",
    "roads_national",
)  # fmt: skip
NAMES = "names"
_ALSO_CALLED = {"greenspaces": "greenspace"}
_RANKS = {"Capital": 0, "City": 0, "Town": 1, "Village": 2, "Suburban Area": 2}
# The tolerance up to which the names of each rank are kept.
_NAMES_TO_M = (np.inf, 512, 64)
MOST_BYTES = 1_500_000
FINEST_M = 4.0
# A point takes at least a byte and a half, so more of them cannot fit.
_MOST_POINTS = MOST_BYTES // 3 * 2
_STRAYS = 0.005  # of a force's cells at each end, which must not stretch its box
_PAD_SHARE, _PAD_M = 0.05, 3000.0
_BOW_M = 10_000.0


@dataclass(frozen=True, eq=False)
class Boundary:
    """Polygons whose outlines are drawn."""

    sha256: str
    polygons: gpd.GeoSeries  # in the National Grid
    crs: CRS  # of the file
    misplaced: int = 0  # shapes with impossible coordinates: they are left out

    def gaps(self, rows: pa.Table) -> list[str]:
        """What parts of it are not drawn, a line each."""
        lines = misplaced_in_words(self.misplaced, self.crs)
        if len(self.polygons) and not self.polygons.intersects(page_area(rows)).any():
            lines.append(unreached_in_words(len(self.polygons), self.crs))
        return lines

    def shapes(self, area: shapely.Geometry) -> Shapes:
        """The whole outlines of the polygons that reach into the area, each once."""
        here = self.polygons[self.polygons.intersects(area)]
        outline = shapely.union_all(here.boundary.to_numpy())
        return Shapes("boundary", lines_of(np.array([outline])), is_area=False)


@dataclass(frozen=True, eq=False)
class Basemap:
    """A file in the layout of OS Open Zoomstack, of which each page draws a part."""

    file: MapFile
    layers: Mapping[str, str]  # those that are read, by their usual name

    @property
    def sha256(self) -> str:
        """The hash of the file."""
        return self.file.sha256

    def gaps(self, rows: pa.Table) -> list[str]:
        """What parts of it are not drawn, a line each."""
        area = page_area(rows)
        if any(len(self._read(name, area)) for name in self.layers):
            return []
        why = "nothing in it is near a published cell: is it a map of these forces"
        return [f"{why}, and are its coordinates in the system that it names?"]

    def shapes(self, area: shapely.Geometry) -> Iterator[Shapes]:
        """Each layer's shapes in that area of the National Grid."""
        for name in DRAWN:
            if name in self.layers:
                here = self._read(name, area).geometry.to_numpy()
                if len(here):
                    yield Shapes.of(name, shapely.intersection(here, area))

    def names(self, area: shapely.Geometry) -> list[tuple[int, str, float, float]]:
        """The places in the area, largest first: rank, name, longitude, latitude."""
        if NAMES not in self.layers:
            return []
        frame = self._read(NAMES, area)
        frame = frame[frame.geometry.within(area)].to_crs("OGC:CRS84")
        columns = {c.lower(): c for c in frame.columns}
        name, kind = columns.get("name1", columns.get("name")), columns.get("type")
        if name is None or kind is None or frame.empty:
            return []
        points = frame.geometry.representative_point()
        listed = zip(frame[kind], frame[name], points.x, points.y, strict=True)
        return sorted(
            (_RANKS[kind], text, x, y)
            for kind, text, x, y in listed
            if kind in _RANKS and isinstance(text, str) and text
        )

    def _read(self, name: str, area: shapely.Geometry) -> gpd.GeoDataFrame:
        layer = self.layers[name]
        # a straight edge here may be curved in the file's reference system
        edges = gpd.GeoSeries([shapely.segmentize(area, _BOW_M)], crs=GRID)
        box = edges.to_crs(self.file.crs_of(layer)).total_bounds
        frame = self.file.read(layer, tuple(box))
        frame = frame[~misplaced(frame)].to_crs(GRID)
        return frame[frame.intersects(area)]


def read_boundary(path: Path) -> Boundary:
    """The polygons of that file."""
    file = MapFile(path)
    shapes = read_polygons(file).geometry
    odd = misplaced(shapes)
    placed = shapes[~odd].reset_index(drop=True).to_crs(GRID)
    return Boundary(file.sha256, placed, shapes.crs, int(odd.sum()))


def find_basemap(path: Path) -> Basemap:
    """The layers of that file that can be drawn; `UsageError` if there are none."""
    file = MapFile(path)
    names = file.layers
    known = {_ALSO_CALLED.get(name.lower(), name.lower()): name for name in names}
    layers = {n: known[n] for n in (*DRAWN, NAMES) if n in known}
    if not layers:
        raise UsageError(
            f"{path}: it has none of the layers that a basemap is drawn from"
            f" ({', '.join((*DRAWN, NAMES))}); it has {listed(names) or 'none'}"
        )
    for layer in layers.values():
        if file.crs_of(layer) is None:
            file.refuse_without_crs(layer)
    return Basemap(file, layers)


def ground(
    boundary: Boundary | None, basemap: Basemap | None, rows: pa.Table
) -> dict[str, Any] | None:
    """The shapes that a page of those rows draws under them; None for no rows."""
    if not len(rows):
        return None
    area = page_area(rows)
    under = basemap or open_ground()
    shapes = [*under.shapes(area)]
    shapes += [boundary.shapes(area)] if boundary else []
    return _fitted(shapes, under.names(area))


def page_area(rows: pa.Table) -> shapely.Geometry:
    """A box around each force's cells, in the National Grid."""
    boxes = []
    for force in rows["force"].unique().to_pylist():
        mine = rows.filter(pc.equal(rows["force"], force))["h3_cell"].unique()
        longitude, latitude = cells.centres(cells.from_text(mine.to_pylist()))
        points = gpd.GeoSeries.from_xy(longitude, latitude, crs="OGC:CRS84")
        xy = shapely.get_coordinates(points.to_crs(GRID).to_numpy())
        low, high = np.quantile(xy, [_STRAYS, 1 - _STRAYS], axis=0)
        pad = _PAD_M + _PAD_SHARE * (high - low)
        boxes.append(shapely.box(*(low - pad), *(high + pad)))
    return shapely.union_all(boxes)


def _fitted(
    shapes: list[Shapes], names: list[tuple[int, str, float, float]]
) -> dict[str, Any]:
    """The shapes as finely as the budget allows."""
    tolerance_m = FINEST_M
    while True:
        shapes = [layer.simplified(tolerance_m) for layer in shapes]
        if sum(layer.points for layer in shapes) <= _MOST_POINTS:
            drawn = {
                "layers": [encoded(layer) for layer in shapes if layer.points],
                "names": [
                    [rank, text, round(x, 5), round(y, 5)]
                    for rank, text, x, y in names
                    if tolerance_m <= _NAMES_TO_M[rank]
                ],
            }
            if _page_bytes(drawn) <= MOST_BYTES:
                return drawn
        tolerance_m *= 2


def _page_bytes(drawn: dict[str, Any]) -> int:
    """The bytes it takes in a page, where it is compressed and in base64."""
    text = json.dumps(drawn, separators=(",", ":"), ensure_ascii=False)
    return len(zlib.compress(text.encode())) * 4 // 3
