"""group_months.sql against counting by hand."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sql
from tests.oracles.publications import group_months


GROUPS = {"all": ("burglary", "drugs", "robbery"), "some": ("drugs", "robbery")}
ROWS = st.lists(
    st.tuples(
        st.sampled_from([None, 1, 2, 3]),
        st.sampled_from([None, 10, 20]),
        st.sampled_from(["2023-12", "2024-01", "2024-02", "2024-03"]),
        st.sampled_from([*GROUPS["all"], "other-crime"]),
        st.sampled_from([True, True, False]),
    ),
    max_size=40,
)
NAMES = ["h3_r9", "h3_r10", "month", "category", "in_area"]
KINDS = [pa.int64(), pa.int64(), pa.string(), pa.string(), pa.bool_()]


@pytest.mark.parametrize(("resolution", "column"), [(9, 0), (10, 1)])
@given(rows=ROWS)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_each_cell_group_and_month_has_its_incidents(
    resolution: int, column: int, rows: list[tuple[object, ...]]
) -> None:
    columns = list(zip(*rows, strict=True)) or [[]] * len(NAMES)
    arrays = [pa.array(c, k) for c, k in zip(columns, KINDS, strict=True)]
    pairs = [(group, one) for group, of in GROUPS.items() for one in of]
    slugs, categories = zip(*pairs, strict=True)
    found = sql.run(
        "group_months",
        {
            "incidents": pa.table(arrays, names=NAMES),
            "groups": pa.table({"crime_group": slugs, "category": categories}),
        },
        h3_res=resolution,
        first_month="2024-01",
        last_month="2024-02",
    )
    placed = [(row[column], *row[2:]) for row in rows]
    expected = group_months(placed, GROUPS, "2024-01", "2024-02")
    assert [tuple(row.values()) for row in found.to_pylist()] == expected
