"""Shapes of the ground, simplified and then encoded as few whole numbers."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from transforms.reference.national_grid import GRID


# In degrees: about a metre.
QUANTUM = 1e-5
# Of the ground that is shipped: about ten metres.
SHIPPED_QUANTUM = 1e-4
# A shape smaller than this many tolerances is a speck.
_SPECK = 2.0


@dataclass(frozen=True, eq=False)
class Shapes:
    """A layer's single polygons or lines, in the National Grid."""

    name: str
    parts: np.ndarray
    is_area: bool

    @classmethod
    def of(cls, name: str, given: np.ndarray) -> "Shapes":
        """Its polygons if there are any, else its lines, joined where they meet."""
        parts = shapely.get_parts(shapely.get_parts(given))
        areas = parts[shapely.get_dimensions(parts) == 2]
        return cls(name, areas if len(areas) else lines_of(parts), len(areas) > 0)

    @property
    def points(self) -> int:
        """The total number of corners."""
        return int(shapely.get_num_coordinates(self.parts).sum())

    def simplified(self, tolerance_m: float) -> "Shapes":
        """Simplified to within that many metres, without specks."""
        simple = shapely.simplify(self.parts, tolerance_m, preserve_topology=False)
        parts = shapely.get_parts(simple)
        speck = _SPECK * tolerance_m
        if self.is_area:
            parts = parts[shapely.area(parts) >= speck**2]
        else:
            parts = parts[shapely.length(parts) >= speck]
        return Shapes(self.name, parts, self.is_area)


def lines_of(given: np.ndarray) -> np.ndarray:
    """The lines among those shapes, joined where exactly two meet."""
    parts = shapely.get_parts(shapely.get_parts(given))
    lines = parts[shapely.get_dimensions(parts) == 1]
    lines = lines[shapely.length(lines) > 0]
    merged = shapely.line_merge(shapely.multilinestrings(lines))
    return np.asarray(shapely.get_parts(merged))


def encoded(layer: Shapes, quantum: float = QUANTUM) -> list[Any]:
    """Name, kind and shapes of a layer; a shape is rings, a ring steps of x and y.

    Each step is the difference from the previous point, in quanta (of a page:
    hundred-thousandths of a degree), even across rings: the whole layer is one chain
    that starts at 0.
    """
    parts = _neighbours_together(layer.parts).to_crs("OGC:CRS84").to_numpy()
    if layer.is_area:
        # holes have the opposite direction, so that overlapping shapes stay filled
        parts = shapely.orient_polygons(parts)
        rings, of_part = shapely.get_rings(parts, return_index=True)
    else:
        rings, of_part = parts, np.arange(len(parts))
    points, of_ring = shapely.get_coordinates(rings, return_index=True)
    whole = np.round(points / quantum).astype(np.int64)
    steps = np.diff(whole, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    starts = np.flatnonzero(np.diff(of_ring)) + 1
    shapes: list[list[list[int]]] = [[] for _ in parts]
    for part, ring in zip(of_part.tolist(), np.split(steps, starts), strict=True):
        shapes[part].append(ring.ravel().tolist())
    return [layer.name, "area" if layer.is_area else "line", shapes]


def _neighbours_together(parts: np.ndarray) -> gpd.GeoSeries:
    """In the order of a space-filling curve, which keeps most steps short."""
    shapes = gpd.GeoSeries(parts, crs=GRID)
    west, south, east, north = shapes.total_bounds
    # a layer of one straight line has no width
    bounds = (west - 1, south - 1, east + 1, north + 1)
    along = shapes.hilbert_distance(total_bounds=bounds)
    return shapes.iloc[np.argsort(along.to_numpy(), kind="stable")]


def decoded(layer: list[Any], quantum: float) -> Shapes:
    """The shapes that were encoded."""
    name, kind, shapes = layer
    steps = [np.array(ring).reshape(-1, 2) for rings in shapes for ring in rings]
    points = np.concatenate(steps).cumsum(axis=0) * quantum
    of_ring = np.repeat(np.arange(len(steps)), [len(ring) for ring in steps])
    if kind == "line":
        parts = shapely.linestrings(points, indices=of_ring)
    else:
        rings = shapely.linearrings(points, indices=of_ring)
        of_part = np.repeat(np.arange(len(shapes)), [len(rings) for rings in shapes])
        parts = shapely.polygons(rings, indices=of_part)
    placed = gpd.GeoSeries(parts, crs="OGC:CRS84").to_crs(GRID).to_numpy()
    return Shapes(name, placed, is_area=kind == "area")
