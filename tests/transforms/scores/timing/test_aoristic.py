"""Aoristic weights: the nights when the clock changes, and the twin by minutes."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles import timing as oracles
from transforms.errors import UsageError
from transforms.scores.timing.aoristic import Spread, spread


SPRING = datetime(2024, 3, 31, tzinfo=UTC)  # 01:00 UTC: the clock goes from 1 to 2
AUTUMN = datetime(2024, 10, 27, tzinfo=UTC)  # 01:00 UTC: from 2 back to 1
SUNDAY = 6

Span = tuple[datetime, datetime]

# Within days of a change of the clock, some over seven days long, many of a moment.
moments = st.builds(
    lambda change, minutes: change + timedelta(minutes=minutes),
    st.sampled_from([SPRING, AUTUMN, datetime(2024, 12, 31, tzinfo=UTC)]),
    st.integers(-3 * 1440, 3 * 1440),
)
lengths = st.one_of(st.just(0), st.integers(0, 300), st.integers(0, 11_000))
spans = st.builds(lambda s, m: (s, s + timedelta(minutes=m)), moments, lengths)


def _utc(moment: datetime | None) -> datetime | None:
    return moment and moment.astimezone(UTC).replace(tzinfo=None)


def spread_of(
    *found: tuple[datetime | None, datetime | None], by: str = "minute"
) -> Spread:
    return spread(
        np.array([_utc(start) for start, _ in found], dtype="datetime64[us]"),
        np.array([_utc(end) for _, end in found], dtype="datetime64[us]"),
        [by] * len(found),
    )


def filled(found: Spread) -> dict[tuple[int, int], float]:
    """The (weekday, hour) of any weight."""
    table = found.table()
    return {
        (int(d), int(h)): table[d, h] for d, h in zip(*table.nonzero(), strict=True)
    }


def at(day: datetime, hours: float) -> datetime:
    return day + timedelta(hours=hours)


@given(st.lists(spans, max_size=4))
@settings(max_examples=150)
def test_it_equals_the_minute_by_minute_oracle(found: list[Span]) -> None:
    result = spread_of(*found)
    known = oracles.aoristic_minutes(found)
    assert filled(result) == pytest.approx({k: float(v) for k, v in known.items()})
    assert result.table().sum() == pytest.approx(result.counted)
    assert (result.weight > 0).all()
    assert result.counted + result.too_long == len(found)


@given(st.lists(spans, max_size=3))
@settings(max_examples=80)
def test_days_equal_the_oracle_too(found: list[Span]) -> None:
    result = spread_of(*found, by="day")
    known = oracles.aoristic_minutes([oracles.whole_days(*span) for span in found])
    assert filled(result) == pytest.approx({k: float(v) for k, v in known.items()})


@given(st.lists(spans, max_size=5), st.integers(0, 23), st.integers(1, 23))
@settings(max_examples=80)
def test_two_parts_of_the_day_share_each_incident(
    found: list[Span], start: int, length: int
) -> None:
    result = spread_of(*found)
    end = (start + length) % 24
    part, rest = result.between(start, end), result.between(end, start)
    week = 7 * 24 * timedelta(hours=1)
    assert part + rest == pytest.approx([float(e - s <= week) for s, e in found])
    assert part.sum() == pytest.approx(
        sum(result.table()[:, (start + h) % 24].sum() for h in range(length))
    )


def test_the_textbook_case_of_eight_hours() -> None:
    """Out from 8 to 16, home to find it burgled: an eighth for each of the hours."""
    monday = datetime(2024, 1, 15, tzinfo=UTC)
    found = spread_of((at(monday, 8), at(monday, 16)))
    assert filled(found) == {(0, hour): 0.125 for hour in range(8, 16)}


def test_a_span_of_parts_of_hours_is_weighed_to_the_microsecond() -> None:
    start = datetime(2024, 1, 15, 9, 59, 59, 999_999, tzinfo=UTC)
    found = spread_of((start, start + timedelta(microseconds=4)))
    assert filled(found) == {(0, 9): 0.25, (0, 10): 0.75}


@pytest.mark.parametrize("minute", [0, 1, 59])
def test_a_moment_is_all_in_its_hour(minute: int) -> None:
    moment = datetime(2024, 7, 15, 23, minute, tzinfo=UTC)  # 00:xx on Tuesday, by BST
    assert filled(spread_of((moment, moment))) == {(1, 0): 1.0}


def test_the_hour_skipped_in_spring_has_nothing() -> None:
    found = spread_of((at(SPRING, 0), at(SPRING, 3)))  # 00:00 to 04:00 by the clock
    third = pytest.approx(1 / 3)
    assert filled(found) == {(SUNDAY, hour): third for hour in (0, 2, 3)}


def test_the_hour_shown_twice_in_autumn_has_both() -> None:
    start = at(AUTUMN, -1)  # 00:00 to 03:00 by the clock, which are four hours
    found = spread_of((start, at(start, 4)))
    assert filled(found) == {(SUNDAY, 0): 0.25, (SUNDAY, 1): 0.5, (SUNDAY, 2): 0.25}


def test_days_are_as_long_as_the_clock_makes_them() -> None:
    for change, hours in ((SPRING, 23), (AUTUMN, 25)):
        noon = at(change, 12)
        table = spread_of((noon, noon), by="day").table()
        assert table[SUNDAY, 12] == pytest.approx(1 / hours)
        assert table[SUNDAY].sum() == pytest.approx(1)
        assert table[:SUNDAY].sum() == 0


def test_a_day_ends_where_the_next_begins_however_its_end_is_written() -> None:
    day = datetime(2024, 1, 15, tzinfo=UTC)
    for end in (day, at(day, 23.9), at(day, 24)):
        found = spread_of((day, end), by="day")
        assert found.table()[0] == pytest.approx(1 / 24)


def test_seven_days_count_and_a_moment_more_does_not() -> None:
    start = datetime(2024, 1, 15, 10, 30, tzinfo=UTC)
    week = start + timedelta(days=7)
    found = spread_of((start, week), (start, week + timedelta(microseconds=1)))
    assert (found.counted, found.too_long) == (1, 1)
    assert found.table() == pytest.approx(np.full((7, 24), 1 / 168))
    assert found.between(7, 19).tolist() == pytest.approx([0.5, 0])


def test_spans_without_an_end_or_backwards_are_counted_apart() -> None:
    moment = datetime(2024, 1, 15, 10, tzinfo=UTC)
    found = spread_of(
        (moment, None), (None, moment), (moment, moment), (at(moment, 1), moment)
    )
    assert (found.given, found.counted, found.untimed, found.too_long) == (4, 1, 3, 0)
    assert found.position.tolist() == [2]
    assert filled(found) == {(0, 10): 1.0}


def test_nothing_is_spread_of_nothing() -> None:
    found = spread_of()
    assert (found.counted, found.table().shape, found.table().sum()) == (0, (7, 24), 0)
    assert found.between(7, 19).tolist() == []


def test_what_was_given_is_left_as_it_was() -> None:
    times = np.array(["2024-01-15T10:30"], dtype="datetime64[us]")
    spread(times, times, ["day"])
    assert times == np.datetime64("2024-01-15T10:30")


@pytest.mark.parametrize("precision", ["month", None])
def test_incidents_without_a_day_are_refused(precision: str | None) -> None:
    times = np.array(["2024-01-15T10:30"] * 2, dtype="datetime64[us]")
    with pytest.raises(UsageError, match="of 1 of these 2 no more than the month"):
        spread(times, times, ["minute", precision])


@pytest.mark.parametrize(("start", "end"), [(7, 7), (0, 24), (-1, 5)])
def test_a_part_of_the_day_is_two_different_hours(start: int, end: int) -> None:
    with pytest.raises(UsageError, match="between two different hours from 0 to 23"):
        spread_of().between(start, end)
