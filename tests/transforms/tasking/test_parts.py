"""The parts of a pack beside their twins."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.oracles import tasking as oracles
from transforms.errors import UsageError
from transforms.impact.place_rows import PlaceRow, place_interval
from transforms.programmes.register import Standing
from transforms.reference import cells
from transforms.tasking.areas import ELSEWHERE, LEAST_PLACES, coarse_areas
from transforms.tasking.delivered import Made, made_as_planned
from transforms.tasking.fortnight import DAYS, fortnight_of, span_in_words


DATES = st.dates(date(2024, 1, 1), date(2027, 12, 31))


@given(
    st.integers(0, 60),
    st.floats(0.05, 40),
    st.floats(0.2, 30),
    st.floats(0.5, 30),
    st.integers(1, 11),
)
def test_rose_and_fell_as_chances_summed_one_by_one(
    observed: int, mean: float, shape: float, size: float, months: int
) -> None:
    place = {"rate_shape": shape, "month_size": size}
    low, high = place_interval(place, mean, months)
    row = PlaceRow(
        place_id="p01", name=None, periods=months, observed=observed, expected=mean,
        low=low, high=high, likely=mean, before=None, left=None,
    )  # fmt: skip
    assert row.word == oracles.word(observed, mean, shape, size, months)


@given(DATES, st.integers(0, 200))
def test_the_newest_fortnight_is_whole_weeks_that_are_over(
    starts: date, later: int
) -> None:
    today = starts + timedelta(days=later)
    known = oracles.endings(starts, today)
    if not known:
        with pytest.raises(UsageError, match="its first fortnight ends on"):
            fortnight_of("x", Standing(starts=starts), None, today)
        return
    found = fortnight_of("x", Standing(starts=starts), None, today)
    assert found.last == known[-1] < today
    assert found.first == max(starts, found.last - timedelta(days=DAYS - 1))
    assert found.days[0] == found.first
    assert found.days[-1] == found.last
    assert (found.next_last - found.next_first).days == DAYS - 1


@given(DATES, st.integers(0, 60), st.integers(0, 120))
def test_a_programme_that_ended_has_a_last_fortnight(
    starts: date, length: int, later: int
) -> None:
    ends = starts + timedelta(days=length)
    today = ends + timedelta(days=DAYS + later)
    found = fortnight_of("x", Standing(starts=starts, ends=ends), None, today)
    assert found.first <= ends <= found.last < today
    assert found.days[-1] == ends
    assert found.has_next is False


def test_what_is_no_fortnight_of_a_programme_is_refused() -> None:
    starts, today = date(2026, 10, 1), date(2026, 11, 10)
    ended = Standing(starts=starts, ends=date(2026, 10, 20))
    for standing, ending, said in (
        (Standing(), None, "has not started"),
        (Standing(starts=starts), date(2026, 9, 30), "starts on 2026-10-01"),
        (Standing(starts=starts), date.min, "starts on 2026-10-01"),
        (Standing(starts=starts), date.max, "it has not ended"),
        (
            Standing(starts=starts),
            today,
            "the newest day that can end one is 2026-11-09",
        ),
        (ended, date(2026, 11, 4), "ended on 2026-10-20"),
    ):
        with pytest.raises(UsageError, match=said):
            fortnight_of("x", standing, ending, today)


def test_a_span_says_what_both_ends_share_once() -> None:
    assert span_in_words(date(2026, 3, 2), date(2026, 3, 15)) == "2 to 15 March 2026"
    assert (
        span_in_words(date(2026, 3, 30), date(2026, 4, 12))
        == "30 March to 12 April 2026"
    )
    assert (
        span_in_words(date(2026, 12, 28), date(2027, 1, 10))
        == "28 December 2026 to 10 January 2027"
    )
    assert span_in_words(date(2026, 3, 2), date(2026, 3, 2)) == "2 March 2026"


@given(st.lists(st.sampled_from([None, "A", "B", "C", "D"]), max_size=30))
def test_no_area_has_few_places_and_all_of_them_are_all(
    towns: list[str | None],
) -> None:
    named = {f"p{at:02d}": town for at, town in enumerate(towns)}
    found = coarse_areas(named)
    if len(named) < LEAST_PLACES:
        assert not found
        return
    every = [place for area in found for place in area.places]
    assert sorted(every) == sorted(named)
    for area in found:
        assert len(area.places) >= LEAST_PLACES
        if area.name != ELSEWHERE:
            assert {named[place] for place in area.places} == {area.name}
    # an area is left unnamed only where it must be
    named_areas = {area.name for area in found} - {ELSEWHERE}
    big = {t for t in towns if t and towns.count(t) >= LEAST_PLACES}
    assert named_areas <= big
    assert len(big - named_areas) <= 1


PLACE_DAY = st.fixed_dictionaries(
    {
        "planned_minutes": st.sampled_from([None, 0.0, 15.0, 30.0]),
        "visits_10_plus": st.sampled_from([None, 0, 1, 2]),
        "patrol_minutes": st.floats(0, 30),
    }
)


@given(st.lists(PLACE_DAY, max_size=20))
def test_place_days_made_as_planned_are_counted_one_by_one(
    rows: list[dict[str, float | None]],
) -> None:
    counted = oracles.as_planned(rows)
    assert made_as_planned(rows) == (Made(*counted) if counted else None)


def test_cells_of_any_resolution_touch_where_they_share_ground() -> None:
    parent = cells.index_points(np.array([0.52]), np.array([51.39]), 9)
    child = cells.children(parent, 10)[:1]
    fine = [cells.children(of, 11) for of in (parent, child)]
    assert np.isin(fine[1], fine[0]).all()
