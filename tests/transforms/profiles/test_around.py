"""Layers around an area: counted by hand, and refused where they could harm."""

import json
import math
from pathlib import Path

import h3
import numpy as np
import pytest
from scipy import stats

from transforms.errors import UsageError
from transforms.programmes.around import around
from transforms.publications.layers.context import ContextLayer, read_context
from transforms.reference import cells


HERE = h3.latlng_to_cell(51.88, -0.42, 9)
GROUND = sorted(h3.grid_disk(HERE, 1))
UNIVERSE = sorted(h3.grid_disk(HERE, 12))
FAR = (h3.cell_to_latlng(cell) for cell in UNIVERSE[::20])
POINTS = [(51.88, -0.42), (51.8801, -0.4201), *FAR]


def layer_file(
    folder: Path, points: list[tuple[float, float]], name: str = "schools"
) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": {},
            "geometry": {"type": "Point", "coordinates": [lon, lat]},
        }
        for lat, lon in points
    ]
    file = folder / f"{name}.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return file


def read(folder: Path, points: list[tuple[float, float]]) -> ContextLayer:
    return read_context(f"Schools={layer_file(folder, points)}", None)


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """On a sphere: right to half a per cent over a few miles."""
    return float(h3.great_circle_distance(a, b, unit="m"))


def test_a_layer_is_counted_inside_near_and_beside_the_force(tmp_path: Path) -> None:
    layer = read(tmp_path, POINTS)
    ground, universe = (np.sort(cells.from_text(of)) for of in (GROUND, UNIVERSE))
    [found] = around(ground, universe, [layer])
    at = [h3.latlng_to_cell(lat, lon, 9) for lat, lon in POINTS]
    inside = sum(cell in GROUND for cell in at)
    known = sum(cell in UNIVERSE for cell in at)
    middle = h3.cell_to_latlng(HERE)
    away = [metres(middle, point) for point in POINTS]
    assert found.inside == inside >= 2
    assert found.near == sum(one <= 250 for one in away)
    assert found.nearest_m == pytest.approx(min(away), rel=0.01, abs=2)
    area = {c: h3.cell_area(c, "m^2") for c in UNIVERSE}
    expected = known * sum(area[c] for c in GROUND) / math.fsum(area.values())
    assert found.quotient == pytest.approx(inside / expected, rel=1e-6)
    low = stats.chi2.ppf(0.025, 2 * inside) / 2 / expected
    high = stats.chi2.ppf(0.975, 2 * inside + 2) / 2 / expected
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-6)


def test_few_in_the_force_have_no_quotient(tmp_path: Path) -> None:
    layer = read(tmp_path, POINTS[:2])
    ground, universe = (np.sort(cells.from_text(of)) for of in (GROUND, UNIVERSE))
    [found] = around(ground, universe, [layer])
    assert found.inside == 2
    assert found.quotient is found.low is found.high is None


@pytest.mark.parametrize(
    ("name", "file"),
    [("Refuges", "schools"), ("Places", "women_shelter"), ("Churches", "schools")],
)
def test_places_that_need_protection_are_not_shown_without_a_reason(
    tmp_path: Path, name: str, file: str
) -> None:
    path = layer_file(tmp_path, POINTS[:1], file)
    with pytest.raises(UsageError, match="need protection themselves"):
        read_context(f"{name}={path}", None)
    assert read_context(f"{name}={path}", "asked by the partnership").name == name


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ("schools.geojson", "write NAME=FILE"),
        ("=schools.geojson", "write NAME=FILE"),
        ("<b>=schools.geojson", "write NAME=FILE"),
        ("Schools=nowhere.geojson", "there is no such file"),
        ("Schools=schools.csv", "map files can be"),
    ],
)
def test_what_is_no_layer_is_one_line(tmp_path: Path, given: str, line: str) -> None:
    (tmp_path / "schools.csv").write_text("lat,lon\n")
    name, _, file = given.partition("=")
    asked = f"{name}={tmp_path / file}" if file else given
    with pytest.raises(UsageError, match=line):
        read_context(asked, None)


def test_a_layer_without_shapes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no shapes"):
        read(tmp_path, [])
