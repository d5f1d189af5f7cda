"""The block bootstrap: all resamples agree, and intervals hold what they promise."""

from math import isnan, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles import backtests as oracles
from transforms.backtests.blocks import LEAST_BLOCKS, Estimate, estimate, tail_of


# Two forces and six months: at most six blocks, so that all resamples can be listed.
ROWS = st.dictionaries(
    st.tuples(st.integers(0, 1), st.integers(24_306, 24_311)),
    st.one_of(st.integers(-8, 8).map(float), st.just(nan)),
    min_size=1,
)
# The share of resamples outside on each side, by the number of blocks: the normal
# distribution's below -t(n - 1) x sqrt(n / (n - 1)), both by a table
TAILS = {5: 0.00096, 6: 0.00243}

Row = tuple[int, int, float]


def _estimate(rows: list[Row], seed: int = 11) -> Estimate:
    force, month, value = zip(*rows, strict=True)
    values = np.array(value).reshape(len(rows), -1)
    return estimate(np.array(force), np.array(month), values, seed)


@given(ROWS)
@settings(max_examples=60)
def test_bounds_are_the_quantiles_over_every_resample_there_is(
    found: dict[tuple[int, int], float],
) -> None:
    rows = [(force, month, value) for (force, month), value in found.items()]
    (mean,), (low,), (high,) = _estimate(rows)
    known = [value for _, _, value in rows if not isnan(value)]
    if not known:
        assert isnan(mean) and isnan(low) and isnan(high)
        return
    assert mean == pytest.approx(sum(known) / len(known))
    blocks = oracles.block_count(rows)
    if blocks < LEAST_BLOCKS:
        assert isnan(low) and isnan(high)
        return
    means = oracles.resampled_means(rows)

    def quantile(share: float) -> float:
        return means[min(int(share * len(means)), len(means) - 1)]

    # so 4,000 draws hit it, nearly always
    tail, off = TAILS[blocks], 0.0025
    assert quantile(0) - 1e-9 <= low <= quantile(tail + off) + 1e-9
    assert quantile(1 - tail - off) - 1e-9 <= high <= quantile(1) + 1e-9


@pytest.mark.parametrize(("blocks", "tail"), [*TAILS.items(), (36, 0.01982)])
def test_tails_of_few_blocks_are_smaller(blocks: int, tail: float) -> None:
    assert tail_of(blocks) == pytest.approx(tail, rel=0.01)
    assert tail_of(10**6) == pytest.approx(0.025, rel=1e-4)


def test_few_blocks_have_a_mean_and_unknown_bounds() -> None:
    rows = [(force, 5, float(force)) for force in range(LEAST_BLOCKS)]
    mean, low, high = _estimate(rows[:-1])
    assert mean.tolist() == [1.5]
    assert isnan(low[0]) and isnan(high[0])
    _, low, high = _estimate(rows)
    assert low[0] < 2.0 < high[0]


def test_blocks_are_counted_from_the_first_month() -> None:
    others = [(force, 4, 1.0) for force in range(3, 6)]
    _, low, _ = _estimate([(1, 4, 2.0), (1, 5, 4.0), (2, 5, nan), *others])
    assert isnan(low[0])
    _, low, _ = _estimate([(1, 4, 2.0), (1, 5, 4.0), (2, 3, nan), *others])
    assert low[0] == 1.0


@pytest.mark.parametrize("blocks", [LEAST_BLOCKS, 6, 9, 18])
def test_intervals_of_few_blocks_hold_the_truth_as_often(blocks: int) -> None:
    """Plain percentiles held it in 84, 86, 89 and 92 of 100."""
    generator = np.random.default_rng(blocks)
    force, month = np.arange(blocks), np.zeros(blocks, dtype=np.int64)
    values = generator.normal(size=(blocks, 2_000))
    _, low, high = estimate(force, month, values, seed=3, resamples=2_000)
    assert 0.90 <= ((low < 0) & (high > 0)).mean() <= 0.97


def test_a_second_month_like_the_first_is_no_more_evidence() -> None:
    generator = np.random.default_rng(0)
    once = [(f, 2 * i, generator.normal()) for f in range(3) for i in range(8)]
    twice = [(f, m + second, v) for f, m, v in once for second in (0, 1)]
    assert np.allclose(_estimate(once), _estimate(twice))


def test_months_with_nothing_to_find_are_left_out_of_their_own_column_alone() -> None:
    generator = np.random.default_rng(0)
    force, month = np.repeat(np.arange(4), 6), np.tile(np.arange(6), 4)
    values = generator.normal(size=(24, 2))
    whole = estimate(force, month, values, seed=1)
    values[::5, 1] = nan
    holed = estimate(force, month, values, seed=1)
    kept = ~np.isnan(values[:, 1])
    alone = estimate(force[kept], month[kept], values[kept][:, 1:], seed=1)
    for before, after, of_one in zip(whole, holed, alone, strict=True):
        assert after[0] == before[0]
        assert after[1] == of_one[0] != before[1]


def test_the_same_seed_gives_the_same_bounds_and_columns_are_drawn_alike() -> None:
    generator = np.random.default_rng(0)
    force, month = np.repeat(np.arange(4), 6), np.tile(np.arange(6), 4)
    values = generator.normal(size=(24, 1))
    both = np.hstack([values, 3 * values])
    one, again = (estimate(force, month, both, seed=5) for _ in range(2))
    assert np.array_equal(one, again)
    for numbers in one:
        assert numbers[1] == pytest.approx(3 * numbers[0])
    assert one.low[0] != estimate(force, month, both, seed=6).low[0]


def test_no_rows_give_unknowns_and_no_columns_nothing() -> None:
    none = np.zeros(0, dtype=np.int64)
    assert np.isnan(estimate(none, none, np.zeros((0, 2)), seed=1)).all()
    assert estimate(none, none, np.zeros((0, 0)), seed=1).mean.shape == (0,)


def test_intervals_hold_the_truth_where_a_forces_months_are_alike() -> None:
    """19 in 20 by blocks; far fewer if months were resampled singly."""
    generator = np.random.default_rng(4)
    month = np.tile(np.arange(6), 20)
    force = np.repeat(np.arange(20), 6)
    shared = generator.normal(size=(60, 400)).repeat(2, axis=0)
    values = shared + 0.3 * generator.normal(size=(120, 400))
    _, low, high = estimate(force, month, values, seed=2, resamples=1_000)
    assert 0.92 <= ((low < 0) & (high > 0)).mean() <= 0.97
    apart = np.arange(120)  # each month a block of its own
    _, low, high = estimate(apart, month, values, seed=2, resamples=1_000)
    assert ((low < 0) & (high > 0)).mean() < 0.88
