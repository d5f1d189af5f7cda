"""One panel of a briefing's map: ground, cells, numbers and a scale bar, to scale."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure

from transforms.publications.formats.briefing_marks import Point, apart
from transforms.publications.layers.open_ground.reading import Box, open_ground
from transforms.reference import cells
from transforms.reference.arrays import Floats
from transforms.reference.bands import BANDS
from transforms.reference.national_grid import to_grid_by_proj


DRAWN = tuple(reversed(BANDS[:-1]))  # the highest last, over its neighbours' edges
_SEA, _LAND, _BORDER = "#dde7ee", "#f7f6f1", "#7d838d"
_TOP_EDGE = 0.5  # points: an outline marks the top band without colour
_SCALE_BARS_KM = (0.5, 1, 2, 5, 10, 20, 50)
_MARK_IN = 0.19  # the width of a number, in inches
_NAME_IN = (0.062, 0.11)  # of a letter, and the height of a line
_MOST_NAMES = 16


@dataclass(frozen=True)
class Panel:
    """A part of the map: where it is in the figure, and what it shows, in metres."""

    figure: Figure
    place_in: Box  # left, bottom, width and height, in inches
    box: Box  # west, south, east and north, of the same shape

    @property
    def metres_an_inch(self) -> float:
        """The scale."""
        return (self.box[2] - self.box[0]) / self.place_in[2]

    def draw(self, rows: pa.Table, spots: Sequence[dict[str, Any]], ranks: int) -> Axes:
        """Draw the cells and numbers, and the places of so many ranks."""
        width, height = self.figure.get_size_inches()
        left, bottom, wide, high = self.place_in
        axes = self.figure.add_axes(
            (left / width, bottom / height, wide / width, high / height)
        )
        west, south, east, north = self.box
        axes.set(xlim=(west, east), ylim=(south, north), xticks=[], yticks=[])
        axes.set_facecolor(_SEA)
        for spine in axes.spines.values():
            spine.set(linewidth=0.5, color=_BORDER)
        self._ground(axes)
        _cells(axes, self._near(rows))
        taken = self._numbers(axes, spots)
        self._names(axes, taken, ranks)
        self._scale(axes)
        return axes

    def _near(self, rows: pa.Table) -> pa.Table:
        """The cells in the panel: a picture of all of them would be twice as large."""
        x, y = to_grid_by_proj(rows["lon"].to_numpy(), rows["lat"].to_numpy())
        west, south, east, north = self.box
        return rows.filter(
            pa.array((west <= x) & (x <= east) & (south <= y) & (y <= north))
        )

    def _ground(self, axes: Axes) -> None:
        shown = open_ground()
        land = shown.rings("land", self.box)
        axes.add_collection(PolyCollection(land, facecolor=_LAND, edgecolor="none"))
        for name, width in (("authorities", 0.3), ("forces", 0.8)):
            lines = LineCollection(shown.rings(name, self.box))
            lines.set(color=_BORDER, linewidth=width)
            axes.add_collection(lines)

    def _numbers(self, axes: Axes, spots: Sequence[dict[str, Any]]) -> list[Point]:
        """The numbers, each with a line to its hot spot where it had to move."""
        true = [grid(spot["lon"], spot["lat"]) for spot in spots]
        room = _MARK_IN * self.metres_an_inch
        placed = apart(true, room)
        for spot, at, to in zip(spots, true, placed, strict=True):
            if math.dist(at, to) > room / 4:
                axes.plot(*zip(at, to, strict=True), color="black", linewidth=0.6)
            _number(axes, to, str(spot["hotspot_rank"]))
        return placed

    def _names(self, axes: Axes, taken: Sequence[Point], ranks: int) -> None:
        """The names of the largest places, where there is room."""
        west, south, east, north = self.box
        letter, line = (size * self.metres_an_inch for size in _NAME_IN)
        mark = _MARK_IN * self.metres_an_inch
        used = [(x, y, mark / 2, mark / 2) for x, y in taken]
        used.append((west, south, (east - west) / 2, 3 * line))  # the scale bar
        named = 0
        for rank, name, x, y in open_ground().in_box(self.box):
            mine = (x, y, letter * len(name) / 2, line / 2)
            inside = west < x - mine[2] and x + mine[2] < east
            inside = inside and south < y - line and y + line < north
            if rank >= ranks or not inside or any(_meet(mine, by) for by in used):
                continue
            axes.text(x, y, name, fontsize=6.5, ha="center", va="center", zorder=4,
                      bbox={"boxstyle": "round,pad=0.1", "fc": "white", "ec": "none",
                            "alpha": 0.75})  # fmt: skip
            used.append(mine)
            named += 1
            if named == _MOST_NAMES:
                return

    def _scale(self, axes: Axes) -> None:
        west, south, east, north = self.box
        most = (east - west) / 3
        bar = max((k for k in _SCALE_BARS_KM if k * 1000 <= most), default=0.5)
        x, y = west + 0.03 * (east - west), south + 0.035 * (north - south)
        axes.plot([x, x + bar * 1000], [y, y], color="black", linewidth=1.5, zorder=5)
        axes.annotate(f"{bar:g} km", (x + bar * 500, y), (0, 3), fontsize=7,
                      ha="center", textcoords="offset points", zorder=5)  # fmt: skip


def grid(longitude: float, latitude: float) -> Point:
    """A place in the National Grid."""
    x, y = to_grid_by_proj(np.array([longitude]), np.array([latitude]))
    return float(x[0]), float(y[0])


def _cells(axes: Axes, rows: pa.Table) -> None:
    for band in DRAWN:
        ids = rows.filter(pc.equal(rows["score_band"], band.slug))["h3_cell"]
        outlines = cells.boundaries(cells.from_text(ids.to_pylist()))
        axes.add_collection(
            PolyCollection(
                list(_on_grid(outlines)),
                facecolor=band.colour,
                edgecolor="black" if band is BANDS[0] else "none",
                linewidth=_TOP_EDGE if band is BANDS[0] else 0.0,
                zorder=2,
            )
        )


def _on_grid(lonlat: Floats) -> Floats:
    x, y = to_grid_by_proj(lonlat[..., 0], lonlat[..., 1])
    return np.stack([x, y], axis=-1)


def _number(axes: Axes, at: Point, text: str) -> None:
    circle = {"boxstyle": "circle,pad=0.15", "fc": "white", "ec": "black", "lw": 0.6}
    axes.text(
        *at, text, ha="center", va="center", fontsize=7, fontweight="bold", bbox=circle,
        zorder=5,
    )  # fmt: skip


def _meet(one: Box, other: Box) -> bool:
    """Whether two boxes overlap: middle, half width, half height."""
    return (
        abs(one[0] - other[0]) < one[2] + other[2]
        and abs(one[1] - other[1]) < one[3] + other[3]
    )
