"""hotspot_months.sql against counting every incident of every hot spot by hand."""

from collections import Counter
from random import Random

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sql
from tests.sql.made_spots import GROUPS, MEMBERS, Cell, relations, spots_of


VALUES = (
    (None, 1, 2, 3),
    (None, 10, 20),
    ("2023-12", "2024-01", "2024-02", "2024-03"),
    (*GROUPS["all"], "other-crime"),
    (None, True, True, False),
)
NAMES = ["h3_r9", "h3_r10", "month", "category", "in_area"]
KINDS = [pa.int64(), pa.int64(), pa.string(), pa.string(), pa.bool_()]


def _rows(generator: Random) -> list[tuple[object, ...]]:
    number = generator.choice([0, 3, 30, 200])
    return [tuple(map(generator.choice, VALUES)) for _ in range(number)]


# From a generator: so many rows are too many for Hypothesis to choose one by one.
ROWS = st.randoms(use_true_random=True).map(_rows)


@pytest.mark.parametrize(("resolution", "column"), [(9, 0), (10, 1)])
@given(rows=ROWS, members=MEMBERS)
@settings(max_examples=60)
def test_a_month_of_a_hot_spot_is_its_own_groups_incidents_in_its_cells(
    resolution: int,
    column: int,
    rows: list[tuple[object, ...]],
    members: dict[Cell, str],
) -> None:
    columns = list(zip(*rows, strict=True)) or [[]] * len(NAMES)
    arrays = [pa.array(c, k) for c, k in zip(columns, KINDS, strict=True)]
    spots = spots_of(members)
    found = sql.run(
        "hotspot_months",
        {
            "incidents": pa.table(arrays, names=NAMES),
            **relations(spots),
        },
        h3_res=resolution,
        first_month="2024-01",
        last_month="2024-02",
    )
    expected: Counter[tuple[str, str]] = Counter()
    for row in rows:
        for (cell, group), spot in spots.items():
            here = row[column] == cell and row[3] in GROUPS[group] and row[4]
            if here and row[2] in ("2024-01", "2024-02"):
                expected[spot, str(row[2])] += 1
    assert [tuple(row.values()) for row in found.to_pylist()] == [
        (*key, number) for key, number in sorted(expected.items())
    ]
