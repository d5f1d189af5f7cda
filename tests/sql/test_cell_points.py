"""cell_points.sql against listing points by hand."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sql


ROWS = st.lists(
    st.tuples(
        st.sampled_from([None, 1, 2, 3]),  # r9
        st.sampled_from([None, 10, 20]),  # r10
        st.sampled_from([-1.5, -1.500001, 0.1]),  # longitude
        st.sampled_from([51.0, 52.5]),  # latitude
        st.sampled_from(["2024-01", "2024-02", "2024-03"]),
        st.booleans(),
    ),
    max_size=40,
)
NAMES = ["h3_r9", "h3_r10", "longitude", "latitude", "period", "in_area"]
KINDS = [*[pa.int64()] * 2, *[pa.float64()] * 2, pa.string(), pa.bool_()]


@pytest.mark.parametrize("resolution", [9, 10])
@given(rows=ROWS)
@settings(max_examples=60)
def test_points_are_numbered_and_their_periods_listed(
    resolution: int, rows: list[tuple[object, ...]]
) -> None:
    columns = list(zip(*rows, strict=True)) or [[]] * len(NAMES)
    incidents = pa.table(
        [pa.array(c, k) for c, k in zip(columns, KINDS, strict=True)], names=NAMES
    )
    found = sql.run("cell_points", {"incidents": incidents}, h3_res=resolution)

    at = 0 if resolution == 9 else 1
    kept = [row for row in rows if row[at] is not None and row[5]]
    points = sorted({(row[at], row[2], row[3]) for row in kept})
    assert [tuple(row.values()) for row in found.to_pylist()] == [
        (point[0], number, month)
        for number, point in enumerate(points)
        for month in sorted({r[4] for r in kept if (r[at], r[2], r[3]) == point})
    ]
    assert found.column_names == ["h3_cell", "point", "period"]
