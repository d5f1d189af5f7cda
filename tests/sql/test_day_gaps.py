"""day_gaps.sql keeps the days that are no exposure."""

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

import sql


NAMES = ["force", "day", "status", "reason", "calls_status"]
ROWS = st.lists(
    st.tuples(
        st.just("kent"),
        st.sampled_from(["2026-02-08", "2026-02-09"]),
        st.sampled_from(["supplied", "missing", "partial", "set_aside"]),
        st.sampled_from([None, "late"]),
        st.sampled_from(["supplied", "missing"]),
    ),
    max_size=20,
)


@given(rows=ROWS)
@settings(max_examples=60)
def test_gaps_are_the_days_not_supplied(rows: list[tuple[str, ...]]) -> None:
    schema = pa.schema([(name, pa.string()) for name in NAMES])
    held = [dict(zip(NAMES, row, strict=True)) for row in rows]
    table = pa.Table.from_pylist(held, schema=schema)
    found = sql.run("day_gaps", {"coverage": table})
    assert found.column_names == NAMES[:4]
    kept = [row for row in held if row["status"] != "supplied"]
    assert found.to_pylist() == [
        {name: row[name] for name in NAMES[:4]} for row in kept
    ]
