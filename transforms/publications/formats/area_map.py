"""The picture on an area's page: its outline, cells, and its places numbered."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.publications.formats.briefing_map import PORTRAIT, panel, sheet
from transforms.publications.formats.briefing_panel import DRAWN
from transforms.publications.layers.open_ground.reading import Box
from transforms.reference.arrays import Floats
from transforms.reference.national_grid import to_grid_by_proj


_PAD, _LEAST_PAD_M = 0.08, 300.0  # beyond the cells' centres: a cell is 350 m wide
_SHOWN_RANKS = 3  # of places: villages too


def draw_area(
    cells: pa.Table,
    inside: pa.Table,
    places: Sequence[dict[str, Any]],
    outline: Sequence[Floats],
) -> bytes:
    """The part of a force with the cells inside of an area, as SVG.

    `cells` are the force's, of one group; `outline` has its lines, in the National
    Grid; `places` have `hotspot_rank`, the number that is drawn, `lon` and `lat`.
    """
    bands = pa.array([band.slug for band in DRAWN])
    shown = cells.filter(pc.is_in(cells["score_band"].cast(pa.string()), bands))
    picture = sheet(PORTRAIT)
    whole = panel(picture, 0.0, picture.width, _about(inside))
    whole.draw(shown, places, _SHOWN_RANKS, outline)
    return picture.svg()


def _about(inside: pa.Table) -> Box:
    x, y = to_grid_by_proj(inside["lon"].to_numpy(), inside["lat"].to_numpy())
    pad = max(_LEAST_PAD_M, _PAD * float(max(np.ptp(x), np.ptp(y))))
    west, south, east, north = x.min(), y.min(), x.max(), y.max()
    return float(west - pad), float(south - pad), float(east + pad), float(north + pad)
