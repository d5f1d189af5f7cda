"""dated_records.sql against dating and rounding by hand, through the door before it."""

from hypothesis import given, settings
from hypothesis import strategies as st

import sql
from tests.sql.made_records import CELLS, ROWS, SCHEMA, Row, day_of, records
from transforms.incidents.scored import scored_incidents
from transforms.reference.exclusions import Exclusion


@given(rows=ROWS, first=st.sampled_from(["2026-01-01", "2026-03-29", "2026-10-25"]))
@settings(max_examples=80)
def test_a_record_counts_on_the_london_day_by_whose_end_it_had_happened(
    rows: list[Row], first: str
) -> None:
    last = "2026-10-25"
    found = sql.run(
        "dated_records", {"live_records": records(rows)}, first_day=first, last_day=last
    ).to_pylist()
    expected = [
        record | {"longitude": round(record["longitude"], 5), "period": day_of(row)}
        for row, record in zip(rows, records(rows).to_pylist(), strict=True)
        if first <= day_of(row) <= last
    ]
    assert found == expected


@given(rows=ROWS, label=st.sampled_from([None, "Prison", ".*Road"]))
@settings(max_examples=60)
def test_records_at_excluded_places_are_left_out(
    rows: list[Row], label: str | None
) -> None:
    rule = Exclusion("a", "why", label, None if label else f"{CELLS[1]:015x}")
    out = {"Prison": {"Prison"}, ".*Road": {"Prison Road"}, None: set[str]()}[label]
    kept = [
        row
        for row in rows
        if row["place_label"] not in out
        and not (label is None and row["h3_r10"] == CELLS[1])
    ]
    found = scored_incidents(records(rows), [rule], "kent")
    assert sorted(found.column_names) == sorted(SCHEMA.names)
    assert sorted(map(str, found.select(SCHEMA.names).cast(SCHEMA).to_pylist())) == (
        sorted(map(str, records(kept).to_pylist()))
    )
