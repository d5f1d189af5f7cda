"""The groups that a user names, and what each borrows from."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.reference.calls import are_calls, is_call, kind, stored
from transforms.reference.categories import CATEGORIES
from transforms.reference.groups import BORROWED, GROUPS
from transforms.reference.own_groups import own_groups, parts_of, unknown_kind


KINDS = ["call:alarm", "call:domestic", "call:noise"]


def test_crime_borrows_from_crime_and_calls_from_calls() -> None:
    """Only a group of both mixes them."""
    crime, calls, mixed = own_groups(
        {
            "a-crime": ["burglary", "robbery"],
            "b-calls": ["call:noise"],
            "c-mixed": ["call:noise", "burglary"],
        },
        KINDS,
    )
    assert set(crime.others) == {*BORROWED} - {"burglary", "robbery"}
    assert calls.others == ("call:alarm", "call:domestic")
    assert set(mixed.others) == {*BORROWED, *KINDS} - {"call:noise", "burglary"}
    assert (mixed.label, mixed.categories) == ("C mixed", ("call:noise", "burglary"))


def test_a_member_that_is_named_twice_counts_once() -> None:
    [group] = own_groups({"a": ["burglary", "burglary"]}, [])
    assert group.categories == ("burglary",)


def test_the_parts_of_groups_are_each_a_group() -> None:
    groups = own_groups({"a": ["burglary", "call:noise"], "b": ["call:noise"]}, KINDS)
    burglary, noise = sorted(parts_of(groups), key=lambda part: part.slug)
    assert burglary is GROUPS["burglary"]
    assert noise.categories == ("call:noise",)
    assert noise.others == ("call:alarm", "call:domestic")


@pytest.mark.parametrize(
    ("member", "words"),
    [
        ("call:nois", "[calls.codes]: did you mean 'call:noise'?"),
        ("call:xyz", "[calls.codes]; known: call:alarm, call:domestic, call:noise"),
    ],
)
def test_a_kind_that_the_mapping_lacks_is_named(member: str, words: str) -> None:
    wrong = unknown_kind({"a": ["burglary", member]}, KINDS)
    assert wrong == f"a: '{member}' is not in the mapping's {words}"
    assert unknown_kind({"a": ["burglary", "call:noise"]}, KINDS) is None
    assert unknown_kind({"a": [member]}, []) == (
        f"a: '{member}' is not in the mapping's [calls.codes], which names none"
    )


@given(st.text(max_size=45))
def test_a_kind_is_never_a_category(text: str) -> None:
    try:
        name = kind(text)
    except ValueError:
        return
    assert is_call(stored(name))
    assert stored(name) not in CATEGORIES
    assert stored(name).isprintable()
    assert name == text.strip() != ""


def test_calls_are_told_by_their_prefix() -> None:
    column = pa.chunked_array([["burglary", "call:noise", None]])
    for categories in (column, column.dictionary_encode()):
        assert are_calls(categories).to_pylist() == [False, True, False]
