"""unplaced_incidents.sql against counting every incident by hand."""

from collections import Counter

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sql
from transforms.lake.schemas import INCIDENTS


MONTHS = ["2023-12", "2024-01", "2024-02", "2024-03"]
NAMES = ["month", "category", "in_area", "h3_r9", "h3_r10"]
ROWS = st.lists(
    st.tuples(
        st.sampled_from(MONTHS),
        st.sampled_from(["burglary", "drugs"]),
        st.sampled_from([None, True, False]),
        st.sampled_from([None, 1]),
        st.sampled_from([None, 10]),
    ),
    max_size=40,
)


@pytest.mark.parametrize(("resolution", "cell"), [(9, 3), (10, 4)])
@given(rows=ROWS)
@settings(max_examples=80)
def test_each_month_and_category_says_what_no_cell_can_count(
    resolution: int,
    cell: int,
    rows: list[tuple[str, str, bool | None, int | None, int | None]],
) -> None:
    incidents = pa.Table.from_pylist(
        [dict(zip(NAMES, row, strict=True)) for row in rows], schema=INCIDENTS
    )
    found = sql.run(
        "unplaced_incidents",
        {"incidents": incidents},
        h3_res=resolution,
        first_month="2024-01",
        last_month="2024-02",
    )
    every, nowhere, abroad = Counter(), Counter(), Counter()  # type: ignore[var-annotated]
    for row in rows:
        key, in_area = (row[0], row[1]), row[2]
        if key[0] in ("2024-01", "2024-02"):
            every[key] += 1
            nowhere[key] += row[cell] is None
            abroad[key] += row[cell] is not None and not in_area
    assert found.to_pylist() == [
        {
            "month": key[0],
            "category": key[1],
            "incidents": every[key],
            "without_place": nowhere[key],
            "outside_area": abroad[key],
        }
        for key in sorted(every)
    ]
