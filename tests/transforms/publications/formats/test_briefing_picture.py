"""The picture of a briefing: what it draws is where the ground and the numbers are."""

import re
from itertools import combinations
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.publications.formats.area_map import draw_area
from transforms.publications.formats.briefing_map import (
    LANDSCAPE,
    PORTRAIT,
    Size,
    draw_map,
    sheet,
)
from transforms.publications.formats.svg import Picture, Style
from transforms.reference import cells
from transforms.reference.bands import BANDS
from transforms.reference.national_grid import to_degrees, to_grid_by_proj


_SVG = "{http://www.w3.org/2000/svg}"
_KENT = 576_000.0, 155_000.0  # near Maidstone, in the National Grid
_LETTER = 3.0  # points: no letter of the names is narrower, on average


def _rows(metres: np.ndarray) -> pa.Table:
    """Cells of all bands about those places."""
    lon, lat = to_degrees(*metres.T.copy())
    ids = np.unique(cells.index_points(lon, lat, 9))
    centres = cells.centres(ids)
    slugs = [BANDS[at % (len(BANDS) - 1)].slug for at in range(len(ids))]
    return pa.table(
        {
            "h3_cell": cells.as_text(ids),
            "score_band": slugs,
            "lon": centres[0],
            "lat": centres[1],
        }
    )


def _spots(metres: np.ndarray) -> list[dict[str, Any]]:
    lon, lat = to_degrees(*metres.T.copy())
    return [
        {"hotspot_rank": rank, "lon": x, "lat": y}
        for rank, (x, y) in enumerate(zip(lon.tolist(), lat.tolist(), strict=True), 1)
    ]


def _scattered(seed: int, number: int, spread_m: float) -> np.ndarray:
    drawn = np.random.default_rng(seed).normal(0, spread_m, (number, 2))
    return drawn + np.array(_KENT)


def _circles(svg: bytes) -> list[tuple[float, float, float]]:
    root = ET.fromstring(svg)  # noqa: S314 - our own
    return [
        (float(c.get("cx", 0)), float(c.get("cy", 0)), float(c.get("r", 0)))
        for c in root.iter(f"{_SVG}circle")
    ]


def _texts(svg: bytes) -> list[tuple[float, float, float, str]]:
    root = ET.fromstring(svg)  # noqa: S314 - our own
    return [
        (float(t.get("x", 0)), float(t.get("y", 0)), float(t.get("font-size", 0)),
         t.text or "")
        for t in root.iter(f"{_SVG}text")
    ]  # fmt: skip


@pytest.mark.parametrize("size", [PORTRAIT, LANDSCAPE])
@settings(max_examples=8)
@given(seed=st.integers(0, 999), spread_m=st.sampled_from([200.0, 2_000.0, 20_000.0]))
def test_each_number_is_drawn_once_and_none_covers_another(
    size: Size, seed: int, spread_m: float
) -> None:
    at = _scattered(seed, 12, spread_m)
    svg = draw_map(_rows(_scattered(seed + 1, 80, 20_000.0)), _spots(at), size)
    numbers = [text for *_, text in _texts(svg) if text.isdigit()]
    assert sorted(map(int, numbers)) == list(range(1, 13))
    for (x, y, radius), (other_x, other_y, _) in combinations(_circles(svg), 2):
        assert np.hypot(x - other_x, y - other_y) > 2 * radius - 5  # hundredths


@settings(max_examples=12)
@given(seed=st.integers(0, 999))
def test_no_name_covers_a_name_a_number_or_the_edge(seed: int) -> None:
    svg = draw_map(
        _rows(_scattered(seed, 80, 25_000.0)),
        _spots(_scattered(seed + 1, 12, 15_000.0)),
        PORTRAIT,
    )
    picture = sheet(PORTRAIT)
    names = [
        (x, y, 100 * _LETTER * len(text) / 2, size)
        for x, y, size, text in _texts(svg)
        if not text.isdigit() and not text.endswith(" km")
    ]
    assert names
    for x, y, half, _ in names:
        assert x - half >= 0 and x + half <= 100 * picture.width
        for cx, cy, radius in _circles(svg):
            assert abs(x - cx) > half or abs(y - cy) > radius
    for (x, y, half, size), (other_x, other_y, other, _) in combinations(names, 2):
        assert abs(x - other_x) > half + other or abs(y - other_y) > 0.8 * size


def test_a_cell_and_an_outline_are_where_they_are_on_the_ground() -> None:
    """A square of a known side about a cell: its sides and middle, by the scale bar."""
    rows = _rows(np.array([_KENT]))
    lon, lat = rows["lon"].to_numpy(), rows["lat"].to_numpy()
    [east], [north] = to_grid_by_proj(lon, lat)
    half = 200.0
    square = np.array(
        [
            (east + x, north + y)
            for x, y in ((-half, half), (half, half), (half, -half), (-half, -half))
        ]
    )
    svg = draw_area(rows, rows, [], [square])
    paths = {
        found[2]: np.array([float(n) for n in re.findall(r"[\d.-]+", found[1])])
        for found in re.finditer(r'<path d="([^"]+)" (.*?)/>', svg.decode())
    }
    [outline] = [p.reshape(-1, 2) for how, p in paths.items() if "#b3261e" in how]
    [bar] = [p.reshape(-1, 2) for how, p in paths.items() if 'width="150"' in how]
    [cell] = [p.reshape(-1, 2) for how, p in paths.items() if BANDS[0].colour in how]
    [km] = [text for *_, text in _texts(svg) if text.endswith(" km")]
    metres_a_unit = 1000 * float(km.removesuffix(" km")) / (bar[1, 0] - bar[0, 0])
    assert np.ptp(outline, axis=0) * metres_a_unit == pytest.approx(2 * half, rel=1e-2)
    assert outline[0, 1] < outline[3, 1]  # north is up
    assert outline[0, 0] < outline[1, 0]  # and west is left
    assert cell.mean(axis=0) == pytest.approx(outline.mean(axis=0), abs=20)
    assert len(cell) == 6


def test_words_are_never_markup() -> None:
    picture = Picture(100, 50)
    picture.text(50, 25, "<b>&\"'", 8)
    [(*_, text)] = _texts(picture.svg())
    assert text == "<b>&\"'"


def test_a_shape_of_nothing_is_not_drawn() -> None:
    picture = Picture(100, 50)
    picture.rings([], Style(fill="red"))
    picture.lines([], Style(line="red", width=1))
    assert b"<path" not in picture.svg()
