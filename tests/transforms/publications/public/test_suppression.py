"""Hiding: every world that looks the same to the public, small enough to walk them all.

Who sees a table is given more than is published: the exact counts of what is told, the
exact total, and the rules. The guarantee: a hidden count that may be below the minimum
may be anything below it, so nobody is told more than that it is small or hides one.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from transforms.publications.public.suppression import hidden, interval, rounded, splits
from transforms.reference.arrays import Integers


MINIMUM = 5
SMALL = set(range(MINIMUM))
World = tuple[int, ...]
Secret = NDArray[np.bool_]
Rule = Callable[[Integers, int], Secret]
thorough = settings(max_examples=200)


def worlds(cells: int, total: int) -> Iterator[World]:
    """All counts of so many cells that add up to the total."""
    if cells == 1:
        yield (total,)
        return
    for count in range(total + 1):
        for rest in worlds(cells - 1, total - count):
            yield (count, *rest)


def given_away(rule: Rule, cells: int, total: int) -> list[tuple[World, set[int]]]:
    """What is told, and the values that remain for a cell where too few of them do."""
    alike: dict[World, set[World]] = defaultdict(set)
    for world in worlds(cells, total):
        secret = rule(np.array(world), MINIMUM)
        told = tuple(-1 if s else n for n, s in zip(world, secret, strict=True))
        alike[told].add(world)
    return [
        (told, left)
        for told, same in alike.items()
        for cell in range(cells)
        if told[cell] == -1
        and SMALL & (left := {world[cell] for world in same})
        and not left >= SMALL
    ]


@pytest.mark.parametrize(("cells", "up_to"), [(2, 40), (3, 40), (4, 30), (5, 22)])
def test_a_hidden_small_count_may_be_any_small_count(cells: int, up_to: int) -> None:
    for total in range(MINIMUM, up_to):
        assert given_away(hidden, cells, total) == []


def primary_only(counts: Integers, minimum: int) -> Secret:
    return np.asarray(counts < minimum)


def smallest_next(counts: Integers, minimum: int) -> Secret:
    """The usual rule: at least two that hold the minimum, adding the next smallest."""
    order = np.lexsort((np.arange(len(counts)), counts))
    number = int((counts < minimum).sum())
    if number:
        while number < len(counts) and (
            number < 2 or counts[order[:number]].sum() < minimum
        ):
            number += 1
    found = np.zeros(len(counts), dtype=bool)
    found[order[:number]] = True
    return found


@pytest.mark.parametrize("rule", [primary_only, smallest_next])
def test_simpler_rules_give_small_counts_away(
    rule: Rule,
) -> None:
    found = [left for total in range(10, 25) for _, left in given_away(rule, 4, total)]
    assert any(len(left) == 1 and 0 not in left for left in found)


@pytest.mark.parametrize("children", [3, 4])
def test_a_cell_not_split_says_of_no_child_how_small_it_is(children: int) -> None:
    for total in range(MINIMUM, 22):
        alike: dict[World, set[World]] = defaultdict(set)
        for world in worlds(children, total):
            split = splits(np.array([world]), MINIMUM)[0]
            alike[world if split else ()].add(world)
        for same in alike.values():
            for child in range(children):
                left = {world[child] for world in same}
                assert not (SMALL - {0}) & left or left >= SMALL


@given(st.lists(st.integers(0, 30), max_size=9).map(np.array), st.integers(5, 12))
@thorough
def test_what_is_small_is_hidden_among_enough(counts: Integers, minimum: int) -> None:
    secret = hidden(counts.astype(np.int64), minimum)
    assert secret[counts < minimum].all()
    more = secret & (counts >= minimum)
    assert more.sum() <= 2
    assert secret.sum() == 0 or secret.sum() >= min(3, len(counts))
    # the first ones there are, whatever they hold
    assert more[counts >= minimum].tolist() == sorted(more[counts >= minimum])[::-1]


@given(st.integers(0, 300), st.integers(1, 20))
@thorough
def test_rounding_is_to_the_nearest_and_its_interval_its_inverse(
    count: int, base: int
) -> None:
    told = int(rounded(np.array([count]), base)[0])
    assert told % base == 0
    assert abs(told - count) * 2 <= base
    low, high = interval(told, base)
    assert low <= count <= high
    again = rounded(np.arange(high + 2), base)
    assert np.flatnonzero(again == told).tolist() == list(range(low, high + 1))


def test_of_two_multiples_as_near_it_is_the_larger() -> None:
    assert rounded(np.array([12, 13, 5, 15, 25]), 5).tolist() == [10, 15, 5, 15, 25]
    assert rounded(np.array([4, 5, 15]), 10).tolist() == [0, 10, 20]
