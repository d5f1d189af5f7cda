"""month_profiles.sql against counting by hand."""

from collections import Counter

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

import sql


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["2024-01", "2024-02"]),
        st.sampled_from(["burglary", "robbery"]),
        st.sampled_from([None, (0.1, 51.0), (0.1, 51.1), (0.2, 51.0)]),
    ),
    max_size=40,
)


@given(rows=ROWS)
@settings(max_examples=60)
def test_profiles_count_incidents_places_and_the_fullest_point(
    rows: list[tuple[str, str, tuple[float, float] | None]],
) -> None:
    table = pa.table(
        {
            "month": pa.array([r[0] for r in rows], pa.string()),
            "category": pa.array([r[1] for r in rows], pa.string()),
            "longitude": pa.array([r[2] and r[2][0] for r in rows], pa.float64()),
            "latitude": pa.array([r[2] and r[2][1] for r in rows], pa.float64()),
        }
    )
    found = sql.run("month_profiles", {"incidents": table})
    assert found.to_pylist() == [
        {
            "month": month,
            "category": category,
            "incidents": len(points),
            "located": sum(p is not None for p in points),
            "most_on_a_point": max(
                Counter(p for p in points if p is not None).values(), default=0
            ),
        }
        for month, category in sorted({(r[0], r[1]) for r in rows})
        for points in [[r[2] for r in rows if r[:2] == (month, category)]]
    ]
