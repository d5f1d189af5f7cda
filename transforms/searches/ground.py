"""Which part of a force a search or an incident lies in: places, around them, the rest.

The feed moves searches to the same map points as incidents. So an area is made of whole
cells, and the ring shows what lies on the other side of a cell's edge.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from transforms.reference import cells
from transforms.reference.arrays import Cells, Floats, Integers


HOT_SPOTS, PLACES = "hot spots", "programme places"
RING, REST, NOT_LOCATED, WHOLE = "ring", "rest of force", "not located", "whole force"
_RING_RESOLUTION = 9


@dataclass(frozen=True)
class Ground:
    """Hot spots or places: their cells, all of one resolution of 9 or finer."""

    name: str
    cells: Cells

    @property
    def areas(self) -> tuple[str, ...]:
        """The areas of a force, which have no search in common."""
        return self.name, RING, REST, NOT_LOCATED

    @cached_property
    def _around(self) -> Cells:
        """The cells of resolution 9 that contain any of it, and those next to them."""
        wide = np.unique(cells.parents(self.cells, _RING_RESOLUTION))
        return cells.disk(wide, 1)

    def area_of(self, longitude: Floats, latitude: Floats) -> Integers:
        """The area of each point, as its place in `areas`; NaN is not located."""
        found = np.full(len(longitude), self.areas.index(NOT_LOCATED), dtype=np.int64)
        located = ~np.isnan(longitude)
        points, of_row = np.unique(
            np.stack([longitude[located], latitude[located]]),
            axis=1,
            return_inverse=True,
        )
        found[located] = self._area_of_point(points)[of_row.ravel()]
        return found

    def _area_of_point(self, points: Floats) -> Integers:
        resolution = int(cells.resolutions(self.cells[:1])[0]) if len(self.cells) else 9
        return self.area_of_cells(cells.index_points(points[0], points[1], resolution))

    def area_of_cells(self, fine: Cells) -> Integers:
        """The area of each cell of the ground's own resolution."""
        wide = cells.parents(fine, _RING_RESOLUTION)
        area = np.full(len(fine), self.areas.index(REST), dtype=np.int64)
        area[np.isin(wide, self._around)] = self.areas.index(RING)
        area[np.isin(fine, self.cells)] = self.areas.index(self.name)
        return area
