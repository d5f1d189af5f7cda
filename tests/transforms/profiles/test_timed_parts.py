"""Hours of the week and repeats at addresses, against slow twins."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles import profiles as oracles
from transforms.profiles.repeats import chance_of_repeats, repeats_of
from transforms.profiles.week_hours import (
    ForceWeek,
    fewest_with_half,
    night_share,
)


WEEKS = st.lists(st.integers(0, 40), min_size=168, max_size=168).filter(any)
# each incident: its hours, and how it is divided among them
INCIDENTS = st.lists(
    st.dictionaries(st.integers(0, 167), st.just(1.0), max_size=4).map(
        lambda hours: {hour: 1 / len(hours) for hour in sorted(hours)}
    ),
    min_size=1,
    max_size=12,
)


def week_of(incidents: list[Mapping[int, float]]) -> ForceWeek:
    parts = [
        (at, hour, weight)
        for at, hours in enumerate(incidents)
        for hour, weight in hours.items()
    ]
    position, hour, weight = zip(*parts, strict=True) if parts else ((), (), ())
    return ForceWeek(
        np.array(position, int), np.array(hour, int), np.array(weight), len(incidents)
    )


@given(week=WEEKS)
def test_half_of_a_week_and_its_night(week: list[int]) -> None:
    of = np.array(week, dtype=float)
    assert fewest_with_half(of) == oracles.half_of_week(week)
    assert night_share(of) == pytest.approx(oracles.by_night(week))


@given(incidents=INCIDENTS, data=st.data())
@settings(max_examples=40)
def test_the_hours_of_an_area_are_those_of_its_own_incidents(
    incidents: list[Mapping[int, float]], data: st.DataObject
) -> None:
    mine = data.draw(
        st.lists(st.booleans(), min_size=len(incidents), max_size=len(incidents))
    )
    found = week_of(incidents).of(np.array(mine, bool))
    here = [of for of, inside in zip(incidents, mine, strict=True) if inside and of]
    if not here:
        assert found is None
        return
    week = [sum(of.get(hour, 0.0) for of in here) for hour in range(168)]
    assert found is not None
    assert found.incidents == len(here)
    assert found.week.tolist() == pytest.approx(week, abs=1e-4)
    assert found.half == oracles.half_of_week(found.week.tolist())
    fullest = sorted(week, reverse=True)[: found.half]
    assert sum(week[hour] for hour in found.busiest) == pytest.approx(
        sum(fullest), abs=1e-3
    )


def test_lots_are_of_as_many_incidents_of_the_force() -> None:
    evening = dict.fromkeys((20, 44, 68, 92, 116), 1.0)
    whole = [{20: 0.5, 21: 0.5}, {100: 1.0}, {3: 0.25, 4: 0.75}, {10: 1.0}]
    whole += [{hour: weight} for hour, weight in evening.items()]
    whole += [{hour: 1.0} for hour in range(0, 168, 9)]
    mine = np.arange(len(whole)) < 9
    found = week_of(whole).of(mine)
    assert found is not None
    twin = sorted(oracles.lots(whole, 9, 1_500))
    halves, nights = (sorted(one) for one in zip(*twin, strict=True))
    of_half, of_night = found.half_by_lot, found.night_by_lot
    assert (of_half.low, of_half.median, of_half.high) == pytest.approx(
        (halves[75], halves[750], halves[1425]), abs=1
    )
    assert of_night.low == pytest.approx(nights[75], abs=0.06)
    assert of_night.median == pytest.approx(nights[750], abs=0.06)
    assert of_night.high == pytest.approx(nights[1425], abs=0.06)


@given(
    incidents=st.lists(
        st.tuples(st.sampled_from([0.1, 0.2, 0.3]), st.integers(0, 5)), max_size=30
    )
)
def test_repeats_are_later_days_at_the_same_address(
    incidents: list[tuple[float, int]],
) -> None:
    longitude = pa.array([at for at, _ in incidents], pa.float64())
    days = pa.array([str(day) for _, day in incidents], pa.string())
    year = pa.table({"longitude": longitude, "latitude": longitude, "period": days})
    found = repeats_of(year, addresses=7)
    assert (found.days, found.repeats) == oracles.repeats(incidents)


@pytest.mark.parametrize(("days", "addresses"), [(30, 20), (12, 60), (200, 150)])
def test_chance_brings_repeats_too(days: int, addresses: int) -> None:
    found = chance_of_repeats(days, addresses)
    # the expected number of addresses without any is known
    none = (1 - 1 / addresses) ** days
    assert found.median == pytest.approx(
        1 - addresses * (1 - none) / days, abs=1.5 / days
    )
    twin = oracles.chance_of_repeats(days, addresses, 1_000)
    assert found.high == pytest.approx(twin[950], abs=1.5 / days)


def test_without_incidents_there_is_no_chance_to_speak_of() -> None:
    assert chance_of_repeats(0, 9).high == chance_of_repeats(0, 0).median == 0
