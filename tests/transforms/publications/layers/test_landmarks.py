"""The user's own named places: how they are read, refused, and put on a map."""

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import h3
import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.publications.map.map_files import map_file
from transforms.errors import UsageError
from transforms.publications.edition.place_labels import (
    LANDMARK,
    LEVELS,
    STATION,
    PlaceLabel,
)
from transforms.publications.layers import LayerFiles, read_layers
from transforms.publications.layers.landmarks import Landmarks, read_landmarks
from transforms.publications.map import labels as of_pages
from transforms.publications.map.labels import day_labels, month_labels


PLACES = st.tuples(
    st.sampled_from("ABCD"), st.floats(-0.2, -0.14), st.floats(50.8, 50.84)
)
PIER = (-0.137, 50.815)
DEGREES = "EPSG:4326"


def landmarks_file(
    path: Path, places: Sequence[tuple[Any, float, float]], column: str = "name"
) -> Path:
    rows = [{"geometry": shapely.Point(x, y), column: name} for name, x, y in places]
    return map_file(path, {"places": rows}, DEGREES)


def published(*places: tuple[float, float]) -> pa.Table:
    return pa.table(
        {
            "h3_cell": [h3.latlng_to_cell(y, x, 9) for x, y in places],
            "lon": [x for x, _ in places],
            "lat": [y for _, y in places],
        }
    )


def on_page(landmarks: Landmarks, rows: pa.Table) -> list[str]:
    edition = SimpleNamespace(
        stations=[],
        labels=lambda force: [PlaceLabel(STATION, 0, -9, "Hove station", -0.17, 50.83)],
        layers=SimpleNamespace(landmarks=landmarks),
    )
    return [one.name for one in month_labels(cast(Any, edition), ["sussex"], rows)]


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".fgb", ".parquet"])
def test_points_and_areas_are_places_each_once(suffix: str, tmp_path: Path) -> None:
    ground = shapely.Point(*PIER).buffer(0.001)
    rows = [
        {"geometry": shapely.Point(-0.14, 50.83), "name": "West gate"},
        {"geometry": ground, "name": " Palace\nPier "},
    ]
    if suffix == ".parquet":
        import geopandas as gpd

        file = tmp_path / "places.parquet"
        gpd.GeoDataFrame(rows, crs=DEGREES).to_parquet(file)
    else:
        file = map_file(tmp_path / f"places{suffix}", {"places": rows}, DEGREES)
    found = read_landmarks(str(file))
    places = dict(zip(found.names, zip(found.longitude, found.latitude, strict=True),
                      strict=True))  # fmt: skip
    assert places["West gate"] == pytest.approx((-0.14, 50.83), abs=1e-6)
    assert places["Palace Pier"] == pytest.approx(PIER, abs=1e-3)


def test_the_column_can_be_named_and_must_be_clear(tmp_path: Path) -> None:
    rows = [{"geometry": shapely.Point(*PIER), "alpha": "Pier", "beta": "Jetée"}]
    file = map_file(tmp_path / "places.gpkg", {"places": rows}, DEGREES)
    assert read_landmarks(f"{file}:beta").names == ["Jetée"]
    with pytest.raises(UsageError, match=r"which column names .*write FILE:COLUMN"):
        read_landmarks(str(file))


def test_what_cannot_be_shown_is_left_out_and_told(tmp_path: Path) -> None:
    places = [("Pier", *PIER), ("=1+1", *PIER), (None, *PIER), ("Nowhere", 400.0, 95.0)]
    found = read_landmarks(str(landmarks_file(tmp_path / "p.gpkg", places)))
    assert (list(found.names), found.withheld, found.misplaced) == (["Pier"], 1, 1)
    misplaced, withheld = found.gaps(published(PIER))
    assert misplaced.startswith("1 shape is left out")
    assert withheld.startswith("1 of its places are left out")


def test_a_file_of_another_country_is_told(tmp_path: Path) -> None:
    file = landmarks_file(tmp_path / "p.gpkg", [("Pier", 4.4, 52.1)])
    [line] = read_landmarks(str(file)).gaps(published(PIER))
    assert line == (
        "no published cell is near its one place: is it a map of these forces, and are"
        " its coordinates in EPSG:4326?"
    )
    assert on_page(read_landmarks(str(file)), published(PIER)) == ["Hove station"]


def test_a_file_of_two_layers_is_refused(tmp_path: Path) -> None:
    rows = [{"geometry": shapely.Point(*PIER), "name": "Pier"}]
    file = map_file(tmp_path / "two.gpkg", {"a": rows, "b": rows}, DEGREES)
    with pytest.raises(UsageError, match="it has 2 layers"):
        read_landmarks(str(file))


def test_they_come_before_all_other_labels_of_a_page(tmp_path: Path) -> None:
    places = [("Pier", *PIER), ("Marina", -0.10, 50.81), ("Tower", -1.10, 50.79)]
    found = read_landmarks(str(landmarks_file(tmp_path / "p.gpkg", places)))
    names = on_page(found, published(PIER, (-0.17, 50.83)))
    assert names == ["Pier", "Marina", "Hove station"]


def test_a_day_has_them_too(tmp_path: Path) -> None:
    file = landmarks_file(tmp_path / "p.gpkg", [("Pier", *PIER)])
    rows = published(PIER).append_column("crime_group", pa.array(["all-crime"]))
    rows = rows.append_column("place_label", pa.array(["Marine Parade"]))
    rows = rows.append_column("n_12m", pa.array([7]))
    found = day_labels(rows, read_landmarks(str(file)))
    assert [one.name for one in found] == ["Pier", "Marine Parade"]


@given(places=st.lists(PLACES, max_size=20))
@settings(max_examples=60)
def test_of_two_in_a_cell_the_first_of_the_file_is_shown(
    places: list[tuple[str, float, float]],
) -> None:
    names, *axes = zip(*places, strict=True) if places else ([], [], [])
    longitude, latitude = (np.array(axis, float) for axis in axes)
    landmarks = Landmarks("", "name", list(names), longitude, latitude, cast(Any, None))
    rows = published(*[(x, y) for _, x, y in places])
    found = of_pages._given(landmarks, rows)
    at_of = {(name, round(x, 5), round(y, 5)): at
             for at, (name, x, y) in reversed(list(enumerate(places)))}  # fmt: skip
    shown = [at_of[one.name, one.longitude, one.latitude] for one in found]
    for level, resolution in enumerate(LEVELS):
        first: dict[str, int] = {}
        for one, at in zip(found, shown, strict=True):
            assert one.kind == LANDMARK
            at9 = h3.latlng_to_cell(one.latitude, one.longitude, LEVELS[-1])
            cell = h3.cell_to_parent(at9, resolution)
            if one.level == level:  # those of lower levels were there before
                assert cell not in first
            if one.level <= level:
                assert first.setdefault(cell, at) <= at


def test_their_identity_is_of_bytes_and_column(tmp_path: Path) -> None:
    file = landmarks_file(tmp_path / "p.gpkg", [("Pier", *PIER)])
    [sha256, column] = read_layers(LayerFiles(landmarks=str(file))).identity["layers"][
        "landmarks"
    ]
    assert (len(sha256), column) == (64, "name")
