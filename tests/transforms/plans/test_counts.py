"""How many visits: the vector, every sharing out of small cases, ties."""

import random

import numpy as np
import pytest

from tests.oracles import plans as oracle
from transforms.plans.counts import best_counts, counts_with_least, value_of


VALUES = np.array([[4, 2], [3, 3], [1, 5], [0.5, 0.5]])
ALL = np.ones((4, 2), dtype=bool)


def test_the_vector_without_minima() -> None:
    """V27."""
    counts = best_counts(VALUES, ALL, (3, 3), 3)
    assert counts.tolist() == [[2, 0], [1, 1], [0, 2], [0, 0]]
    assert value_of(VALUES, counts) == 19.5


def test_the_vector_with_a_minimum_for_the_fourth_place() -> None:
    """V27."""
    counts = counts_with_least(VALUES, ALL, (3, 3), 3, [0, 0, 0, 1])
    assert counts is not None
    assert counts.tolist() == [[1, 0], [1, 1], [0, 2], [1, 0]]
    assert value_of(VALUES, counts) == 18.0


def random_case(case: random.Random) -> tuple:
    """Up to three places and two shifts; values of which many are equal."""
    places, shifts = case.randint(1, 3), case.randint(1, 2)
    pick = (
        (lambda: case.random()) if case.random() < 0.5 else (lambda: case.randint(1, 3))
    )
    values = [[float(pick()) for _ in range(shifts)] for _ in range(places)]
    allowed = [[case.random() < 0.85 for _ in range(shifts)] for _ in range(places)]
    room = [case.randint(0, 5) for _ in range(shifts)]
    least = [case.choice((0, 0, 1, 2)) for _ in range(places)]
    return values, allowed, room, case.randint(1, 3), least


@pytest.mark.parametrize("seed", range(5))
def test_as_good_as_every_other_sharing_out(seed: int) -> None:
    case = random.Random(seed)  # noqa: S311
    for _ in range(100):
        values, allowed, room, most, least = random_case(case)
        given = np.array(values), np.array(allowed), room, most
        free = best_counts(*given)
        best = oracle.best_worth(values, allowed, room, most, [0] * len(values))
        assert value_of(given[0], free) == pytest.approx(best, abs=1e-12)
        wanted = oracle.best_worth(values, allowed, room, most, least)
        counts = counts_with_least(*given, least)
        assert (counts is None) == (wanted is None)
        if counts is None:
            continue
        assert value_of(given[0], counts) == pytest.approx(wanted, rel=1e-7)
        assert (counts.sum(axis=0) <= room).all()
        assert (counts.sum(axis=1) >= least).all()
        assert not counts[~given[1]].any()
        assert counts.max() <= most


def test_ties_go_by_place_then_by_shift() -> None:
    same, every = np.ones((3, 3)), np.ones((3, 3), dtype=bool)
    assert best_counts(same, every, (2, 1, 0), 3).tolist() == [
        [1, 1, 0], [1, 0, 0], [0, 0, 0],
    ]  # fmt: skip
    counts = counts_with_least(same, every, (1, 1, 1), 3, [1, 1, 1])
    assert counts is not None
    assert counts.sum(axis=0).tolist() == [1, 1, 1]
    assert counts.sum(axis=1).tolist() == [1, 1, 1]
    again = counts_with_least(same, every, (1, 1, 1), 3, [1, 1, 1])
    assert again is not None
    assert again.tolist() == counts.tolist()


def test_a_whole_force_for_a_week() -> None:
    """In whole numbers, at the size of a real week."""
    case = np.random.default_rng(3)
    levels = np.sort(case.gamma(2, 4, 40))[::-1]
    hours = np.repeat([8.0, 8.0, 10.0], 14)
    values = levels[:, None] * hours / 730
    given = values, np.ones(values.shape, dtype=bool), [14] * 42, 3
    free, tied = best_counts(*given), counts_with_least(*given, [0] * 40)
    assert tied is not None
    assert value_of(values, tied) == pytest.approx(value_of(values, free), rel=1e-9)
    least = counts_with_least(*given, [3] * 40)
    assert least is not None
    assert least.sum(axis=1).min() >= 3
    assert least.sum(axis=0).max() <= 14
