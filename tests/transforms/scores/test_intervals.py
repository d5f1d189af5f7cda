"""The predictive interval: quantiles equal scipy's, and widths behave."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom

from transforms.scores.intervals import negative_binomial_quantiles, predictive_size


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
    sizes = predictive_size(np.array([0.5, 5.0, 50.0, 5e6]))
    assert (np.diff(sizes) > 0).all()
    assert sizes[-1] < 5.0
