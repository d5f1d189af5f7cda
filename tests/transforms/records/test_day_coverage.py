"""Which days are exposure: a day that was not supplied never counts as a quiet one."""

from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles import day_volume as oracle
from transforms.lake.schemas import RECORDS
from transforms.records.day_coverage import HOLDING_DAYS, day_holds, days_of
from transforms.records.day_volume import Volume
from transforms.records.live import records_by_day
from transforms.reference.days import Day
from transforms.reference.overrides import Override
from transforms.restricted import Restricted


D0 = date(2026, 1, 1)


def day(number: int) -> Day:
    return Day.of(D0) + number


def counts(*numbers: int) -> dict[date, int]:
    return {day(i).date: n for i, n in enumerate(numbers) if n}


def poisson(rate: float, days: int, seed: int = 1) -> list[int]:
    return np.random.default_rng(seed).poisson(rate, days).tolist()


def test_a_busy_feed_without_a_record_was_not_supplied() -> None:
    found = days_of(counts(*[20] * 30, 0, 0, *[20] * 5), {})
    assert found.of("missing") == [day(30), day(31)]
    assert found.without == 2
    assert day(30) not in found.supplied
    assert len(found.supplied) == 35


@pytest.mark.parametrize("cut", [1, 3, 6])
def test_a_day_far_under_its_past_is_partial(cut: int) -> None:
    found = days_of(counts(*poisson(60, 90), cut, *[60] * 5, cut), {})
    assert found.of("partial") == [day(90), day(96)]
    assert found.of("missing") == []
    assert (found.newest, max(found.supplied)) == (day(96), day(95))


def test_a_partial_day_is_whole_once_its_records_come() -> None:
    past = poisson(60, 90)
    assert days_of(counts(*past, 4, 2), {}).of("partial") == [day(90), day(91)]
    assert days_of(counts(*past, 57, 2), {}).of("partial") == [day(91)]


def test_an_empty_day_is_chance_at_eight_a_day_and_two_are_not() -> None:
    past = poisson(8, 200)
    assert days_of(counts(*past, 0, *[8] * 5), {}).not_whole == []
    found = days_of(counts(*past, 0, 0, *[8] * 5), {})
    assert found.of("missing") == [day(200), day(201)]


@pytest.mark.parametrize("rate", [1, 3, 8, 20, 60, 300])
def test_a_whole_feed_has_no_days_to_look_into(rate: int) -> None:
    rng = np.random.default_rng(rate)
    year = 1 + 0.15 * np.cos(np.arange(1096) / 58)
    week = np.resize([1, 1, 1, 1, 1.2, 1.1, 0.7], 1096)
    dates = [day(n).date for n in range(1096)]
    christmas = [0.5 if (d.month, d.day) == (12, 25) else 1.0 for d in dates]
    means = rate * year * week * christmas * rng.gamma(33, 1 / 33, 1096)
    found = days_of(counts(*rng.poisson(means).tolist()), {})
    assert found.not_whole == []
    assert len(found.coverage) >= 1090


def test_a_feed_that_falls_slowly_or_rests_on_sundays_is_whole() -> None:
    falling = [round(80 * 0.99**n) for n in range(300)]
    assert days_of(counts(*falling), {}).not_whole == []
    sundays = [60 if n % 7 else 25 for n in range(100)]
    assert days_of(counts(*sundays), {}).not_whole == []


def test_a_date_that_is_quiet_each_year_is_whole_once_somebody_said_so() -> None:
    numbers = poisson(60, 2 * 365)
    numbers[358], numbers[365 + 358] = 9, 9
    christmas = day(358), day(365 + 358)
    assert days_of(counts(*numbers), {}).of("partial") == list(christmas)
    found = days_of(counts(*numbers), {christmas[0].date: QUIET})
    assert found.of("partial") == []


def test_one_odd_day_is_no_new_level() -> None:
    numbers = poisson(20, 60)
    numbers[50] = 2_000
    assert days_of(counts(*numbers), {}).not_whole == []


def test_the_days_ahead_say_nothing_of_a_day() -> None:
    past = poisson(12, 80)
    past[60] = 1
    whole = days_of(counts(*past, *[90] * 90), {})
    assert all(whole.coverage[day(n)].status == "supplied" for n in range(80))


def test_a_long_gap_stays_missing_to_its_end() -> None:
    for rate in (2, 9):
        found = days_of(counts(*[rate] * 30, *[0] * 60, *[rate] * 30), {})
        assert found.of("missing") == [day(n) for n in range(30, 90)]


@pytest.mark.parametrize("rate", [1, 8, 60])
def test_a_feed_does_not_begin_with_a_crime_of_long_ago(rate: int) -> None:
    busy = {day(n).date: rate for n in range(100)}
    old = {date(1975, 6, 1): 1, date(1990, 1, 1): 40, date(2019, 1, 1): 2}
    found = days_of({**old, **busy}, {})
    assert (found.first, found.newest) == (day(0), day(99))
    found = days_of({date(1975, 6, 1): 1, **busy}, {})
    assert found.supplied == [day(n) for n in range(100)]


@pytest.mark.parametrize("before", [1, 5, 20])
def test_a_day_is_not_of_the_feed_for_the_busy_days_after_it(before: int) -> None:
    busy = {day(n).date: 8 for n in range(100)}
    assert days_of({day(-before).date: 1, **busy}, {}).first == day(0)


def test_a_feed_that_ends_busily_does_not_begin_there() -> None:
    for newest in (9, 300):
        assert days_of(counts(*[1] * 60, newest), {}).first == day(0)


def test_a_feed_with_a_long_gap_begins_before_it() -> None:
    found = days_of(counts(*[8] * 100, *[0] * 900, *[8] * 100), {})
    assert (found.first, len(found.of("missing"))) == (day(0), 900)


def test_it_has_stopped_once_its_newest_record_is_too_old() -> None:
    found = days_of(counts(5, 5), {})
    assert not found.stopped(day(8))
    assert found.stopped(day(9))
    assert not found.stopped(day(9), after_days=8)
    assert days_of({}, {}).stopped(day(0))
    assert days_of({}, {}).supplied == []


NUMBERS = st.lists(st.integers(0, 9), min_size=1, max_size=60).filter(any)
SPARSE = st.lists(st.sampled_from([0, 0, 0, 1]), max_size=60)


@given(SPARSE, NUMBERS, st.integers(1, 20))
@settings(max_examples=60)
def test_a_feed_begins_where_the_twin_does(
    old: list[int], busy: list[int], times: int
) -> None:
    numbers = [1, *old, *(times * n for n in busy), 1]
    assert days_of(counts(*numbers), {}).first == day(oracle.start(numbers))


@given(NUMBERS, st.integers(1, 20), st.sets(st.integers(0, 59)))
@settings(max_examples=60)
def test_days_not_whole_are_those_of_the_twin(
    busy: list[int], times: int, lost: set[int]
) -> None:
    numbers = [times * n if i not in lost else n // 9 for i, n in enumerate(busy)]
    found = days_of(counts(*[9 * times] * 30, *numbers, 1), {})
    whole = [(d.date, n) for d, n in found.counts.items()]
    assert [d.date for d in found.not_whole] == oracle.not_whole(whole)


@given(st.lists(st.integers(0, 90), min_size=1, max_size=90), st.integers(0, 400))
@settings(max_examples=60)
def test_the_probability_of_a_day_is_that_of_the_twin(
    numbers: list[int], ahead: int
) -> None:
    volume, past = Volume(), []
    for n, count in enumerate(numbers):
        past.append(
            (day(5 * n).date, count)
        )  # over a year: weeks fall out, dates return
        volume.add(day(5 * n), count)
    judged = {day(ahead + n): n for n in range(2)}
    twin = oracle.by_chance(past, [(d.date, n) for d, n in judged.items()])
    assert volume.by_chance(judged) == pytest.approx(twin, rel=1e-6)


def test_days_are_those_of_the_clock_in_great_britain() -> None:
    began = [
        datetime(2026, 6, 30, 22, 59, tzinfo=UTC),
        datetime(2026, 6, 30, 23, 0, tzinfo=UTC),
        datetime(2026, 12, 31, 23, 59, tzinfo=UTC),
    ]
    rows = pa.table(
        {"occurred_from": pa.array(began, RECORDS.field("occurred_from").type)}
    )
    assert records_by_day(Restricted(rows)) == {
        date(2026, 6, 30): 1,
        date(2026, 7, 1): 1,
        date(2026, 12, 31): 1,
    }


GAP = counts(*[20] * 30, 0, 0, *[20] * 5)
QUIET = Override("supplied", "Christmas")
LOST = Override("set_aside", "their export failed")


def test_a_day_that_was_looked_at_is_missing_no_more() -> None:
    assert days_of(GAP, {}).of("missing") == [day(30), day(31)]
    found = days_of(GAP, {day(30).date: QUIET, day(31).date: LOST})
    assert (found.of("missing"), found.of("set_aside")) == ([], [day(31)])
    assert day(30) in found.supplied
    assert day(31) not in found.supplied


def test_a_day_set_aside_is_no_exposure_whatever_it_holds() -> None:
    found = days_of(GAP, {day(36).date: LOST, day(90).date: LOST})
    assert found.of("set_aside") == [day(36)]
    assert max(found.supplied) == day(35)


def test_the_day_on_which_the_newest_drop_came_was_not_over() -> None:
    found = days_of(counts(*[5] * 10, 3), {}, until=day(10).date)
    assert (found.newest, max(found.supplied)) == (day(9), day(9))
    assert days_of(counts(3), {}, until=day(0).date).supplied == []


def test_missing_days_hold_what_rests_on_them() -> None:
    found = days_of(counts(*[20] * 30, 0, *[20] * 400), {})

    def withheld_by(as_of: Day) -> list[tuple[Day, str]]:
        return [(h.period, h.rule) for h in day_holds(found.coverage, as_of)]

    assert withheld_by(day(29)) == []
    assert withheld_by(day(30)) == [(day(30), "missing")]
    assert withheld_by(day(30 + HOLDING_DAYS - 1)) == [(day(30), "missing")]
    assert withheld_by(day(30 + HOLDING_DAYS)) == []


def test_partial_days_hold_what_rests_on_them() -> None:
    found = days_of(counts(*[60] * 30, 3, 60, 60), {})
    holds = day_holds(found.coverage, day(32))
    assert [(h.period, h.rule) for h in holds] == [(day(30), "partial")]
    for override in (QUIET, LOST):
        found = days_of(counts(*[60] * 30, 3, 60, 60), {day(30).date: override})
        assert found.coverage[day(30)].status == override.verdict
        assert day_holds(found.coverage, day(32)) == []
