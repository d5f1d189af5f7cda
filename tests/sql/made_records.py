"""Made-up records of a force, about the nights on which the clock changes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
from hypothesis import strategies as st


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
CELLS = [0x8A195DA49A5FFFF, 0x8A195DA49ACFFFF]
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "category": st.sampled_from(["burglary", "robbery"]),
            "offence_code": st.sampled_from([None, "28A", "no weight"]),
            "harm": st.sampled_from([None, 5.0]),
            "occurred_from": MOMENTS,
            "lasts": st.sampled_from([None, timedelta(0), timedelta(hours=3)]),
            "longitude": st.sampled_from([-0.1, -0.1000000001, -0.2]),
            "latitude": st.just(51.5),
            "in_area": st.booleans(),
            "h3_r9": st.sampled_from([None, 1]),
            "h3_r10": st.sampled_from([None, *CELLS]),
            "place_label": st.sampled_from([None, "Prison", "Prison Road"]),
        }
    ),
    max_size=30,
)
SCHEMA = pa.schema(
    {
        "raw_line": pa.int32(),
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
    offered = [
        {**r, "occurred_to": ended(r) if r["lasts"] is not None else None} for r in rows
    ]
    return pa.Table.from_pylist(offered, schema=SCHEMA)
