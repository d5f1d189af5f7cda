"""What is counted together, and what each group's prior may borrow."""

import re

import pytest

from transforms.categories import CATEGORIES
from transforms.groups import ALL_CRIME, GROUPS, groups_sha256


DISCOVERED = {"drugs", "possession-of-weapons"}
ASB = "anti-social-behaviour"
REPORTED = CATEGORIES.keys() - DISCOVERED - {ASB}
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
