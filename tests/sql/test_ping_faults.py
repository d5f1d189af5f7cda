"""Pings that cannot be right, compared with finding them unit by unit."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from sql import run
from tests.oracles import patrols as oracles


START = datetime(2026, 10, 5, tzinfo=UTC)
MOST = 50.0
SCHEMA = pa.schema(
    [
        ("row", pa.int64()),
        ("unit", pa.binary()),
        ("reported_at", pa.timestamp("us", "UTC")),
        ("longitude", pa.float64()),
        ("latitude", pa.float64()),
    ]
)
PLACES = st.sampled_from([(51.0, 1.0), (51.002, 1.0), (51.0, 1.01), (51.2, 1.3)])


def found(pings: list[dict[str, Any]]) -> dict[int, str]:
    table = pa.Table.from_pylist(pings, schema=SCHEMA)
    rows = run("ping_faults", {"pings": table}, most_m_s=MOST).to_pylist()
    assert len({row["row"] for row in rows}) == len(rows)
    return {row["row"]: row["rule"] for row in rows}


def pings_of(
    drawn: list[tuple[bytes, int, tuple[float, float]]],
) -> list[dict[str, Any]]:
    return [
        {
            "row": row, "unit": unit, "reported_at": START + timedelta(seconds=second),
            "latitude": lat, "longitude": lon,
        }
        for row, (unit, second, (lat, lon)) in enumerate(drawn)
    ]  # fmt: skip


@given(
    st.lists(
        st.tuples(st.sampled_from([b"1", b"2"]), st.integers(0, 40), PLACES),
        max_size=25,
    )
)
def test_faults_are_those_found_one_by_one(
    drawn: list[tuple[bytes, int, tuple[float, float]]],
) -> None:
    pings = pings_of(drawn)
    assert found(pings) == oracles.ping_faults(pings, MOST)


def test_a_unit_that_jumps_and_one_that_repeats() -> None:
    here, far = (51.0, 1.0), (51.2, 1.3)
    drawn = [(b"1", 0, here), (b"1", 10, far), (b"1", 10, here), (b"1", 4000, here)]
    assert found(pings_of(drawn)) == {0: "speed", 2: "duplicate"}
