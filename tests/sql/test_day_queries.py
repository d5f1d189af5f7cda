"""day_counts.sql, day_points.sql and kept_records.sql against counting by hand."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sql


CATEGORY_HARM = {"burglary": 0.1, "robbery": 365.0}
OFFENCE_HARM = {"28A": 0.7}
LONDON = ZoneInfo("Europe/London")
UTC_TIME = pa.timestamp("us", "UTC")
# about both nights on which the clock changes, and the turn of a year
MOMENTS = st.sampled_from(
    [
        datetime(2026, 3, 28, 23, 30, tzinfo=UTC),
        datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
        datetime(2026, 3, 29, 23, 30, tzinfo=UTC),
        datetime(2026, 10, 24, 22, 59, tzinfo=UTC),
        datetime(2026, 10, 24, 23, 0, tzinfo=UTC),
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 23, 59, tzinfo=UTC),
        datetime(2026, 12, 31, 23, 59, tzinfo=UTC),
    ]
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "category": st.sampled_from(sorted(CATEGORY_HARM)),
            "offence_code": st.sampled_from([None, "28A", "no weight"]),
            "harm": st.sampled_from([None, 5.0]),
            "occurred_from": MOMENTS,
            "lasts": st.sampled_from([None, timedelta(0), timedelta(hours=3)]),
            "longitude": st.sampled_from([-0.1, -0.1000000001, -0.2]),
            "latitude": st.just(51.5),
            "in_area": st.booleans(),
            "h3_r9": st.sampled_from([None, 1]),
            "h3_r10": st.sampled_from([None, 10, 20]),
            "place_label": st.sampled_from([None, "Prison", "Prison Road"]),
        }
    ),
    max_size=30,
)
SCHEMA = pa.schema(
    {
        "category": pa.string(),
        "offence_code": pa.string(),
        "harm": pa.float64(),
        "occurred_from": UTC_TIME,
        "occurred_to": UTC_TIME,
        "longitude": pa.float64(),
        "latitude": pa.float64(),
        "in_area": pa.bool_(),
        "h3_r9": pa.int64(),
        "h3_r10": pa.int64(),
        "place_label": pa.string(),
    }
)
Row = dict[str, object]


def ended(row: Row) -> datetime:
    began, lasts = row["occurred_from"], row["lasts"]
    assert isinstance(began, datetime)
    return began + lasts if isinstance(lasts, timedelta) else began


def day_of(row: Row) -> str:
    return str(ended(row).astimezone(LONDON).date())


def records(rows: list[Row]) -> pa.Table:
    told = [
        {**r, "occurred_to": ended(r) if r["lasts"] is not None else None} for r in rows
    ]
    return pa.Table.from_pylist(told, schema=SCHEMA)


def weights(key: str, held: dict[str, float]) -> pa.Table:
    return pa.table({key: list(held), "harm": list(held.values())})


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
        "records": records(rows),
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
    assert sql.run("day_points", {"records": records(rows)}).to_pylist() == expected


@given(rows=ROWS, label=st.sampled_from([None, "Prison", ".*Road"]))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_records_at_excluded_places_are_left_out(
    rows: list[Row], label: str | None
) -> None:
    rule = {"id": "a", "label": label, "cell": None if label else 20}
    rules = pa.Table.from_pylist(
        [rule],
        schema=pa.schema({"id": pa.string(), "label": pa.string(), "cell": pa.int64()}),
    )
    out = {"Prison": {"Prison"}, ".*Road": {"Prison Road"}, None: set[str]()}[label]
    kept = [
        row
        for row in rows
        if row["place_label"] not in out and not (label is None and row["h3_r10"] == 20)
    ]
    held = {"records": records(rows), "rules": rules}
    found = sql.run("kept_records", held).cast(SCHEMA)
    assert found.schema.names == SCHEMA.names
    assert sorted(map(str, found.to_pylist())) == sorted(
        map(str, records(kept).to_pylist())
    )
