"""top_cells.sql against a plain loop."""

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

import sql


FORCES = {"kent": "Kent Police", "essex": "Essex Police"}
GROUPS = {"all-crime": "All crime", "burglary": "Burglary"}
NAMES = ["h3_cell", "force", "crime_group", "score_band"]
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["8a", "8b", "8c"]),
        st.sampled_from(list(FORCES)),
        st.sampled_from(list(GROUPS)),
        st.sampled_from(["top_1pct", "top_2pct", "rest"]),
    ),
    max_size=20,
)


@given(rows=ROWS)
@settings(max_examples=60)
def test_top_cells_come_with_their_names(rows: list[tuple[str, ...]]) -> None:
    schema = pa.schema([(name, pa.string()) for name in NAMES])
    held = [dict(zip(NAMES, row, strict=True)) for row in rows]
    found = sql.run(
        "top_cells",
        {
            "cells": pa.Table.from_pylist(held, schema=schema),
            "forces": pa.table({"force": [*FORCES], "force_name": [*FORCES.values()]}),
            "crime_groups": pa.table(
                {"crime_group": [*GROUPS], "label": [*GROUPS.values()]}
            ),
        },
    )
    kept = [
        {
            "force_name": FORCES[row["force"]],
            "group_label": GROUPS[row["crime_group"]],
            **row,
        }
        for row in held
        if row["score_band"] == "top_1pct"
    ]
    assert sorted(found.to_pylist(), key=str) == sorted(kept, key=str)
