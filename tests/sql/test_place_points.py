"""place_points.sql against a count by hand."""

from collections import Counter

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

import sql


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["2023-12", "2024-01", "2024-02", "2024-03"]),
        st.sampled_from([None, "High Street", "Abbey Road"]),
        st.sampled_from([None, -1.5, 0.25]),
        st.booleans(),
    ),
    max_size=40,
)


@given(rows=ROWS)
@settings(max_examples=60)
def test_each_point_of_a_label_has_its_incidents_of_the_window(
    rows: list[tuple[str, str | None, float | None, bool]],
) -> None:
    months, labels, places, inside = zip(*rows, strict=True) if rows else [()] * 4
    table = pa.table(
        {
            "month": pa.array(months, pa.string()),
            "place_label": pa.array(labels, pa.string()),
            "longitude": pa.array(places, pa.float64()),
            "latitude": pa.array([x and x + 52 for x in places], pa.float64()),
            "in_area": pa.array(inside, pa.bool_()),
        }
    )
    found = sql.run(
        "place_points",
        {"incidents": table},
        first_month="2024-01",
        last_month="2024-02",
    )
    counted = Counter(
        (label, x, x + 52)
        for month, label, x, here in rows
        if here and label and x is not None and "2024-01" <= month <= "2024-02"
    )
    rows_found = [tuple(row.values()) for row in found.to_pylist()]
    assert rows_found == [(*key, n) for key, n in sorted(counted.items())]
