"""Intervals for a mean over forces and months: the block bootstrap.

A force's months are similar, especially neighbouring ones, so resampling single months
would give intervals that are too narrow. We resample blocks of two consecutive months
of one force. Differences of two methods in the same month are paired already, so their
interval is that of the gain, whatever the difficulty of the month.

Plain percentiles of few blocks are too close together: those of 3 blocks contain the
mean in 74 of 100 cases, of 6 in 86. So they are taken further out, as far as makes the
interval as wide as Student's t would (Hesterberg 2015, The American Statistician 69,
"expanded percentile interval"): 93 in 100 of 6 blocks. Of fewer than `LEAST_BLOCKS`
even the extremes are too close, and there is no interval.
"""

from functools import lru_cache
from math import nan, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from transforms.reference.arrays import Floats
from transforms.reference.student import student_95


BLOCK_MONTHS = 2
LEAST_BLOCKS = 5
RESAMPLES = 4_000


class Estimate(NamedTuple):
    """Means with their intervals: (columns,) each, NaN where unknown."""

    mean: Floats
    low: Floats
    high: Floats


def estimate(
    force: NDArray[np.int64],
    month: NDArray[np.int64],
    values: Floats,
    seed: int,
    resamples: int = RESAMPLES,
) -> Estimate:
    """Mean of each column of values (force-months, columns), and its 95 % interval.

    `force` (a code) and `month` (a running number) identify each row. Blocks are
    counted from the first month given. NaN, as for a month with nothing to find, is
    left out of its own column only. A column with under `LEAST_BLOCKS` blocks has a
    mean, but NaN bounds.
    """
    block = _blocks(force, month)
    columns = [_column(block, column, seed, resamples) for column in values.T]
    return Estimate(*np.array(columns).reshape(-1, 3).T)


def _blocks(force: NDArray[np.int64], month: NDArray[np.int64]) -> NDArray[np.int64]:
    """Which block each row belongs to."""
    first = min(month.tolist(), default=0)
    pair = (month - first) // BLOCK_MONTHS
    keys = np.column_stack([force, pair])
    return np.unique(keys, axis=0, return_inverse=True)[1].reshape(-1)


def _column(
    block: NDArray[np.int64], values: Floats, seed: int, resamples: int
) -> tuple[float, float, float]:
    """Mean, low and high of one column.

    A resample's mean is its sum divided by its number of months, not the mean of its
    blocks' means: every month counts once, in a block of one or of two. Each column
    starts from the same seed, so columns of the same months are resampled alike.
    """
    known = ~np.isnan(values)
    if not known.any():
        return nan, nan, nan
    _, at = np.unique(block[known], return_inverse=True)
    months = np.bincount(at)
    sums = np.bincount(at, values[known])
    mean = float(sums.sum() / months.sum())
    if len(sums) < LEAST_BLOCKS:
        return mean, nan, nan
    times = _drawn(len(sums), seed, resamples)
    means = np.einsum("rb,b->r", times, sums) / np.einsum("rb,b->r", times, months)
    tail = tail_of(len(sums))
    low, high = np.quantile(means, (tail, 1 - tail))
    return mean, float(low), float(high)


@lru_cache
def tail_of(blocks: int) -> float:
    """The share of resamples below, and above, the 95 % interval of so many blocks."""
    return float(ndtr(-sqrt(blocks / (blocks - 1)) * student_95(blocks - 1)))


@lru_cache(maxsize=4)
def _drawn(blocks: int, seed: int, resamples: int) -> Floats:
    """How often each resample contains each block: (resamples, blocks).

    The same for all columns with the same number of blocks.
    """
    generator = np.random.default_rng(seed)
    drawn = generator.integers(0, blocks, (resamples, blocks))
    at = drawn + blocks * np.arange(resamples)[:, None]
    times = np.bincount(at.ravel(), minlength=resamples * blocks)
    return times.reshape(resamples, blocks).astype(float)
