"""Which days are exposure: a day that was not supplied never counts as a quiet one."""

from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.day_overrides import read_day_overrides
from transforms.errors import UsageError
from transforms.overrides import Override
from transforms.record_schemas import RECORDS
from transforms.records.days import HELD_DAYS, days_of
from transforms.records.held import records_by_day
from transforms.restricted import Restricted


D0 = date(2026, 1, 1)


def day(number: int) -> date:
    return D0 + timedelta(days=number)


def counts(*numbers: int) -> dict[date, int]:
    return {day(i): n for i, n in enumerate(numbers) if n}


def test_a_busy_feed_without_a_record_was_not_supplied() -> None:
    found = days_of(counts(*[5] * 10, 0, 0, *[5] * 5), {})
    assert found.missing == [day(10), day(11)]
    assert found.without == 2
    assert day(10) not in found.supplied
    assert len(found.supplied) == 15


def test_a_quiet_feed_has_days_without() -> None:
    found = days_of(counts(*[4] * 10, 0, 0, *[4] * 5), {})
    assert (found.missing, found.without) == ([], 2)
    assert len(found.supplied) == 17


def test_a_long_gap_stays_missing_to_its_end() -> None:
    found = days_of(counts(*[9] * 30, *[0] * 60, *[9] * 30), {})
    assert found.missing == [day(n) for n in range(30, 90)]


def test_a_feed_does_not_begin_with_a_crime_of_long_ago() -> None:
    busy = {day(n): 8 for n in range(100)}
    found = days_of({date(1975, 6, 1): 1, date(2019, 1, 1): 2, **busy}, {})
    assert (found.first, found.newest) == (D0, day(99))
    assert days_of({date(1975, 6, 1): 1, **busy}, {}).supplied == sorted(busy)


def test_a_feed_that_ends_busily_does_not_begin_there() -> None:
    assert days_of(counts(*[1] * 60, 9), {}).first == D0


def test_it_has_stopped_once_its_newest_record_is_too_old() -> None:
    found = days_of(counts(5, 5), {})
    assert not found.stopped(day(8))
    assert found.stopped(day(9))
    assert not found.stopped(day(9), after_days=8)
    assert days_of({}, {}).stopped(D0)
    assert days_of({}, {}).supplied == []


def oracle(numbers: list[int]) -> list[int]:
    """The twin in plain Python: the days of a feed of at most 28, that are missing."""
    first = next(i for i, n in enumerate(numbers) if n)
    last = max(i for i, n in enumerate(numbers) if n)
    kept: list[int] = []
    missing = []
    for i in range(first, last + 1):
        if numbers[i] == 0 and kept and sum(kept[-28:]) / len(kept[-28:]) >= 5:
            missing.append(i)
        else:
            kept.append(numbers[i])
    return missing


@given(st.lists(st.integers(0, 9), min_size=1, max_size=28).filter(any))
@settings(max_examples=60, deadline=None)
def test_missing_days_are_those_of_the_twin(numbers: list[int]) -> None:
    assert days_of(counts(*numbers), {}).missing == [day(i) for i in oracle(numbers)]


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


GAP = counts(*[5] * 30, 0, 0, *[5] * 5)
QUIET = Override("supplied", "Christmas")
LOST = Override("set_aside", "their export failed")


def test_a_day_that_was_looked_at_is_missing_no_more() -> None:
    assert days_of(GAP, {}).missing == [day(30), day(31)]
    found = days_of(GAP, {day(30): QUIET, day(31): LOST})
    assert (found.missing, found.set_aside) == ([], [day(31)])
    assert day(30) in found.supplied
    assert day(31) not in found.supplied


def test_a_day_set_aside_is_no_exposure_whatever_it_holds() -> None:
    found = days_of(GAP, {day(36): LOST, day(90): LOST})
    assert found.set_aside == [day(36)]
    assert max(found.supplied) == day(35)


def test_the_day_on_which_the_newest_drop_came_was_not_over() -> None:
    found = days_of(counts(*[5] * 10, 3), {}, until=day(10))
    assert (found.newest, max(found.supplied)) == (day(9), day(9))
    assert days_of(counts(3), {}, until=day(0)).supplied == []


def test_missing_days_hold_what_rests_on_them() -> None:
    found = days_of(counts(*[5] * 30, 0, *[5] * 400), {})
    assert found.holding(day(29)) == []
    assert found.holding(day(30)) == [day(30)]
    assert found.holding(day(30 + HELD_DAYS - 1)) == [day(30)]
    assert found.holding(day(30 + HELD_DAYS)) == []


ENTRY = {
    "from": date(2026, 10, 26),
    "to": "2026-10-27",
    "as": "set_aside",
    "reason": "their export failed",
}


def test_an_entry_speaks_of_each_of_its_days_and_a_later_one_wins() -> None:
    later = {"from": "2026-10-27", "to": "2026-10-27", "as": "supplied", "reason": "ok"}
    assert read_day_overrides([ENTRY, later], "hexbeat.toml") == {
        date(2026, 10, 26): LOST,
        date(2026, 10, 27): Override("supplied", "ok"),
    }


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"as": "fine"}, "as = 'fine'"),
        ({"reason": " "}, "its reason in words"),
        ({"from": "26/10/2026"}, "26/10/2026 is not a day"),
        ({"to": "2026-10-25"}, "it ends on 2026-10-25, before it begins"),
        ({"because": "of that"}, "it takes exactly as, from, reason, to"),
    ],
)
def test_a_wrong_entry_is_named(wrong: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError, match=r"hexbeat\.toml, \[\[feed\.days\]\] number 1"):
        read_day_overrides([ENTRY | wrong], "hexbeat.toml")
    with pytest.raises(UsageError) as caught:
        read_day_overrides([ENTRY | wrong], "hexbeat.toml")
    assert words in str(caught.value)


def test_one_entry_is_no_list() -> None:
    with pytest.raises(UsageError, match=r"write \[\[feed\.days\]\]"):
        read_day_overrides(ENTRY, "hexbeat.toml")
