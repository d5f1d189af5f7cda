"""Names of places for a day: against a plain walk, and what must not be named."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import h3
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles.incidents import commonest
from tests.oracles.publications import spot_name
from tests.transforms.scores.days.made_records import CELLS, as_records
from transforms.day_publications.place_names import PlaceNames
from transforms.records.sensitive import SENSITIVE
from transforms.reference.days import Day
from transforms.reference.exclusions import Exclusion
from transforms.reference.groups import GROUPS
from transforms.reference.place_labels import VENUE_KINDS
from transforms.reference.score_settings import Scoring


AS_OF = Day.parse("2026-01-31")
HERE, THERE = (h3.str_to_int(cell) for cell in CELLS[:2])
IDS = np.array([HERE, THERE], dtype=np.int64)
FLAG = st.sampled_from([None, None, False, True])
ROWS = st.lists(
    st.tuples(
        st.sampled_from([HERE, THERE]),
        st.sampled_from(["burglary", "drugs"]),
        st.sampled_from([None, "High Street", "Abbey Road", "Supermarket", "Ze"]),
        FLAG,
        FLAG,
        FLAG,
    ),
    max_size=30,
)


def record(
    cell: int, category: str, label: str | None, *flags: object
) -> dict[str, Any]:
    named = dict(zip(SENSITIVE, flags, strict=True)) if flags else {}
    place = {"h3_r10": cell, "in_area": True, "place_label": label}
    return {"category": category, **place, **named}


def names(rows: list[dict[str, Any]], scoring: Scoring | None = None) -> PlaceNames:
    return PlaceNames(as_records(rows), AS_OF, scoring or Scoring(), "kent")


def of_cells(rows: list[dict[str, Any]]) -> Sequence[str | None]:
    return list(names(rows).of_cells(IDS).to_pylist())


@given(rows=ROWS)
@settings(max_examples=60)
def test_names_are_the_commonest_of_the_labels_that_are_names(
    rows: list[tuple[Any, ...]],
) -> None:
    open_rows = [row for row in rows if True not in row[3:]]
    common = {n for n, k in Counter(row[2] for row in open_rows).items() if k >= 3}
    kept = [row for row in open_rows if row[2] in common - {None}]
    found = names([record(*row) for row in rows])
    assert found.of_cells(IDS).to_pylist() == [
        commonest([row[2] for row in kept if row[0] == cell]) for cell in IDS.tolist()
    ]
    spots = {
        "a": ("burglary", [HERE, THERE]),
        "b": ("all-crime", [HERE]),
        "c": ("drugs", [THERE]),
    }
    listed = [(i, g, cell) for i, (g, cells) in spots.items() for cell in cells]
    # both horizons have the same members, and most cells are in no hot spot
    columns = list(zip(*listed, *listed, (None, "drugs", HERE), strict=True))
    members = pa.table(
        {
            "hotspot_id": pa.array(columns[0], pa.string()),
            "crime_group": columns[1],
            "h3_cell": pa.array(columns[2], pa.int64()),
        }
    )
    expected = {
        spot: spot_name(
            [
                row[2]
                for row in kept
                if row[0] in cells and row[1] in GROUPS[group].categories
            ],
            VENUE_KINDS,
        )
        for spot, (group, cells) in spots.items()
    }
    assert found.of_hotspots(members).to_pylist() == [
        {"hotspot_id": spot, "place_label": name}
        for spot, name in expected.items()
        if name is not None
    ]


@pytest.mark.parametrize("flag", SENSITIVE)
def test_a_sensitive_record_names_no_place(flag: str) -> None:
    refuge = [record(HERE, "drugs", "The Refuge") | {flag: True} for _ in range(9)]
    assert of_cells(refuge) == [None, None]
    # nor do the few that are not flagged
    others = [record(HERE, "drugs", "The Refuge") for _ in range(2)]
    assert of_cells([*refuge, *others]) == [None, None]


def test_a_label_is_a_name_once_three_records_of_the_force_have_it() -> None:
    one = record(HERE, "burglary", "The Old Rectory")
    assert of_cells([one, one]) == [None, None]
    assert of_cells([one, one, one | {"h3_r10": THERE}]) == ["The Old Rectory"] * 2


def test_a_place_that_is_left_out_names_nothing() -> None:
    rows = [record(HERE, "drugs", "HMP Somewhere") for _ in range(5)]
    rule = Exclusion("prisons", "a prison", label="HMP .*")
    assert names(rows, Scoring(exclusions=(rule,))).of_cells(IDS).to_pylist() == [
        None,
        None,
    ]
