"""coverage_gaps.sql keeps what is no exposure."""

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

import sql


STATUS = ["supplied", "missing", "partial_suspected", "set_aside", "rejected"]
NAMES = ["force", "month", "status", "reason", "force_name"]
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["kent", "essex"]),
        st.sampled_from(["2025-01", "2025-02"]),
        st.sampled_from(STATUS),
        st.sampled_from([None, "late"]),
        st.just("A force"),
    ),
    max_size=20,
)


@given(rows=ROWS)
@settings(max_examples=60)
def test_gaps_are_the_months_not_supplied(rows: list[tuple[str, ...]]) -> None:
    schema = pa.schema([(name, pa.string()) for name in NAMES])
    held = [dict(zip(NAMES, row, strict=True)) for row in rows]
    table = pa.Table.from_pylist(held, schema=schema)
    found = sql.run("coverage_gaps", {"coverage": table})
    assert found.column_names == ["force", "force_name", "month", "status", "reason"]
    kept = [row for row in held if row["status"] != "supplied"]
    assert found.select(NAMES).to_pylist() == kept
