"""The picture on a briefing: the highest cells of a force, its hot spots numbered.

Where numbers crowd, a second panel enlarges the place.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.publications.formats.briefing_marks import crowd
from transforms.publications.formats.briefing_panel import DRAWN, Panel, grid
from transforms.publications.formats.svg import POINTS_AN_INCH, Picture
from transforms.publications.layers.open_ground.reading import Box
from transforms.reference.arrays import Floats
from transforms.reference.national_grid import to_grid_by_proj


Size = tuple[float, float]  # width and height in centimetres, as on the page
PORTRAIT: Size = (17.8, 9.6)
LANDSCAPE: Size = (10.4, 6.6)
_INSET_SHARE = 0.35  # of the width
_GAP = 5.0  # points
_STRAYS = 0.005  # of the cells at each end, which must not stretch the map
_PAD = 0.04
_LEAST_M = 3000.0
_SHOWN_RANKS = 2, 3  # of places: cities and towns, and in the inset villages too


def draw_map(rows: pa.Table, spots: Sequence[dict[str, Any]], size: Size) -> bytes:
    """The cells of one force and group by band, and its hot spots' numbers, as SVG.

    `spots` have `hotspot_rank`, `lon` and `lat`.
    """
    picture = sheet(size)
    shown = rows.filter(
        pc.is_in(rows["score_band"], pa.array([band.slug for band in DRAWN]))
    )
    whole = _extent(shown)
    at = [grid(spot["lon"], spot["lat"]) for spot in spots]
    crowded = crowd(at, max(whole[2] - whole[0], whole[3] - whole[1]))
    if crowded is None:
        panel(picture, 0.0, picture.width, whole).draw(shown, spots, _SHOWN_RANKS[0])
    else:
        _with_inset(picture, shown, spots, whole, _square(*crowded))
    return picture.svg()


def sheet(size: Size) -> Picture:
    """An empty picture of that size."""
    width, height = (side / 2.54 * POINTS_AN_INCH for side in size)
    return Picture(width, height)


def _with_inset(
    picture: Picture,
    shown: pa.Table,
    spots: Sequence[dict[str, Any]],
    whole: Box,
    inset: Box,
) -> None:
    """The map, and beside it the crowd: each number is on one of the two."""
    west, south, east, north = inset
    places = [grid(spot["lon"], spot["lat"]) for spot in spots]
    inside = [west <= x <= east and south <= y <= north for x, y in places]
    near = [spot for spot, here in zip(spots, inside, strict=True) if here]
    others = [spot for spot, here in zip(spots, inside, strict=True) if not here]
    wide = _INSET_SHARE * picture.width
    main = panel(picture, 0.0, picture.width - wide - _GAP, whole)
    main.draw(shown, others, _SHOWN_RANKS[0])
    main.frame(inset)
    beside = panel(picture, picture.width - wide, wide, inset)
    beside.draw(shown, near, _SHOWN_RANKS[1])


def _extent(shown: pa.Table) -> Box:
    """The box of the cells without their strays."""
    x, y = to_grid_by_proj(shown["lon"].to_numpy(), shown["lat"].to_numpy())
    ends = np.quantile(np.stack([x, y]), [_STRAYS, 1 - _STRAYS], axis=1)
    return _padded(*ends)


def _padded(low: Floats, high: Floats) -> Box:
    pad = np.maximum(_PAD * (high - low), _LEAST_M / 2)
    west, south = (low - pad).tolist()
    east, north = (high + pad).tolist()
    return west, south, east, north


def _square(middle: tuple[float, float], width: float) -> Box:
    half = max(width, _LEAST_M) * 0.55
    x, y = middle
    return x - half, y - half, x + half, y + half


def panel(picture: Picture, left: float, width: float, box: Box) -> Panel:
    """A panel as high as the picture, with the box widened to the same shape."""
    west, south, east, north = box
    shape = width / picture.height
    wide = max(east - west, (north - south) * shape)
    high = wide / shape
    x, y = (west + east) / 2, (south + north) / 2
    widened = (x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
    return Panel(picture, (left, 0.0, width, picture.height), widened)
