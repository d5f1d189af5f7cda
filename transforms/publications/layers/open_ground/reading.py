"""Reads the shipped ground, for one page at a time."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

import geopandas as gpd
import numpy as np
import shapely
from scipy.spatial import cKDTree

from transforms.publications.layers.ground_shapes import (
    SHIPPED_QUANTUM,
    Shapes,
    decoded,
)
from transforms.publications.layers.open_ground import ground_text
from transforms.reference.national_grid import GRID, to_grid_by_proj


# Around the page's area all land is drawn, but coarsely, and only cities are named.
_ELSEWHERE_M = 1500.0
_ELSEWHERE_RANK = 0
# How far a place's name reaches, by its rank.
_NAMED_WITHIN_M = {0: 3500.0, 1: 3000.0, 2: 5000.0}
_SEA = shapely.box(-500_000, -500_000, 1_200_000, 1_700_000)
Name = tuple[int, str, float, float]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class OpenGround:
    """Layers in the National Grid, the lowest first, and places, the largest first."""

    layers: tuple[Shapes, ...]
    places: tuple[Name, ...]

    def shapes(self, area: shapely.Geometry) -> Iterator[Shapes]:
        """Sea, land and borders: as fine as they are in that area."""
        yield Shapes("sea", np.array([_SEA]), is_area=True)
        for layer in self.layers:
            fine = shapely.intersection(layer.parts, area)
            coarse = layer.simplified(_ELSEWHERE_M).parts
            around = shapely.difference(coarse, area)
            both = np.concatenate([fine, around if layer.is_area else fine[:0]])
            yield Shapes.of(layer.name, both[~shapely.is_empty(both)])

    def names(self, area: shapely.Geometry) -> list[Name]:
        """The places in the area, and the cities elsewhere, the largest first."""
        inside = self._on_grid.within(area).tolist()
        named = zip(self.places, inside, strict=True)
        return [place for place, near in named if near or place[0] <= _ELSEWHERE_RANK]

    def rings(self, name: str, box: Box) -> list[np.ndarray]:
        """The rings or lines of a layer in a box of the National Grid, for a picture.

        No land that is drawn has a hole of a size that could be seen.
        """
        layer = next(layer for layer in self.layers if layer.name == name)
        parts = shapely.get_parts(shapely.clip_by_rect(layer.parts, *box))
        if layer.is_area:
            parts = shapely.get_exterior_ring(parts)
        lines = [shapely.get_coordinates(part) for part in parts]
        return [line for line in lines if len(line)]

    def in_box(self, box: Box) -> list[Name]:
        """The places in a box of the National Grid, with their position in it."""
        west, south, east, north = box
        x, y = self._on_grid.x.to_numpy(), self._on_grid.y.to_numpy()
        inside = (west < x) & (x < east) & (south < y) & (y < north)
        return [
            (*self.places[at][:2], float(x[at]), float(y[at]))
            for at in np.flatnonzero(inside).tolist()
        ]

    @cached_property
    def _on_grid(self) -> gpd.GeoSeries:
        """The places in the National Grid, in the same order."""
        at = [(x, y) for _, _, x, y in self.places]
        return gpd.GeoSeries(shapely.points(at), crs="OGC:CRS84").to_crs(GRID)

    @cached_property
    def trees(self) -> dict[int, tuple[list[str], cKDTree]]:
        """By rank, the names of the places, and where they are in the National Grid."""
        found = {}
        for rank in _NAMED_WITHIN_M:
            of_rank = [place for place in self.places if place[0] == rank]
            x, y = to_grid_by_proj(*np.array([place[2:] for place in of_rank]).T)
            names = [place[1] for place in of_rank]
            found[rank] = names, cKDTree(np.column_stack([x, y]))
        return found


def towns_near(longitude: np.ndarray, latitude: np.ndarray) -> list[str | None]:
    """The place that people would name: the nearest city, else town, else village.

    None where there is none so near.
    """
    x, y = to_grid_by_proj(longitude, latitude)
    found: list[str | None] = [None] * len(x)
    for rank, most_m in reversed(_NAMED_WITHIN_M.items()):
        names, tree = open_ground().trees[rank]
        away, at = tree.query(np.column_stack([x, y]), distance_upper_bound=most_m)
        for row in np.flatnonzero(np.isfinite(away)).tolist():
            found[row] = names[int(at[row])]
    return found


@cache
def open_ground() -> OpenGround:
    """The ground that is shipped."""
    content = json.loads(ground_text())
    shown = tuple(decoded(layer, SHIPPED_QUANTUM) for layer in content["layers"])
    return OpenGround(shown, tuple(tuple(name) for name in content["names"]))
