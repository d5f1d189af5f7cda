"""One panel of a briefing's map: ground, cells, numbers and a scale bar, to scale."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.publications.formats.briefing_marks import Point, apart
from transforms.publications.formats.svg import Picture, Rectangle, Style
from transforms.publications.layers.open_ground.reading import Box, open_ground
from transforms.reference import cells
from transforms.reference.arrays import Floats
from transforms.reference.bands import BANDS
from transforms.reference.national_grid import to_grid_by_proj


DRAWN = tuple(reversed(BANDS[:-1]))  # the highest last, over its neighbours' edges
_SEA, _LAND, _BORDER = "#dde7ee", "#f7f6f1", "#7d838d"
_OUTLINE = Style(line="#b3261e", width=1.4)
_ENLARGED = Style(line="black", width=1.0)
# An outline marks the top band without colour: its width in points, and of a side.
_TOP_EDGE, _MOST_OF_SIDE = 0.5, 0.2
_SCALE_BARS_KM = (0.5, 1, 2, 5, 10, 20, 50)
_SCALE_SIZE = 7.0
# In points: the circle of a number, how far apart two of them are, and its letters
_MARK_RADIUS, _MARK_ROOM, _MARK_SIZE = 5.2, 11.5, 7.5
_MARK = Style(fill="white", line="black", width=0.6)
# In points: a name's letters, how wide one is, and the height of a line
_NAME_SIZE, _LETTER, _LINE = 8.0, 3.8, 9.0
_EDGE = 2.0  # from the edge
_BEHIND_NAME = Style(fill="white", opacity=0.75)
_MOST_NAMES = 16


@dataclass(frozen=True)
class Panel:
    """A part of the map: where it is in the picture, and what it shows, in metres."""

    picture: Picture
    place: Rectangle
    box: Box  # west, south, east and north, of the same shape

    @property
    def metres_a_point(self) -> float:
        """The scale."""
        return (self.box[2] - self.box[0]) / self.place[2]

    def draw(
        self,
        rows: pa.Table,
        spots: Sequence[dict[str, Any]],
        ranks: int,
        outline: Sequence[Floats] = (),
    ) -> None:
        """Draw cells and numbers, the places of so many ranks, and an area's lines."""
        self.picture.panel(self.place)
        self.picture.rectangle(self.place, Style(fill=_SEA))
        self._ground()
        self._cells(self._near(rows))
        self.picture.lines(map(self._placed, outline), _OUTLINE)
        self._scale()
        true = [grid(spot["lon"], spot["lat"]) for spot in spots]
        placed = apart(true, _MARK_ROOM * self.metres_a_point)
        self._names(placed, ranks)
        self.picture.end_panel()
        self.picture.rectangle(self.place, Style(line=_BORDER, width=0.5))
        self._numbers(spots, true, placed)  # whole, at an edge too

    def frame(self, box: Box) -> None:
        """Draw a box of the ground, which another panel enlarges."""
        west, south, east, north = box
        (left, top), (right, bottom) = self._placed(
            np.array([(west, north), (east, south)])
        ).tolist()
        self.picture.rectangle((left, top, right - left, bottom - top), _ENLARGED)

    def _placed(self, metres: Floats) -> Floats:
        """Points of the National Grid as points of the picture."""
        left, top, _, _ = self.place
        west, _, _, north = self.box
        x, y = metres[..., 0] - west, north - metres[..., 1]
        return np.stack([x, y], axis=-1) / self.metres_a_point + (left, top)

    def _at(self, metres: Point) -> Point:
        x, y = self._placed(np.array(metres)).tolist()
        return x, y

    def _near(self, rows: pa.Table) -> pa.Table:
        """The cells in the panel: a picture of all of them would be twice as large."""
        x, y = to_grid_by_proj(rows["lon"].to_numpy(), rows["lat"].to_numpy())
        west, south, east, north = self.box
        return rows.filter(
            pa.array((west <= x) & (x <= east) & (south <= y) & (y <= north))
        )

    def _ground(self) -> None:
        shown = open_ground()
        land = map(self._placed, shown.rings("land", self.box))
        self.picture.rings(land, Style(fill=_LAND))
        for name, width in (("authorities", 0.3), ("forces", 0.8)):
            lines = map(self._placed, shown.rings(name, self.box))
            self.picture.lines(lines, Style(line=_BORDER, width=width))

    def _cells(self, rows: pa.Table) -> None:
        for band in DRAWN:
            ids = rows.filter(pc.equal(rows["score_band"], band.slug))["h3_cell"]
            corners = cells.boundaries(cells.from_text(ids.to_pylist()))[:, :-1]
            x, y = to_grid_by_proj(corners[..., 0], corners[..., 1])
            rings = self._placed(np.stack([x, y], axis=-1))
            style = Style(fill=band.colour)
            if band is BANDS[0] and len(rings):
                side = math.dist(*rings[0, :2].tolist())
                width = min(_TOP_EDGE, _MOST_OF_SIDE * side)
                style = Style(fill=band.colour, line="black", width=width)
            self.picture.rings(rings, style)

    def _numbers(
        self,
        spots: Sequence[dict[str, Any]],
        true: Sequence[Point],
        placed: Sequence[Point],
    ) -> None:
        """The numbers, each with a line to its hot spot where it had to move."""
        for at, to in zip(true, placed, strict=True):
            if math.dist(at, to) > _MARK_ROOM * self.metres_a_point / 4:
                line = self._placed(np.array([at, to]))
                self.picture.lines([line], Style(line="black", width=0.6))
        for spot, to in zip(spots, placed, strict=True):
            x, y = self._at(to)
            self.picture.circle(x, y, _MARK_RADIUS, _MARK)
            number = str(spot["hotspot_rank"])
            self.picture.text(x, y, number, _MARK_SIZE, is_bold=True)

    def _names(self, marks: Sequence[Point], ranks: int) -> None:
        """The names of the largest places, where there is room."""
        left, top, width, height = self.place
        half = _MARK_ROOM / 2
        used = [(*self._at(mark), half, half) for mark in marks]
        used.append((left, top + height, 0.4 * width, 2.5 * _LINE))  # the scale bar
        named = 0
        for rank, name, east, north in open_ground().in_box(self.box):
            x, y = self._at((east, north))
            wide = _LETTER * len(name)
            room = wide / 2 + _EDGE  # a name at the edge is moved in
            x = min(max(x, left + room), left + width - room)
            mine = (x, y, wide / 2, _LINE / 2)
            inside = 2 * room < width and top < y - _LINE and y + _LINE < top + height
            if rank >= ranks or not inside or any(_meet(mine, by) for by in used):
                continue
            behind = (x - wide / 2, y - _LINE / 2, wide, _LINE)
            self.picture.rectangle(behind, _BEHIND_NAME)
            self.picture.text(x, y, name, _NAME_SIZE)
            used.append(mine)
            named += 1
            if named == _MOST_NAMES:
                return

    def _scale(self) -> None:
        left, top, width, height = self.place
        most = width * self.metres_a_point / 3
        bar = max((k for k in _SCALE_BARS_KM if k * 1000 <= most), default=0.5)
        x, y = left + 0.03 * width, top + 0.965 * height
        wide = bar * 1000 / self.metres_a_point
        line = np.array([(x, y), (x + wide, y)])
        self.picture.lines([line], Style(line="black", width=1.5))
        told = f"{bar:g} km"
        half = _LETTER * len(told) / 2
        behind = (x + wide / 2 - half, y - 10, 2 * half, _SCALE_SIZE)
        self.picture.rectangle(behind, _BEHIND_NAME)
        self.picture.text(x + wide / 2, y - 6, told, _SCALE_SIZE)


def grid(longitude: float, latitude: float) -> Point:
    """A place in the National Grid."""
    x, y = to_grid_by_proj(np.array([longitude]), np.array([latitude]))
    return float(x[0]), float(y[0])


def _meet(one: Box, other: Box) -> bool:
    """Whether two boxes overlap: middle, half width, half height."""
    return (
        abs(one[0] - other[0]) < one[2] + other[2]
        and abs(one[1] - other[1]) < one[3] + other[3]
    )
