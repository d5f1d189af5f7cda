"""From pings to stays, compared with walking through them one by one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sql import run
from tests.oracles import patrols as oracles


MIDNIGHT = datetime(2026, 10, 5, tzinfo=UTC)
SCHEMA = pa.schema(
    [
        ("unit", pa.binary()),
        ("reported_at", pa.timestamp("us", "UTC")),
        ("place_id", pa.string()),
        ("officers", pa.int32()),
        ("role", pa.string()),
        ("mode", pa.string()),
        ("background", pa.bool_()),
    ]
)
CAP, MERGE, CLASSED = 300, 120, 180


def ping(unit: bytes, minute: float, place: str | None, **more: Any) -> dict[str, Any]:
    base = {"officers": 1, "role": "police", "mode": None, "background": False}
    at = MIDNIGHT + timedelta(minutes=minute)
    return {"unit": unit, "reported_at": at, "place_id": place, **base, **more}


def stays(pings: list[dict[str, Any]], hours: float = 24) -> list[dict[str, Any]]:
    first = int(MIDNIGHT.timestamp())
    return run(
        "ping_stays",
        {"pings": pa.Table.from_pylist(pings, schema=SCHEMA)},
        first_us=first * 1_000_000,
        end_us=int((first + hours * 3600) * 1_000_000),
        cap_us=CAP * 1_000_000,
        merge_us=MERGE * 1_000_000,
        classed_us=CLASSED * 1_000_000,
    ).to_pylist()


def minute(at: datetime) -> float:
    return (at - MIDNIGHT).total_seconds() / 60


def test_v25() -> None:
    """Two units: the midpoint rule, its cap, short absences, and a pass."""
    trail = {0: None, 1: None, 21: None, 25: None, 26: "B", 27: None, 49: None}
    trail |= dict.fromkeys([*range(5, 21), 22, 23, 24, 47, 48], "A")
    pings = [ping(b"1", at, place, officers=2) for at, place in trail.items()]
    pings += [ping(b"2", at, "A") for at in (10, 15, 20, 25, 30)]
    found = [
        (
            s["place_id"],
            minute(s["starts"]),
            minute(s["ends"]),
            s["minutes"],
            s["officers"],
        )
        for s in stays(pings)
    ]
    assert sorted(found) == [
        ("A", 3.0, 24.5, 20.5, 2),
        ("A", 10.0, 30.0, 20.0, 1),
        ("A", 44.5, 48.5, 4.0, 2),
        ("B", 25.5, 26.5, 1.0, 2),
    ]
    at_a = [s for s in stays(pings) if s["place_id"] == "A"]
    assert sum(s["minutes"] * s["officers"] for s in at_a) == 69
    assert oracles.covered_minutes(at_a) == 31


@st.composite
def trails(draw: st.DrawFn) -> list[dict[str, Any]]:
    found = []
    for unit in (b"1", b"2"):
        at = draw(st.sampled_from([-9.0, -0.5, 0.0, 30.0, 118.0]))
        for _ in range(draw(st.integers(0, 14))):
            at += draw(st.sampled_from([0.5, 1.0, 2.0, 3.5, 5.0, 9.0]))
            found.append(
                ping(
                    unit,
                    at,
                    draw(st.sampled_from([None, "A", "A", "B"])),
                    officers=draw(st.integers(1, 3)),
                    role=draw(st.sampled_from(["police", "pcso"])),
                    mode=draw(st.sampled_from([None, "foot"])),
                    background=draw(st.booleans()) and draw(st.booleans()),
                )
            )
    return found


@given(trails())
def test_stays_are_those_found_ping_by_ping(pings: list[dict[str, Any]]) -> None:
    first = MIDNIGHT.timestamp()
    wanted = oracles.ping_stays(pings, first, first + 7200, CAP, MERGE, CLASSED)
    found = stays(pings, hours=2)
    for stay in found:
        stay["starts"], stay["ends"] = (
            stay[end].timestamp() for end in ("starts", "ends")
        )

    def key(stay: dict[str, Any]) -> tuple[object, ...]:
        told = {k: v for k, v in stay.items() if k not in ("minutes", "minutes_se")}
        return tuple(str(told[name]) for name in sorted(told))

    wanted.sort(key=key)
    found.sort(key=key)
    assert [key(stay) for stay in found] == [key(stay) for stay in wanted]
    for got, want in zip(found, wanted, strict=True):
        assert got["minutes"] == pytest.approx(want["minutes"], abs=1e-5)
        assert got["minutes_se"] == pytest.approx(want["minutes_se"], abs=1e-5)


@pytest.mark.parametrize("gap_s", [5, 30, 120, 300])
def test_the_error_of_minutes_is_the_gap_by_root_six(gap_s: int) -> None:
    """Stays of 15 minutes at any moment, pinged every g seconds: their spread."""
    minutes = []
    for shift in range(60):
        enters = 60 * 20 + shift * gap_s * 7 / 60
        leaves = enters + 15 * 60 + shift * gap_s / 60
        pings = [
            ping(b"1", at / 60, "A" if enters <= at < leaves else None)
            for at in range(0, 2 * 60 * 60, gap_s)
        ]
        [stay] = stays(pings)
        assert stay["classed"] == (gap_s <= CLASSED)
        assert stay["minutes_se"] == pytest.approx(gap_s / 6**0.5 / 60)
        minutes.append(stay["minutes"] - (leaves - enters) / 60)
    spread = (sum(error**2 for error in minutes) / len(minutes)) ** 0.5
    assert spread == pytest.approx(gap_s / 6**0.5 / 60, rel=0.35)
    assert abs(sum(minutes) / len(minutes)) < gap_s / 60 / 6


def test_a_lone_ping_owns_nothing() -> None:
    assert stays([ping(b"1", 10, "A"), ping(b"2", 11, None)]) == []
