"""kept_incidents.sql against whole-label matches by hand."""

import re

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sql
from transforms.lake.schemas import INCIDENTS


PLACES = st.tuples(
    st.sampled_from(
        [None, "Prison", "Prison Road", "HMP Prison", "Hospital", "prison"]
    ),
    st.sampled_from([None, 1, 2]),  # r9
    st.sampled_from([None, 10, 20]),  # r10
)
RULES = st.sets(
    st.sampled_from(
        [
            ("Prison", None),
            ("Prison|Hospital", None),
            (".*Prison.*", None),
            ("Hos", None),
            ("(?i)PRISON", None),
            (".*", None),
            (None, 1),
            (None, 20),
            (None, 3),
        ]
    ),
    max_size=4,
)
KEPT = [
    *("raw_line", "category", "offence_code", "longitude", "latitude", "in_area"),
    *("h3_r9", "h3_r10", "place_label"),
]
OF_SOME = [
    *("month", "occurred_from", "occurred_to", "time_precision"),
    *("lsoa_code", "lsoa_vintage"),
]
ROW = {"month": "2024-01", "category": "drugs", "in_area": True}


def rules_table(rules: set[tuple[str | None, int | None]]) -> pa.Table:
    labels = [label for label, _ in rules]
    cells = [cell for _, cell in rules]
    return pa.table(
        {
            "id": pa.array([f"rule {i}" for i in range(len(rules))], pa.string()),
            "label": pa.array(labels, pa.string()),
            "cell": pa.array(cells, pa.int64()),
        }
    )


@given(places=st.lists(PLACES, max_size=30), rules=RULES)
@settings(max_examples=150)
def test_incidents_at_no_excluded_place_are_kept_as_they_are(
    places: list[tuple[str | None, int | None, int | None]],
    rules: set[tuple[str | None, int | None]],
) -> None:
    rows = [
        ROW | {"raw_line": line, "place_label": label, "h3_r9": r9, "h3_r10": r10}
        for line, (label, r9, r10) in enumerate(places, start=2)
    ]
    incidents = pa.Table.from_pylist(rows, schema=INCIDENTS)
    labels = "|".join(f"(?:{label})" for label, _ in rules if label) or None
    relations = {"incidents": incidents, "rules": rules_table(rules)}
    found = sql.run("kept_incidents", relations, labels=labels)

    def excluded(row: dict[str, object]) -> bool:
        named, cells = row["place_label"], (row["h3_r9"], row["h3_r10"])
        return any(
            (label is not None and named is not None and re.fullmatch(label, named))
            or (cell is not None and cell in cells)
            for label, cell in rules
        )

    assert found.column_names == KEPT + OF_SOME
    assert sorted(found.to_pylist(), key=lambda row: row["raw_line"]) == [
        {name: row.get(name) for name in KEPT + OF_SOME}
        for row in rows
        if not excluded(row)
    ]


@pytest.mark.parametrize("name", KEPT)
def test_a_column_that_both_kinds_of_rows_have_is_missed(name: str) -> None:
    relations = {
        "incidents": INCIDENTS.empty_table().drop_columns(name),
        "rules": rules_table(set()),
    }
    with pytest.raises(duckdb.BinderException, match=name):
        sql.run("kept_incidents", relations, labels=None)
