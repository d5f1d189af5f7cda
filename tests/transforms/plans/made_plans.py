"""Plans made up at random, without a home: places, shifts, settings."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pyarrow as pa
from hypothesis import strategies as st

from transforms.errors import UsageError
from transforms.homes.patrol_settings import PatrolTable
from transforms.plans.asked import Asked
from transforms.plans.distance import Spot
from transforms.plans.plan import Plan, made_plan
from transforms.plans.shifts import Shift
from transforms.plans.why import Fact
from transforms.programmes.programme import Programme


MONDAY = datetime(2026, 12, 7, tzinfo=UTC)
LAT, LON = 51.39, 0.54


def a_fact(level_month: float) -> Fact:
    return Fact(
        level_month=level_month,
        hotspot_class=None,
        span="the 12 months to October 2026",
        by_category={"robbery": 3},
    )


def a_programme(spots: list[Spot]) -> Programme:
    """What a plan reads of a programme."""
    places = pa.Table.from_pylist(
        [
            {
                "place_id": f"p{rank:02d}",
                "name": f"Street {rank}",
                "lat": s.lat,
                "lon": s.lon,
            }
            for rank, s in enumerate(spots, start=1)
        ]
    )
    made = SimpleNamespace(id="autumn-0123456789ab", places=places)
    return cast("Programme", made)


def asked_for(
    spots: list[Spot], shifts: list[Shift], allowed: list[list[str]] | None = None
) -> Asked:
    """A plan of those shifts, that may go to those places."""
    ordered = sorted(
        zip(shifts, allowed or [None] * len(shifts), strict=True), key=_when
    )
    programme = a_programme(spots)
    every = programme.places["place_id"].to_pylist()
    return Asked(
        programme=programme,
        trial=None,
        first=ordered[0][0].day,
        last=ordered[-1][0].day,
        shifts=[shift for shift, _ in ordered],
        allowed={s.key: frozenset(every if of is None else of) for s, of in ordered},
        weeks_sha256={},
    )


def _when(of: tuple[Shift, Any]) -> tuple[datetime, str]:
    return of[0].starts, of[0].id


SHIFT = Shift(
    id="late",
    starts=MONDAY + timedelta(hours=14),
    ends=MONDAY + timedelta(hours=22),
    units=2,
    mode="vehicle",
    base=Spot(LAT, LON),
    minutes=300,
    places=frozenset(),
    line=2,
)


def _spots(apart: float) -> st.SearchStrategy[Spot]:
    near = st.floats(-apart, apart)
    return st.builds(lambda north, east: Spot(LAT + north, LON + east), near, near)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """A plan of one to twelve places and one to five shifts of two weeks."""
    spots = draw(
        st.lists(
            _spots(draw(st.sampled_from([0.0, 0.01, 0.05]))), min_size=1, max_size=12
        )
    )
    places = [f"p{rank:02d}" for rank in range(1, len(spots) + 1)]
    shifts, allowed = [], []
    for number in range(draw(st.integers(1, 5))):
        starts = MONDAY + timedelta(minutes=draw(st.integers(0, 14 * 24 * 60)))
        length = draw(st.integers(30, 14 * 60))
        shift = replace(
            SHIFT,
            id=f"s{number}",
            starts=starts,
            ends=starts + timedelta(minutes=length),
            units=draw(st.integers(1, 4)),
            mode=draw(st.sampled_from(["foot", "cycle", "vehicle"])),
            base=draw(_spots(0.02)),
            minutes=draw(st.integers(1, length)),
        )
        shifts.append(shift)
        allowed.append(draw(st.lists(st.sampled_from(places), unique=True)))
    settings = PatrolTable(
        visit_minutes=draw(st.integers(10, 20)),
        max_visits_place_shift=draw(st.integers(1, 3)),
        min_gap_minutes=draw(st.sampled_from([0, 30, 120, 240])),
        detour=draw(st.floats(1, 2)),
    )
    levels = draw(
        st.lists(
            st.sampled_from([0.0, 1.0, 5.0, 12.5]),
            min_size=len(places), max_size=len(places),
        )
    )  # fmt: skip
    facts = dict(zip(places, map(a_fact, levels), strict=True))
    asked = asked_for(spots, shifts, allowed)
    least = replace(settings, min_visits_place_week=draw(st.sampled_from([0, 1, 2])))
    try:
        return made_plan(asked, least, facts)
    except UsageError:  # there is no room for so many
        return made_plan(asked, settings, facts)
