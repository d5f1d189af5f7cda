"""Shares, differences and ratios: published numbers, and the twins."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.oracles import searches as oracles
from transforms.reference.strata import Strata
from transforms.searches.disparity import Pair
from transforms.searches.rates import Within, around, difference, ratio, share


def shares(number: int, of: int) -> Within:
    found = share(number, of)
    assert found
    return found


def rounded(found: Within | None) -> tuple[float, float, float]:
    assert found
    return round(found.value, 5), round(found.low, 5), round(found.high, 5)


def test_known_shares_and_their_differences() -> None:
    """V28."""
    one, other = shares(56, 212), shares(31, 170)
    assert rounded(one) == (0.26415, 0.20938, 0.32731)
    assert rounded(other) == (0.18235, 0.13154, 0.24720)
    assert rounded(difference(one, other)) == (0.08180, -0.00308, 0.16286)
    of_newcombe = difference(shares(56, 70), shares(48, 80))  # his own example
    assert rounded(of_newcombe) == (0.2, 0.05243, 0.33387)


def test_known_ratios_by_residents() -> None:
    """V29."""
    assert rounded(ratio(49, 2000, 59, 10000)) == (4.15254, 2.84311, 6.06505)
    row = Pair([49], [2000], [59], [10000], 22).row()
    assert (round(row["least"], 4), round(row["most"], 4)) == (3.0247, 6.0169)
    assert ratio(12, 2000, 3, 1500) is None
    assert Pair([12], [2000], [3], [1500], 0).row() == {}
    lsoas = ((40, 1600, 10, 400), (6, 200, 54, 1800), (3, 200, 36, 7800))
    within = Strata(*np.array(lsoas, dtype=float).T)
    assert rounded(around(within.ratio, within.variance)) == (1.14161, 0.70222, 1.85593)
    pair = Pair(*(list(part) for part in zip(*lsoas, strict=True)), not_stated=0)
    assert round(pair.row()["ratio"], 2) == 2.45
    assert round(pair.row()["within_lsoas"], 5) == 1.14161


def test_nothing_is_said_of_nothing() -> None:
    assert share(0, 0) is None
    assert shares(0, 12).low == 0
    assert shares(12, 12).high == 1
    assert ratio(10, 0, 10, 100) is None
    assert ratio(9, 100, 10, 100) is None
    assert ratio(10, 100, 10, 100) is not None


COUNTS = st.integers(1, 400).flatmap(
    lambda of: st.tuples(st.integers(0, of), st.just(of))
)


@given(one=COUNTS, other=COUNTS)
@settings(max_examples=150)
def test_shares_and_differences_are_those_of_the_twin(
    one: tuple[int, int], other: tuple[int, int]
) -> None:
    a, b = shares(*one), shares(*other)
    assert (a.low, a.high) == pytest.approx(oracles.wilson(*one), abs=1e-6)
    apart = difference(a, b)
    expected = oracles.newcombe(one, other)
    assert (apart.value, apart.low, apart.high) == pytest.approx(expected, abs=1e-6)


STRATUM = st.tuples(
    st.integers(0, 30), st.integers(0, 900), st.integers(0, 30), st.integers(0, 900)
)


@given(rows=st.lists(STRATUM, min_size=1, max_size=8))
@settings(max_examples=100)
def test_the_ratio_within_lsoas_is_that_of_the_twin(
    rows: list[tuple[int, int, int, int]],
) -> None:
    assume(any(a and n1 and n0 for a, n1, c, n0 in rows))
    assume(any(c and n1 and n0 for a, n1, c, n0 in rows))
    found = Strata(*np.array(rows, dtype=float).T)
    value, variance = oracles.mantel_haenszel(rows)
    assert math.isclose(found.ratio, value)
    assert math.isclose(found.variance, variance)
