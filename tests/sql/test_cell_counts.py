"""cell_counts.sql against counting by hand."""

from collections import Counter

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sql


ROWS = st.lists(
    st.tuples(
        st.sampled_from([None, 1, 2, 3]),  # r9
        st.sampled_from([None, 10, 20]),  # r10
        st.sampled_from(["2024-01", "2024-02"]),
        st.sampled_from(["burglary", "robbery"]),
        st.booleans(),
    ),
    max_size=40,
)


def _table(rows: list[tuple[object, ...]]) -> pa.Table:
    names = ["h3_r9", "h3_r10", "month", "category", "in_area"]
    kinds = [pa.int64(), pa.int64(), pa.string(), pa.string(), pa.bool_()]
    columns = list(zip(*rows, strict=True)) or [[]] * 5
    return pa.table(
        [pa.array(c, k) for c, k in zip(columns, kinds, strict=True)], names=names
    )


@pytest.mark.parametrize("resolution", [9, 10])
@given(rows=ROWS)
@settings(max_examples=40, deadline=None, derandomize=True)
def test_counts_located_incidents_in_area(
    resolution: int, rows: list[tuple[object, ...]]
) -> None:
    found = sql.run("cell_counts", {"incidents": _table(rows)}, h3_res=resolution)
    expected = Counter(
        (row[0 if resolution == 9 else 1], row[2], row[3]) for row in rows if row[4]
    )
    assert found.to_pylist() == [
        {"h3_cell": c, "month": m, "category": k, "incidents": n}
        for (c, m, k), n in sorted(
            (key, n) for key, n in expected.items() if key[0] is not None
        )
    ]
