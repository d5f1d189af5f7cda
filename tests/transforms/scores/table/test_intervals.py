"""The predictive interval: quantiles equal scipy's, and widths behave."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom

from tests.oracles import scores as oracles
from transforms.reference.arrays import Floats
from transforms.scores.table.intervals import (
    LEAST_SPREAD,
    USUAL_SPREAD,
    negative_binomial_quantiles,
    predictive_size,
    spread_of_one,
    spreads,
)


# Quiet cells, busy ones, and some that nearly always or nearly never have one a month.
MONTHS_OF_A_CELL = st.sampled_from([0, 1, 3, 20]).flatmap(
    lambda most: st.lists(st.integers(0, most), min_size=12, max_size=12)
)


def drawn(
    mean: float, size: float | None, cells: int = 400, months: int = 12, seed: int = 3
) -> Floats:
    """Cells x months: Poisson, or negative binomial of that size."""
    generator = np.random.default_rng(seed)
    if size is None:
        return generator.poisson(mean, (cells, months)).astype(float)
    p = size / (size + mean)
    return generator.negative_binomial(size, p, (cells, months)).astype(float)


@given(
    st.lists(st.tuples(st.floats(0, 200), st.floats(0.02, 50)), min_size=1, max_size=40)
)
@settings(max_examples=150)
def test_quantiles_equal_those_of_scipy(cells: list[tuple[float, float]]) -> None:
    mean, size = (np.array(column) for column in zip(*cells, strict=True))
    low, high = negative_binomial_quantiles(mean, size, (0.025, 0.975))
    p = size / (size + mean)
    for share, found in ((0.025, low), (0.975, high)):
        # at the very edge of a step the last bit of either sum may decide
        assert (nbinom.cdf(found, size, p) >= share - 1e-9).all()
        assert (nbinom.cdf(found - 1, size, p) <= share + 1e-9).all()


def test_a_cell_of_which_nothing_is_expected_has_no_width() -> None:
    low, high = negative_binomial_quantiles(np.zeros(2), np.ones(2), (0.025, 0.975))
    assert low.tolist() == high.tolist() == [0, 0]


def test_more_evidence_narrows_but_months_still_vary() -> None:
    steady = np.full((4, 12), 3.0)
    mean, information = np.full(4, 3.0), np.array([0.5, 5.0, 50.0, 1e9])
    sizes = predictive_size(mean, information, steady, USUAL_SPREAD)
    assert (np.diff(sizes) > 0).all()
    left = 1 / (spreads(mean, steady, USUAL_SPREAD) * 13 / 12)
    assert sizes[-1] == pytest.approx(left[-1], rel=1e-6)


def test_fewer_months_say_less_about_the_next_one() -> None:
    mean, information = np.full(30, 3.0), np.full(30, 20.0)
    sizes = [
        predictive_size(mean, information, np.full((30, months), 3.0), 0.4).mean()
        for months in (3, 6, 12)
    ]
    assert sizes == sorted(sizes)


def test_a_busier_cell_has_less_spread_and_a_wider_interval() -> None:
    mean = np.array([0.3, 1.0, 4.0, 20.0])
    spread = spreads(mean, np.zeros((4, 0)), 0.4)
    assert spread[1] == pytest.approx(0.4)
    assert (np.diff(spread) < 0).all()
    size = predictive_size(mean, mean * 8, np.zeros((4, 0)), 0.4)
    low, high = negative_binomial_quantiles(mean, size, (0.025, 0.975))
    assert (np.diff(high - low) > 0).all()


def test_a_cell_whose_months_vary_more_than_its_group_has_more_spread() -> None:
    steady = [20] * 12
    restless = [0, 45, 2, 38, 0, 41, 3, 50, 1, 37, 0, 23]
    mean = np.full(2, 20.0)
    one, other = spreads(mean, np.array([steady, restless], dtype=float), 0.4)
    usual = 0.4 * 20**-0.6
    assert one < usual < other
    # of quiet cells hardly anything can be told
    quiet = np.array([[0] * 11 + [1], [0] * 9 + [1, 0, 2]], dtype=float)
    found = spreads(np.full(2, 0.1), quiet, 0.4)
    assert found == pytest.approx(0.4 * 0.1**-0.6, rel=0.15)


@given(
    st.lists(
        st.tuples(MONTHS_OF_A_CELL, st.floats(0, 50), st.floats(1e-3, 200)),
        min_size=1,
        max_size=60,
    ),
    st.integers(0, 12),
)
@settings(max_examples=150)
def test_sizes_equal_the_plain_python_oracle(
    cells: list[tuple[list[int], float, float]], supplied: int
) -> None:
    months = [row[:supplied] for row, _, _ in cells]
    mean, information = (
        np.array(values) for values in list(zip(*cells, strict=True))[1:]
    )
    steps = np.array(months, dtype=float).reshape(len(cells), supplied)
    of_one = spread_of_one(steps)
    assert of_one == pytest.approx(oracles.spread_of_one(months))
    assert of_one >= LEAST_SPREAD
    sizes = predictive_size(mean, information, steps, of_one)
    assert sizes == pytest.approx(
        [
            oracles.predictive_size(m, i / 4, row, of_one)
            for m, i, row in zip(mean, information, months, strict=True)
        ]
    )


@pytest.mark.parametrize("of_one", [0.2, 0.4, 1.0])
def test_the_spread_is_that_with_which_busy_cells_were_drawn(of_one: float) -> None:
    rows = [drawn(m, m**0.6 / of_one, 300, seed=int(m)) for m in (2.0, 5.0, 12.0)]
    assert spread_of_one(np.concatenate(rows)) == pytest.approx(of_one, rel=0.15)


def test_one_wild_month_makes_no_other_cell_much_less_certain() -> None:
    steps = drawn(4.0, 8.0)
    wild = steps.copy()
    wild[0, 5] = 300
    rise = spread_of_one(wild) / spread_of_one(steps)
    beyond = [s.var(axis=1, ddof=1).mean() - s.mean() for s in (steps, wild)]
    assert rise < 1.6
    assert beyond[1] / beyond[0] > 8


def test_the_spread_is_bounded_where_months_vary_by_nothing() -> None:
    assert spread_of_one(np.full((400, 12), 5.0)) == LEAST_SPREAD


@pytest.mark.parametrize(
    "steps",
    [
        drawn(4.0, 9.0, months=2),  # too few months
        drawn(0.2, 9.0),  # none of them busy
        np.zeros((40, 0)),
        np.zeros((0, 12)),
    ],
)
def test_the_spread_is_the_usual_one_where_it_cannot_be_told(steps: Floats) -> None:
    assert spread_of_one(steps) == pytest.approx(USUAL_SPREAD)
