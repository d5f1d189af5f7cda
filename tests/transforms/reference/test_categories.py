"""Since when there are which categories, and what a label meant before."""

import re

import pytest

from transforms.reference.categories import (
    BIRTHS,
    CATEGORIES,
    FIRST_MONTH,
    FORMER,
    LABELS,
    births_sha256,
    category_of,
    counted_since,
    first_month,
    known_then,
)
from transforms.reference.months import Month


MAY_2013 = Month(2013, 5)


@pytest.mark.parametrize(
    ("month", "number"),
    [("2010-12", 6), ("2011-08", 6), ("2011-09", 11), ("2013-04", 11), ("2013-05", 14)],
)
def test_there_were_six_categories_then_eleven_and_are_fourteen(
    month: str, number: int
) -> None:
    then = Month.parse(month)
    alive = [
        slug
        for slug in LABELS
        if first_month(slug) <= then
        and (slug not in FORMER or then <= FORMER[slug].last)
    ]
    assert len(alive) == number
    assert {known_then(slug, then) for slug in CATEGORIES} == set(alive)


def test_a_former_category_ends_where_its_parts_begin() -> None:
    for slug, former in FORMER.items():
        parts = [part for part, birth in BIRTHS.items() if birth.part_of == slug]
        assert parts
        assert {BIRTHS[part].month for part in parts} == {former.last + 1}
        assert former.weighs_as in CATEGORIES
        assert slug not in CATEGORIES


def test_no_label_has_two_meanings_in_one_month() -> None:
    labels = {one.label for one in FORMER.values()}
    assert labels == {"Other theft", "Other crime", "Public disorder and weapons"}
    assert category_of(MAY_2013)["Other theft"] == "other-theft"
    assert category_of(MAY_2013 + -1)["Other theft"] == "other-theft-to-2013"


def test_a_part_is_counted_before_its_birth_where_its_whole_is() -> None:
    assert counted_since(["bicycle-theft"]) == MAY_2013
    assert counted_since(["bicycle-theft", "other-theft-to-2013"]) == Month(2011, 9)
    whole = ["bicycle-theft", "other-theft-to-2013", "other-crime-to-2011"]
    assert counted_since(whole) == FIRST_MONTH


def test_the_births_have_a_hash() -> None:
    assert re.fullmatch("[0-9a-f]{64}", births_sha256())
