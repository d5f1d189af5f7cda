"""The predictive interval: quantiles equal scipy's, and widths behave."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom

from tests.oracles import scores as oracles
from transforms.reference.arrays import Floats
from transforms.scores.table.intervals import (
    MONTHLY_SIZE_BOUNDS,
    USUAL_MONTHLY_SIZE,
    monthly_size,
    negative_binomial_quantiles,
    predictive_size,
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
@settings(max_examples=150, deadline=None, derandomize=True)
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
    sizes = predictive_size(np.array([0.125, 1.25, 12.5, 1e6]), 5.0)
    assert (np.diff(sizes) > 0).all()
    assert sizes[-1] == pytest.approx(5.0, rel=1e-4)
    assert sizes[-1] < 5.0


def test_steadier_months_narrow_but_the_record_still_counts() -> None:
    sizes = [predictive_size(np.array([2.0]), monthly)[0] for monthly in (2, 5, 20)]
    assert sizes == sorted(sizes)
    assert sizes[0] == pytest.approx(1.0)
    assert sizes[-1] < 2.0


@given(st.lists(MONTHS_OF_A_CELL, min_size=1, max_size=60), st.integers(0, 12))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_monthly_size_equals_the_plain_python_oracle(
    cells: list[list[int]], supplied: int
) -> None:
    months = [row[:supplied] for row in cells]
    steps = np.array(months, dtype=float).reshape(len(cells), supplied)
    found = monthly_size(steps)
    assert found == pytest.approx(oracles.monthly_size(months))
    low, high = MONTHLY_SIZE_BOUNDS
    assert low <= found <= high


def test_monthly_size_is_what_busy_cells_were_drawn_with() -> None:
    assert monthly_size(drawn(4.0, 8.0)) == pytest.approx(8.0, rel=0.1)


def test_monthly_size_is_bounded_where_months_vary_by_nothing_or_by_too_much() -> None:
    assert monthly_size(np.full((40, 12), 5.0)) == 20.0
    assert monthly_size(drawn(4.0, None)) == 20.0
    assert monthly_size(drawn(4.0, 0.3)) == 2.0


@pytest.mark.parametrize(
    "steps",
    [
        drawn(4.0, 9.0, cells=19),  # too few cells
        drawn(4.0, 9.0, months=2),  # too few months
        drawn(0.2, 9.0),  # none of them busy
        np.zeros((40, 0)),
        np.zeros((0, 12)),
    ],
)
def test_monthly_size_is_the_usual_one_where_it_cannot_be_told(steps: Floats) -> None:
    assert monthly_size(steps) == USUAL_MONTHLY_SIZE == 5.0
