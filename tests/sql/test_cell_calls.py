"""cell_calls.sql against counting by hand, of records dated by the query before it."""

from collections import Counter

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

import sql
from tests.sql.made_records import ROWS, Row, day_of, records


KINDS = st.sampled_from(["call:domestic", "call:noise"])
FIRST, LAST = "2026-01-01", "2026-10-25"
SUPPLIED = st.sets(
    st.sampled_from(["2026-03-28", "2026-03-29", "2026-03-30", "2026-10-24", LAST])
)


@given(rows=ROWS, kinds=st.lists(KINDS, min_size=30, max_size=30), supplied=SUPPLIED)
@settings(max_examples=80)
def test_a_cell_has_the_calls_of_supplied_days_in_the_area(
    rows: list[Row], kinds: list[str], supplied: set[str]
) -> None:
    calls: list[Row] = [
        row | {"category": kind} for row, kind in zip(rows, kinds, strict=False)
    ]
    dated = sql.run(
        "dated_records",
        {"live_records": records(calls)},
        first_day=FIRST,
        last_day=LAST,
    )
    days = pa.table({"period": pa.array(sorted(supplied), pa.string())})
    found = sql.run("cell_calls", {"calls": dated, "days": days}, h3_res=10)
    counted = Counter(
        (call["h3_r10"], call["category"])
        for call in calls
        if call["in_area"] and call["h3_r10"] and day_of(call) in supplied
    )
    rows_found = zip(
        *(found[n].to_pylist() for n in ("h3_cell", "category", "calls")), strict=True
    )
    assert list(rows_found) == [(*key, counted[key]) for key in sorted(counted)]
