"""group_points.sql against counting by hand."""

from collections import Counter

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

import sql


ROWS = st.lists(
    st.tuples(
        st.sampled_from([-1.5, -1.500001, 0.1]),
        st.sampled_from([51.0, 52.5]),
        st.sampled_from([1, 2]),
        st.sampled_from(["2024-01", "2024-02"]),
        st.sampled_from(["burglary", "robbery", "drugs"]),
        st.booleans(),
    ),
    max_size=40,
)
NAMES = ["longitude", "latitude", "h3_r9", "month", "category", "in_area"]
KINDS = [pa.float64(), pa.float64(), pa.int64(), pa.string(), pa.string(), pa.bool_()]


@given(rows=ROWS, group=st.sets(st.sampled_from(["burglary", "robbery"]), min_size=1))
@settings(max_examples=80)
def test_the_incidents_of_a_group_are_counted_by_point_and_month(
    rows: list[tuple[float, float, int, str, str, bool]], group: set[str]
) -> None:
    columns = list(zip(*rows, strict=True)) or [[]] * len(NAMES)
    incidents = pa.table(
        [pa.array(c, k) for c, k in zip(columns, KINDS, strict=True)], names=NAMES
    )
    categories = pa.table({"category": sorted(group)})
    found = sql.run("group_points", {"incidents": incidents, "categories": categories})
    kept = [row for row in rows if row[4] in group and row[5]]
    counted = Counter(row[:4] for row in kept)
    assert (
        Counter(
            {
                (r["longitude"], r["latitude"], r["h3_cell"], r["month"]): r[
                    "incidents"
                ]
                for r in found.to_pylist()
            }
        )
        == counted
    )
    assert found.column_names == [
        "longitude", "latitude", "h3_cell", "month", "incidents",
    ]  # fmt: skip
