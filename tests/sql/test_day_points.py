"""day_points.sql against numbering places by hand."""

from collections import defaultdict

from hypothesis import given, settings

import sql
from tests.sql.made_records import (
    ROWS,
    Row,
    day_of,
    records,
)


@given(rows=ROWS)
@settings(max_examples=80, deadline=None, derandomize=True)
def test_points_are_places_to_a_metre_and_the_days_they_had(rows: list[Row]) -> None:
    had: dict[tuple[int, float], set[str]] = defaultdict(set)
    for row in rows:
        cell, longitude = row["h3_r10"], row["longitude"]
        if row["in_area"] and isinstance(cell, int) and isinstance(longitude, float):
            had[cell, round(longitude, 5)].add(day_of(row))
    expected = [
        {"h3_cell": cell, "point": number, "day": day}
        for number, ((cell, _), days) in enumerate(sorted(had.items()))
        for day in sorted(days)
    ]
    assert (
        sql.run("day_points", {"live_records": records(rows)}).to_pylist() == expected
    )
