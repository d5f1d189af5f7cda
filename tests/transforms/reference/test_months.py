"""Months are read, written and counted as a calendar does."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.errors import UsageError
from transforms.reference.months import Month, month_range, window


MONTHS = st.builds(Month, st.integers(1900, 2100), st.integers(1, 12))
STEPS = st.integers(-600, 600)
LENGTHS = st.integers(1, 60)
thorough = settings(max_examples=200)


def ordinal(month: Month) -> int:
    return month.year * 12 + month.month


@given(MONTHS)
@thorough
def test_a_month_is_read_back_as_it_is_written(month: Month) -> None:
    assert Month.parse(str(month)) == month
    assert re.fullmatch(r"[0-9]{4}-[0-9]{2}", str(month))


def test_a_month_in_words_is_english() -> None:
    assert Month(2024, 7).in_words == "July 2024"
    assert len({month.name for month in window(Month(2024, 12), 12)}) == 12


@pytest.mark.parametrize(
    "text",
    ["2024-13", "2024-00", "2024-1", "24-01", "2024/01", " 2024-01", "2024-01\n", ""],
)
def test_anything_else_is_no_month(text: str) -> None:
    with pytest.raises(UsageError, match="write YYYY-MM, such as 2024-07"):
        Month.parse(text)


def test_digits_of_other_scripts_are_no_month() -> None:
    with pytest.raises(UsageError):
        Month.parse("２０２４-01")


@given(MONTHS, STEPS)
@thorough
def test_adding_months_is_plain_arithmetic(month: Month, step: int) -> None:
    later = month + step
    assert ordinal(later) == ordinal(month) + step
    assert 1 <= later.month <= 12
    assert later.since(month) == step


@given(MONTHS, MONTHS)
@thorough
def test_months_order_as_their_text_does(one: Month, other: Month) -> None:
    assert (one < other) == (str(one) < str(other)) == (one.since(other) < 0)


@given(MONTHS, LENGTHS)
@thorough
def test_a_window_is_the_months_that_end_with_its_last(month: Month, size: int) -> None:
    found = window(month, size)
    last = ordinal(month)
    assert [ordinal(m) for m in found] == list(range(last - size + 1, last + 1))
    assert month_range(found[0], month) == found


def test_a_range_that_ends_before_it_starts_is_empty() -> None:
    assert month_range(Month(2024, 2), Month(2024, 1)) == []
