"""kept_records.sql against whole-label matches by hand."""

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

import sql
from tests.sql.made_records import (
    ROWS,
    SCHEMA,
    Row,
    records,
)


@given(rows=ROWS, label=st.sampled_from([None, "Prison", ".*Road"]))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_records_at_excluded_places_are_left_out(
    rows: list[Row], label: str | None
) -> None:
    rule = {"id": "a", "label": label, "cell": None if label else 20}
    rules = pa.Table.from_pylist(
        [rule],
        schema=pa.schema({"id": pa.string(), "label": pa.string(), "cell": pa.int64()}),
    )
    out = {"Prison": {"Prison"}, ".*Road": {"Prison Road"}, None: set[str]()}[label]
    kept = [
        row
        for row in rows
        if row["place_label"] not in out and not (label is None and row["h3_r10"] == 20)
    ]
    held = {"live_records": records(rows), "rules": rules}
    found = sql.run("kept_records", held).cast(SCHEMA)
    assert found.schema.names == SCHEMA.names
    assert sorted(map(str, found.to_pylist())) == sorted(
        map(str, records(kept).to_pylist())
    )
