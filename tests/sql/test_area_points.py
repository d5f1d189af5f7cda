"""area_points.sql against counting by hand."""

from collections import Counter

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

import sql


OUTCOMES = {"fined": True, "no-suspect": False}
HARM = {"burglary": 2.5, "robbery": 10.0}
CLASSES = pa.table({"outcome": list(OUTCOMES), "positive": list(OUTCOMES.values())})
KEPT = pa.schema(
    [
        ("longitude", pa.float64()),
        ("h3_r9", pa.int64()),
        ("month", pa.string()),
        ("category", pa.string()),
        ("place_label", pa.string()),
        ("in_area", pa.bool_()),
        ("latitude", pa.float64()),
        ("raw_line", pa.int32()),
    ]
)
CRIMES = pa.schema(
    [("month", pa.string()), ("raw_line", pa.int32()), ("outcome", pa.string())]
)
ROWS = st.lists(
    st.tuples(
        st.sampled_from([-1.5, 0.1]),
        st.sampled_from([1, 2]),
        st.sampled_from(["2024-01", "2024-02", "2024-03"]),
        st.sampled_from(["burglary", "robbery"]),
        st.sampled_from(["High Street", None]),
        st.booleans(),
        st.sampled_from(["fined", "no-suspect", "under-way", None, "no crime row"]),
    ),
    max_size=40,
)


@given(rows=ROWS)
@settings(max_examples=80)
def test_incidents_and_their_outcomes_are_counted_by_point(
    rows: list[tuple[float, int, str, str, str | None, bool, str | None]],
) -> None:
    kept = [
        dict(zip(KEPT.names, (*row[:6], 52.5, line), strict=True))
        for line, row in enumerate(rows)
    ]
    crimes = [
        {"month": row[2], "raw_line": line, "outcome": row[6]}
        for line, row in enumerate(rows)
        if row[6] != "no crime row"
    ]
    found = sql.run(
        "area_points",
        {
            "kept": pa.Table.from_pylist(kept, schema=KEPT),
            "crimes": pa.Table.from_pylist(crimes, schema=CRIMES),
            "classes": CLASSES,
            "category_harm": pa.table(
                {"category": list(HARM), "harm": [*HARM.values()]}
            ),
        },
        first_month="2024-02",
        last_month="2024-03",
    ).to_pylist()
    counted, final, positive = Counter[tuple[object, ...]](), Counter(), Counter()
    for *key, inside, outcome in rows:
        if inside and key[2] >= "2024-02":
            counted[tuple(key)] += 1
            final[tuple(key)] += outcome in OUTCOMES
            positive[tuple(key)] += OUTCOMES.get(outcome or "", False)
    names = ["longitude", "h3_cell", "period", "category", "place_label"]
    assert {
        tuple(r[n] for n in names): (
            r["incidents"],
            r["final_outcomes"],
            r["positive_outcomes"],
        )
        for r in found
    } == {key: (counted[key], final[key], positive[key]) for key in counted}
    for row in found:
        assert row["open_incidents"] == row["incidents"]
        assert row["gravest"] == HARM[row["category"]]
        assert row["harm"] == row["incidents"] * row["gravest"]
