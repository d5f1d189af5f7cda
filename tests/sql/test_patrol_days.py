"""What was delivered on a day, compared with counting second by second."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sql import run
from tests.oracles import patrols as oracles
from transforms.lake.schemas import VISITS, plain


DAYS = [date(2026, 10, 24), date(2026, 10, 25)]  # the clocks go back in the second
SCHEMA = pa.schema([plain(field) for field in VISITS])
PLACE_DAYS = pa.schema(
    [
        ("place_id", pa.string()),
        ("day", pa.date32()),
        ("source", pa.string()),
        ("planned_minutes", pa.float64()),
    ]
)


@st.composite
def visits(draw: st.DrawFn) -> dict[str, Any]:
    day = draw(st.sampled_from(DAYS))
    minute = draw(st.integers(0, 120))
    starts = datetime(day.year, day.month, day.day, 0, tzinfo=UTC)
    starts += timedelta(minutes=minute, seconds=draw(st.sampled_from([0, 30])))
    length = draw(st.sampled_from([0.5, 1.0, 3.0, 9.5, 10.0, 16.0, 16.5, 20.0, 45.0]))
    timed = draw(st.booleans())
    source = draw(st.sampled_from(["log", "pings"]))
    counts = {
        name: draw(st.none() | st.integers(0, 3)) if source == "log" else None
        for name in oracles.ACTIVITIES
    }
    return {
        "force": "kent", "month": "2026-10", "programme": "a-1", "source": source,
        "raw_sha256": None, "raw_line": None,
        "place_id": draw(st.sampled_from(["p01", "p02"])), "day": day,
        "starts": starts if timed else None,
        "ends": starts + timedelta(minutes=length) if timed else None,
        "minutes": length,
        "minutes_se": draw(st.sampled_from([0.07, 1.2])) if source == "pings" else None,
        "classed": source == "log" or draw(st.booleans()),
        "officers": draw(st.integers(1, 3)),
        "role": draw(st.sampled_from(oracles.ROLES)),
        "mode": draw(st.sampled_from([None, *oracles.MODES])),
        "background": draw(st.booleans()), **counts,
    }  # fmt: skip


def found(
    rows: list[dict[str, Any]], days: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    tables = {
        "visits": pa.Table.from_pylist(rows, schema=SCHEMA),
        "place_days": pa.Table.from_pylist(days, schema=PLACE_DAYS),
    }
    return run("patrol_days", tables, visit_minutes=3.0).to_pylist()


@given(
    st.lists(visits(), max_size=12),
    st.sampled_from(["log", "pings"]),
    st.sampled_from([None, 0.0, 15.0]),
)
def test_days_are_those_counted_by_hand(
    rows: list[dict[str, Any]], source: str, planned: float | None
) -> None:
    days = [
        {"place_id": place, "day": day, "source": source, "planned_minutes": planned}
        for day in DAYS
        for place in ("p01", "p02", "p03")
    ]
    wanted = [oracles.patrol_day(each, rows) for each in days]
    for got, want in zip(found(rows, days), wanted, strict=True):
        assert got.keys() == want.keys()
        for name, value in want.items():
            assert got[name] == (
                pytest.approx(value, abs=1e-4) if isinstance(value, float) else value
            ), name


def test_a_day_that_nobody_supplied_has_no_row() -> None:
    assert found([], []) == []
