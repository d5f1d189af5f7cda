"""The picture on a briefing: the highest cells of a force, its hot spots numbered."""

import math
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import matplotlib as mpl
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from transforms.reference import cells
from transforms.reference.arrays import Floats
from transforms.reference.bands import BANDS


_DRAWN = tuple(reversed(BANDS[:-1]))  # the highest last, over its neighbours' edges
_TOP_EDGE = 0.5  # points: an outline marks the top band without colour
_METRES_PER_DEGREE = 111_320.0
_SCALE_BARS_KM = (1, 2, 5, 10, 20, 50)


def draw_map(rows: pa.Table, spots: Sequence[dict[str, Any]], salt: str) -> bytes:
    """The cells of one force and group by band, and its hot spots' numbers, as SVG.

    `spots` have `hotspot_rank`, `lon` and `lat`. Kilometres about the middle of what is
    drawn.
    """
    with mpl.rc_context({"svg.hashsalt": salt}):
        figure = Figure(figsize=(7.2, 4.1), layout="constrained")
        axes = figure.subplots()
        shown = rows.filter(
            pc.is_in(rows["score_band"], pa.array([band.slug for band in _DRAWN]))
        )
        middle = np.array(
            [np.mean(shown["lon"].to_numpy()), np.mean(shown["lat"].to_numpy())]
        )
        for band in _DRAWN:
            ids = shown.filter(pc.equal(shown["score_band"], band.slug))["h3_cell"]
            outlines = cells.boundaries(cells.from_text(ids.to_pylist()))
            axes.add_collection(
                PolyCollection(
                    list(_kilometres(outlines, middle)),
                    facecolor=band.colour,
                    edgecolor="black" if band is BANDS[0] else "none",
                    linewidth=_TOP_EDGE if band is BANDS[0] else 0.0,
                )
            )
        for spot in spots:
            at = _kilometres(np.array([spot["lon"], spot["lat"]]), middle)
            _number(axes, at, str(spot["hotspot_rank"]))
        _finish(axes)
        sink = BytesIO()
        figure.savefig(sink, format="svg", metadata={"Date": None})
    return sink.getvalue()


def _kilometres(lonlat: Floats, middle: Floats) -> Floats:
    """Degrees as kilometres from the middle: accurate enough for a map of one force."""
    scale = (
        _METRES_PER_DEGREE / 1000 * np.array([math.cos(math.radians(middle[1])), 1.0])
    )
    return np.asarray((lonlat - middle) * scale)


def _number(axes: Axes, at: Floats, text: str) -> None:
    axes.annotate(
        text,
        (float(at[0]), float(at[1])),
        ha="center",
        va="center",
        fontsize=7,
        fontweight="bold",
        bbox={"boxstyle": "circle,pad=0.15", "fc": "white", "ec": "black", "lw": 0.6},
    )


def _finish(axes: Axes) -> None:
    """Equal scales, no frame, and a scale bar."""
    axes.autoscale_view()
    axes.set_aspect("equal")
    axes.set_axis_off()
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    bar = max((k for k in _SCALE_BARS_KM if k <= (right - left) / 3), default=1)
    y = low - 0.03 * (high - low)
    axes.plot([left, left + bar], [y, y], color="black", linewidth=1.5)
    axes.annotate(
        f"{bar} km",
        (left + bar / 2, y),
        (0, 3),
        fontsize=7,
        ha="center",
        textcoords="offset points",
    )
