"""A hot spot's interval is that of its cells' counts, taken as independent."""

import math
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom

from transforms.scores.table.hotspot_intervals import (
    ENDS,
    SIZES,
    Intervals,
    hotspot_intervals,
    sizes,
)
from transforms.scores.table.intervals import negative_binomial_quantiles


CELL = st.tuples(st.floats(0.01, 60), st.floats(0.2, 80), st.integers(0, 3))


def _ends(mean: float, size: float) -> tuple[int, int]:
    low, high = negative_binomial_quantiles(np.array([mean]), np.array([size]), ENDS)
    return int(low[0]), int(high[0])


def _size(mean: float, low: int, high: int) -> float:
    """By trying each: of the best, the one in the middle of the scale."""
    misses = {
        s: abs(_ends(mean, s)[0] - low) + abs(_ends(mean, s)[1] - high) for s in SIZES
    }
    best = [size for size, miss in misses.items() if miss == min(misses.values())]
    return math.sqrt(best[0] * best[-1])


@given(st.lists(CELL, min_size=1, max_size=8))
@settings(max_examples=40)
def test_it_equals_adding_up_means_and_variances_by_hand(
    cells: list[tuple[float, float, int]],
) -> None:
    mean, size, spot = (np.array(column) for column in zip(*cells, strict=True))
    ends = Intervals(*negative_binomial_quantiles(mean, size, ENDS))
    found = hotspot_intervals(mean, ends, spot, 4)
    sums: dict[int, tuple[float, float]] = defaultdict(lambda: (0.0, 0.0))
    for one, of, low, high in zip(mean, spot, *ends, strict=True):
        so_far = sums[of]
        sums[of] = so_far[0] + one, so_far[1] + one**2 / _size(one, low, high)
    for of, (total, beyond) in sums.items():
        n, p = total**2 / beyond, total / (total + beyond)
        for share, end in zip(ENDS, (found.low[of], found.high[of]), strict=True):
            assert nbinom.cdf(end, n, p) >= share - 1e-9
            assert nbinom.cdf(end - 1, n, p) <= share + 1e-9


@pytest.mark.parametrize("size", [0.5, 3.0, 12.0])
def test_the_size_is_found_again_where_counts_are_large(size: float) -> None:
    mean = np.array([30.0, 60.0, 90.0])
    ends = Intervals(*negative_binomial_quantiles(mean, np.full(3, size), ENDS))
    assert sizes(mean, ends) == pytest.approx(np.full(3, size), rel=0.25)


def test_one_cell_alone_keeps_its_interval_and_several_have_less_than_the_sum() -> None:
    mean, size = np.full(6, 12.0), np.full(6, 5.0)
    ends = Intervals(*negative_binomial_quantiles(mean, size, ENDS))
    alone = hotspot_intervals(
        mean[:1], Intervals(ends.low[:1], ends.high[:1]), np.zeros(1, int), 1
    )
    assert abs(alone.low[0] - ends.low[0]) <= 1
    assert abs(alone.high[0] - ends.high[0]) <= 1
    together = hotspot_intervals(mean, ends, np.zeros(6, int), 1)
    assert ends.low.sum() < together.low[0] < 72 < together.high[0] < ends.high.sum()
