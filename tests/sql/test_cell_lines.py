"""cell_lines.sql against looking through the rows by hand."""

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

import sql


ROWS = st.lists(
    st.tuples(
        st.sampled_from([None, 1, 2]),
        st.sampled_from(["2023-12", "2024-01", "2024-02", "2024-03"]),
        st.sampled_from(["burglary", "robbery"]),
        st.booleans(),
    ),
    max_size=30,
)
FILES = {"2024-01": "aa", "2024-02": "bb", "2024-03": "cc"}


@given(rows=ROWS)
@settings(max_examples=80)
def test_the_lines_of_a_cells_incidents_are_found(
    rows: list[tuple[int | None, str, str, bool]],
) -> None:
    lines = list(range(2, len(rows) + 2))
    incidents = pa.table(
        {
            "h3_r9": pa.array([r[0] for r in rows], pa.int64()),
            "h3_r10": pa.nulls(len(rows), pa.int64()),
            "month": pa.array([r[1] for r in rows], pa.string()),
            "category": pa.array([r[2] for r in rows], pa.string()),
            "in_area": pa.array([r[3] for r in rows], pa.bool_()),
            "raw_line": pa.array(lines, pa.int32()),
        }
    )
    files = pa.table({"month": list(FILES), "raw_sha256": list(FILES.values())})
    found = sql.run(
        "cell_lines",
        {"incidents": incidents, "files": files},
        h3_res=9,
        cell=1,
        first_month="2024-01",
        last_month="2024-02",
    )
    expected = [
        {"month": month, "raw_sha256": FILES[month], "category": kind, "raw_lines": at}
        for month in ("2024-01", "2024-02")
        for kind in ("burglary", "robbery")
        if (
            at := [
                line
                for line, row in zip(lines, rows, strict=True)
                if row == (1, month, kind, True)
            ]
        )
    ]
    assert found.to_pylist() == expected
