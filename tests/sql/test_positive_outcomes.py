"""positive_outcomes.sql against counting by hand."""

from itertools import product

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

import sql
from tests.oracles.incidents import outcome_counts


POSITIVE = {"charged": True, "closed": False}
GROUPS = {"all": ["burglary", "drugs"], "drugs": ["drugs"]}
SUPPLIED = ["2024-01", "2024-03"]
CRIMES = st.lists(
    st.tuples(
        st.sampled_from([None, 1, 2]),
        st.sampled_from(["2024-01", "2024-02", "2024-03"]),
        st.sampled_from(["burglary", "drugs", "other"]),
        st.sampled_from([None, "charged", "closed", "open"]),
        st.booleans(),
    ),
    max_size=30,
)
NAMES = ["h3_r9", "month", "category", "outcome", "in_area"]
KINDS = [pa.int64(), *[pa.string()] * 3, pa.bool_()]


@given(rows=CRIMES, scored=st.permutations(list(product([1, 2, 3], GROUPS))))
@settings(max_examples=150)
def test_each_scored_cell_and_group_has_its_final_outcomes(
    rows: list[tuple[object, ...]], scored: list[tuple[int, str]]
) -> None:
    columns = list(zip(*rows, strict=True)) or [[]] * len(NAMES)
    crimes = pa.table(
        [pa.array(c, k) for c, k in zip(columns, KINDS, strict=True)], names=NAMES
    ).append_column("h3_r10", pa.nulls(len(rows), pa.int64()))
    lines = list(range(2, len(rows) + 2))
    crimes = crimes.append_column("raw_line", pa.array(lines, pa.int32()))
    # every third is at an excluded place
    kept = crimes.select(["month", "raw_line"]).filter(
        pa.array([line % 3 != 0 for line in lines], pa.bool_())
    )
    pairs = [(group, c) for group, members in GROUPS.items() for c in members]
    found = sql.run(
        "positive_outcomes",
        {
            "crimes": crimes,
            "kept": kept,
            "classes": pa.table(
                {"outcome": list(POSITIVE), "positive": list(POSITIVE.values())}
            ),
            "groups": pa.table(
                {
                    "crime_group": [g for g, _ in pairs],
                    "category": [c for _, c in pairs],
                }
            ),
            "months": pa.table({"month": SUPPLIED}),
            "scored": pa.table(
                {
                    "nth": range(len(scored)),
                    "h3_cell": [cell for cell, _ in scored],
                    "crime_group": [group for _, group in scored],
                }
            ),
        },
        h3_res=9,
    )
    expected = []
    for cell, group in scored:
        outcomes = [
            o
            for line, (c, month, category, o, in_area) in zip(lines, rows, strict=True)
            if c == cell and month in SUPPLIED and category in GROUPS[group] and in_area
            if line % 3 != 0
        ]
        final, positive = outcome_counts(outcomes, POSITIVE)
        expected.append((final, positive / final if final else None))
    assert [tuple(row.values()) for row in found.to_pylist()] == expected
