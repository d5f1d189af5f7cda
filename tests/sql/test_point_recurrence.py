"""How many points of a month recur in the next, against the plain twin."""

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

import sql
from tests.oracles import incidents as oracles
from transforms.incidents.epochs import recurrences


POINTS = st.tuples(
    st.sampled_from(["2024-01", "2024-02", "2024-04", "2024-05"]),
    st.sampled_from([0.5, 0.25, -1.0]),
    st.sampled_from([52.0, 52.5]),
    st.booleans(),
)


Point = tuple[str, float, float, bool]


@given(st.lists(POINTS, min_size=1, max_size=40))
@settings(max_examples=50)
def test_recurring_points_equal_the_plain_twin(points: list[Point]) -> None:
    month, longitude, latitude, in_area = zip(*points, strict=True)
    held = pa.table(
        {
            "month": list(month),
            "longitude": list(longitude),
            "latitude": list(latitude),
            "in_area": list(in_area),
        }
    )
    rows = sql.run("point_recurrence", {"incidents": held}).to_pylist()
    found = [
        (str(p.month), str(p.before), p.points, p.shared) for p in recurrences(rows)
    ]
    assert found == oracles.recurring_points(points)
