"""Categories together: means and variances add up, and nothing divides by zero."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles import rates as oracles
from transforms.scores.methods.expectation import Expectation, from_evidence, together


# What little is expected of a quiet cell counts as much as what is of a busy one.
MEANS = st.one_of(st.just(0.0), st.floats(1e-12, 1e-6), st.floats(1e-3, 50))
RATES = st.tuples(MEANS, st.floats(1e-3, 50))


@given(st.lists(st.lists(RATES, min_size=3, max_size=3), min_size=1, max_size=5))
@settings(max_examples=150)
def test_means_and_variances_add_up(categories: list[list[oracles.Rate]]) -> None:
    parts = [
        Expectation(*(np.array(column) for column in zip(*cells, strict=True)))
        for cells in categories
    ]
    found = together(parts)
    for cell, rates in enumerate(zip(*categories, strict=True)):
        mean, shape = oracles.together(rates)
        assert found.mean[cell] == pytest.approx(mean, rel=1e-12)
        assert found.rate_shape[cell] == pytest.approx(shape, rel=1e-9)


def test_a_group_of_one_is_its_category() -> None:
    only = from_evidence(np.array([0.0, 0.3]), np.array([2.0, 4.0]))
    assert only.rate_shape.tolist() == [0.5, 1.0]
    assert together([only]) is only


def test_two_alike_are_twice_as_sure() -> None:
    one = Expectation(np.array([0.5]), np.array([2.0]))
    both = together([one, one])
    assert (both.mean[0], both.rate_shape[0]) == (1.0, 4.0)


def test_the_uncertain_part_decides_where_it_is_the_larger() -> None:
    sure = Expectation(np.array([0.01]), np.array([100.0]))
    unsure = Expectation(np.array([1.0]), np.array([0.5]))
    assert together([sure, unsure]).rate_shape[0] == pytest.approx(0.51, abs=0.01)
