"""The top cells as GeoJSON: RFC 7946, bounded, sorted."""

import json
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import Point, shape

from transforms.publications.edition.selection import TOP_CELLS, TOP_GROUPS
from transforms.reference.cells import LATITUDE_BOUNDS, LONGITUDE_BOUNDS


@pytest.fixture(scope="module")
def text(tier: Path) -> str:
    return (tier / "top_hotspots.geojson").read_text()


@pytest.fixture(scope="module")
def features(text: str) -> list[dict[str, Any]]:
    return list(json.loads(text)["features"])


def test_each_force_and_group_has_its_highest_cells_in_order(
    features: list[dict[str, Any]],
) -> None:
    keys = [
        (f["properties"]["force"], f["properties"]["crime_group"],
         f["properties"]["score_rank"])
        for f in features
    ]  # fmt: skip
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)
    assert {group for _, group, _ in keys} == set(TOP_GROUPS)
    ranks = [rank for *where, rank in keys if where == ["avonmere", "all-crime"]]
    assert ranks == list(range(1, TOP_CELLS + 1))


def test_rings_are_closed_and_counter_clockwise(
    features: list[dict[str, Any]],
) -> None:
    for feature in features:
        polygon = shape(feature["geometry"])
        assert polygon.exterior.is_ccw
        assert polygon.is_valid
        [ring] = feature["geometry"]["coordinates"]
        assert ring[0] == ring[-1]
        assert all(a != b for a, b in pairwise(ring))


def test_longitude_comes_first_with_six_decimals_inside_the_bounds(text: str) -> None:
    whole = json.loads(text, parse_float=Decimal)
    assert "crs" not in whole
    west, south, east, north = whole["bbox"]
    assert LONGITUDE_BOUNDS[0] < west < east < LONGITUDE_BOUNDS[1]
    assert LATITUDE_BOUNDS[0] < south < north < LATITUDE_BOUNDS[1]
    for feature in whole["features"]:
        for longitude, latitude in feature["geometry"]["coordinates"][0]:
            assert west <= longitude <= east
            assert south <= latitude <= north
            for degrees in (longitude, latitude):
                assert -degrees.as_tuple().exponent <= 6


def test_run_and_attribution_stand_on_it(text: str, tier: Path) -> None:
    description = json.loads(text)["description"]
    assert tier.parent.name in description
    assert "Simulated data" in description


def test_hot_spots_are_outlines_with_all_that_is_known_of_them(tier: Path) -> None:
    whole = json.loads((tier / "hotspots.geojson").read_text())
    assert tier.parent.name in whole["description"]
    keys = []
    for feature in whole["features"]:
        outline, said = shape(feature["geometry"]), feature["properties"]
        keys.append((said["force"], said["crime_group"], said["hotspot_rank"]))
        assert outline.is_valid
        assert all(part.exterior.is_ccw for part in outline.geoms)
        assert outline.contains(Point(said["lon"], said["lat"]))
        assert said["expected_lo"] <= said["expected"] <= said["expected_hi"]
        *_, last = said["by_month"].split("; ")
        assert last == f"2025-12 {said['n_1m']}"
    assert keys == sorted(keys)
    assert {group for _, group, _ in keys} == set(TOP_GROUPS)
    assert max(rank for *_, rank in keys) <= TOP_CELLS
