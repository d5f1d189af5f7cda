"""What is counted together, and what each group's prior may borrow."""

import re

import pytest

from transforms.reference.categories import CATEGORIES, FORMER
from transforms.reference.groups import ALL_CRIME, FORMER_GROUPS, GROUPS, groups_sha256
from transforms.reference.months import Month


DISCOVERED = {"drugs", "possession-of-weapons"}
ASB = "anti-social-behaviour"
REPORTED = (CATEGORIES.keys() | FORMER.keys()) - DISCOVERED - {ASB}
COMPOSITE = {
    "serious-violence-proxy": {"violence-and-sexual-offences", "robbery"},
    "robbery-and-theft-from-person": {"robbery", "theft-from-the-person"},
}


def test_there_are_fourteen_categories_each_a_group_of_its_own() -> None:
    assert len(CATEGORIES) == 14
    for category in CATEGORIES:
        assert GROUPS[category].categories == (category,)
    assert GROUPS.keys() == {ALL_CRIME, *COMPOSITE, *CATEGORIES}


def test_all_crime_leaves_out_asb_and_what_officers_find() -> None:
    assert set(GROUPS[ALL_CRIME].categories) == REPORTED


def test_all_crime_borrows_from_nothing() -> None:
    assert GROUPS[ALL_CRIME].others == ()


@pytest.mark.parametrize("slug", CATEGORIES)
def test_a_category_borrows_from_all_crime_and_asb_but_not_itself(slug: str) -> None:
    assert set(GROUPS[slug].others) == (REPORTED | {ASB}) - {slug}


@pytest.mark.parametrize("slug", COMPOSITE)
def test_a_composite_group_borrows_from_those_outside_it(slug: str) -> None:
    assert set(GROUPS[slug].categories) == COMPOSITE[slug]
    assert set(GROUPS[slug].others) == (REPORTED | {ASB}) - COMPOSITE[slug]


def test_the_proxy_says_that_it_is_one() -> None:
    group = GROUPS["serious-violence-proxy"]
    assert "proxy" in group.label
    assert "proxy" in group.note


def test_no_group_names_a_category_twice() -> None:
    for group in GROUPS.values():
        named = group.categories + group.others
        assert len(named) == len(set(named))


def test_the_groups_have_a_hash() -> None:
    assert re.fullmatch("[0-9a-f]{64}", groups_sha256())


@pytest.mark.parametrize(
    ("slug", "month"),
    [
        (ALL_CRIME, "2010-12"),  # what its categories were parts of is in it, too
        ("serious-violence-proxy", "2010-12"),
        ("violence-and-sexual-offences", "2010-12"),  # renamed, not born
        ("shoplifting", "2011-09"),
        ("other-crime", "2011-09"),
        ("bicycle-theft", "2013-05"),
        ("other-theft", "2013-05"),
        ("robbery-and-theft-from-person", "2013-05"),
    ],
)
def test_a_group_is_counted_from_when_all_of_it_was_told_apart(
    slug: str, month: str
) -> None:
    assert GROUPS[slug].since == Month.parse(month)
    assert GROUPS[slug].exists_in(Month.parse(month))
    assert not GROUPS[slug].exists_in(Month.parse(month) + -1)


def test_a_former_category_is_no_group_and_ends() -> None:
    assert not FORMER.keys() & GROUPS.keys()
    group = FORMER_GROUPS["public-disorder-and-weapons"]
    assert group.exists_in(Month(2013, 4))
    assert not group.exists_in(Month(2013, 5))
    assert GROUPS[ALL_CRIME].last is None
