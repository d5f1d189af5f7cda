"""group_months.sql against counting by hand."""

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

import sql
from tests.oracles.publications import group_months


GROUPS = {"all": ("burglary", "drugs", "robbery"), "some": ("drugs", "robbery")}
ROWS = st.lists(
    st.tuples(
        st.sampled_from([1, 2, 3]),
        st.sampled_from(["2023-12", "2024-01", "2024-02", "2024-03"]),
        st.sampled_from([*GROUPS["all"], "other-crime"]),
        st.integers(1, 4),
    ),
    max_size=40,
)
NAMES = ["h3_cell", "month", "category", "incidents"]
KINDS = [pa.int64(), pa.string(), pa.string(), pa.int32()]


@given(rows=ROWS)
@settings(max_examples=60)
def test_each_cell_group_and_month_has_its_incidents(
    rows: list[tuple[int, str, str, int]],
) -> None:
    columns = list(zip(*rows, strict=True)) or [[]] * len(NAMES)
    arrays = [pa.array(c, k) for c, k in zip(columns, KINDS, strict=True)]
    pairs = [(group, one) for group, of in GROUPS.items() for one in of]
    slugs, categories = zip(*pairs, strict=True)
    found = sql.run(
        "group_months",
        {
            "counted": pa.table(arrays, names=NAMES),
            "groups": pa.table({"crime_group": slugs, "category": categories}),
        },
        first_month="2024-01",
        last_month="2024-02",
    )
    expected = group_months(rows, GROUPS, "2024-01", "2024-02")
    assert [tuple(row.values()) for row in found.to_pylist()] == expected
