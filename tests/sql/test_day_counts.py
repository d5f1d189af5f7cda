"""day_counts.sql against counting and weighing by hand."""

from collections import defaultdict

import pytest
from hypothesis import given, settings

import sql
from tests.sql.made_records import (
    CATEGORY_HARM,
    OFFENCE_HARM,
    ROWS,
    Row,
    day_of,
    records,
    weights,
)


@given(rows=ROWS)
@settings(max_examples=80, deadline=None, derandomize=True)
def test_incidents_count_on_the_london_day_by_whose_end_they_had_happened(
    rows: list[Row],
) -> None:
    expected: dict[tuple[object, ...], list[float]] = defaultdict(list)
    for row in rows:
        if row["in_area"] and row["h3_r10"] is not None:
            category = str(row["category"])
            of_code = OFFENCE_HARM.get(
                str(row["offence_code"]), CATEGORY_HARM[category]
            )
            own = row["harm"]
            weight = own if isinstance(own, float) else of_code
            expected[row["h3_r10"], day_of(row), category].append(weight)
    held = {
        "live_records": records(rows),
        "category_harm": weights("category", CATEGORY_HARM),
        "offence_harm": weights("offence_code", OFFENCE_HARM),
    }
    assert sql.run("day_counts", held).to_pylist() == [
        {
            "h3_cell": cell,
            "day": day,
            "category": category,
            "incidents": len(harm),
            "harm": pytest.approx(sum(harm)),
            "gravest": max(harm),
        }
        for (cell, day, category), harm in sorted(expected.items())
    ]
