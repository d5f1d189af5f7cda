"""The labels of a map: which names it has, of what kind, and how they are spread."""

from types import SimpleNamespace
from typing import Any, cast

import h3
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.publications.edition.place_labels import (
    LANDMARK,
    LEVELS,
    SHOWN_FIRST,
    STATION,
    STREET,
    PlaceLabel,
    labels_of,
)
from transforms.publications.map.labels import day_labels, month_labels
from transforms.reference.place_labels import shown


Point = tuple[str, float, float, int]
# Within about four kilometres, so that cells of each level have one or several.
POINTS = st.lists(
    st.tuples(
        st.sampled_from(["High Street", "Abbey Road", "Hospital", "Hove (Station)"]),
        st.floats(-0.2, -0.14),
        st.floats(50.8, 50.84),
        st.integers(1, 9),
    ),
    max_size=25,
)


def table(points: list[Point]) -> pa.Table:
    names = ["place_label", "longitude", "latitude", "incidents"]
    columns = list(zip(*points, strict=True)) or [[], [], [], []]
    kinds = [pa.string(), pa.float64(), pa.float64(), pa.int64()]
    return pa.table(
        [pa.array(c, k) for c, k in zip(columns, kinds, strict=True)], names=names
    )


@pytest.mark.parametrize(
    ("label", "read"),
    [
        ("Gabriel'S Hill", "Gabriel's Hill"),
        ("St John’S Road", "St John’s Road"),
        ("Rue D'Souza", "Rue D'Souza"),
        ("QUEEN'S ROAD", "QUEEN'S ROAD"),
        ("Mcdonald Road", "Mcdonald Road"),
    ],
)
def test_only_a_large_s_that_is_certainly_wrong_is_mended(
    label: str, read: str
) -> None:
    assert shown(label) == read


@pytest.mark.parametrize(
    ("label", "kind", "name"),
    [
        ("Brighton (Station)", STATION, "Brighton station"),
        ("Bank (Dlr)", STATION, "Bank DLR station"),
        ("St Paul'S (Lu Station)", STATION, "St Paul's Underground station"),
        ("Bus/Coach Station", LANDMARK, "Bus/coach station"),
        ("Pool Valley Coach Station", LANDMARK, "Pool Valley Coach Station"),
        ("Town Pier", LANDMARK, "Town Pier"),
        ("Pier Road", STREET, "Pier Road"),
    ],
)
def test_a_label_is_a_station_a_landmark_or_a_street(
    label: str, kind: int, name: str
) -> None:
    [found] = labels_of(table([(label, -0.14, 50.82, 3)]))
    assert (found.kind, found.name, found.level) == (kind, name, 0)


def test_what_is_everywhere_or_could_be_run_is_no_label() -> None:
    labels = ["Parking Area", "Supermarket", "=1+1", "<b>Street</b>"]
    points = [(one, -0.14 + at, 50.82, 9) for at, one in enumerate(labels)]
    assert labels_of(table(points)) == []


def test_a_kind_of_venue_is_found_by_its_street_and_town() -> None:
    points = [("Hospital", -0.14, 50.82, 1), ("Queen'S Road", -0.14, 50.82, 5)]
    hospital, street = labels_of(table(points), ["Brighton", "Brighton"])
    assert (hospital.name, hospital.near) == ("Hospital", "Queen's Road, Brighton")
    assert (street.name, street.near) == ("Queen's Road", "Brighton")


@given(points=POINTS)
@settings(max_examples=60)
def test_each_has_a_cell_of_its_level_in_which_it_comes_first(
    points: list[Point],
) -> None:
    found = labels_of(table(points))
    assert found == sorted(found, key=SHOWN_FIRST)
    cells: dict[tuple[int, str], list[PlaceLabel]] = {}
    for label in found:
        at = h3.latlng_to_cell(label.latitude, label.longitude, 9)
        for level, resolution in enumerate(LEVELS):
            key = (label.kind, h3.cell_to_parent(at, resolution))
            cells.setdefault(key, []).append(label)
            if level == label.level:
                break
    for (_, cell), those in cells.items():
        at = LEVELS.index(h3.get_resolution(cell))
        # one of this level at most, and none that is shown later is more common
        own = [one for one in those if one.level == at]
        assert len(own) <= 1
        assert all(one.incidents <= other.incidents for one in own for other in those
                   if other.level > at)  # fmt: skip


def test_only_stations_near_the_cells_of_a_page_are_on_it() -> None:
    near = PlaceLabel(STATION, 0, -9, "Hove station", -0.17, 50.835)
    far = PlaceLabel(STATION, 0, -9, "Leeds station", -1.55, 53.79)
    street = PlaceLabel(STREET, 0, -5, "High Street", -0.17, 50.83)
    edition = SimpleNamespace(
        stations=[near, far],
        labels=lambda force: [street],
        layers=SimpleNamespace(landmarks=None),
    )
    disk = h3.grid_disk(h3.latlng_to_cell(50.835, -0.17, 9), 3)
    stray = h3.latlng_to_cell(53.79, -1.55, 9)
    rows = pa.table({"h3_cell": [*disk, stray]})
    assert month_labels(cast(Any, edition), ["sussex"], rows) == [near, street]


def test_a_day_has_the_names_of_its_cells_at_their_middle_alone() -> None:
    cell, other = sorted(h3.grid_disk(h3.latlng_to_cell(50.83, -0.14, 10), 1))[:2]
    rows = pa.table(
        {
            "crime_group": ["all-crime", "all-crime", "burglary"],
            "h3_cell": [cell, other, other],
            "place_label": ["North Street", None, "Never Lane"],
            "n_12m": pa.array([7, None, 9], pa.int32()),
        }
    )
    [label] = day_labels(rows)
    at = h3.cell_to_latlng(cell)
    assert (label.name, label.incidents, label.near) == ("North Street", -7, None)
    assert (label.latitude, label.longitude) == pytest.approx(at, abs=1e-5)
