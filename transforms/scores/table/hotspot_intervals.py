"""The 95 % interval of a hot spot's next count, from those of its cells.

A cell's count is negative binomial about its score. Its size is not stored, but its
interval is: the size is the one under which mean and interval agree best. The sum of
the cells, taken as independent, is then negative binomial by its mean and variance.
docs/methods.md says how often it held.
"""

import math
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from transforms.reference.arrays import Floats
from transforms.scores.table.intervals import negative_binomial_quantiles


ENDS = (0.025, 0.975)
# From hardly more certain than a guess to as certain as Poisson.
SIZES = tuple(0.125 * math.pow(2, step / 2) for step in range(23))
_LEAST_MEAN = 1e-6


class Intervals(NamedTuple):
    """The ends of some intervals, in incidents."""

    low: NDArray[np.int32]
    high: NDArray[np.int32]


def hotspot_intervals(
    mean: Floats, cells: Intervals, spot: NDArray[np.int64], spots: int
) -> Intervals:
    """The interval of each hot spot, by the scores and intervals of its cells.

    `spot` is the number of each cell's hot spot, below `spots`.
    """
    mean = np.maximum(mean, _LEAST_MEAN)
    size = sizes(mean, cells)
    means: Floats = np.bincount(spot, mean, spots).astype(float)
    beyond: Floats = np.bincount(spot, mean**2 / size, spots).astype(float)
    beyond = np.maximum(beyond, _LEAST_MEAN**2)  # of one without a cell, too
    size_of_sum = means**2 / beyond
    return Intervals(
        *negative_binomial_quantiles(
            np.maximum(means, _LEAST_MEAN), np.maximum(size_of_sum, _LEAST_MEAN), ENDS
        )
    )


def sizes(mean: Floats, cells: Intervals) -> Floats:
    """The size of each cell's count: of those that agree best, the middle one."""
    misses = []
    for size in SIZES:
        low, high = negative_binomial_quantiles(mean, np.full_like(mean, size), ENDS)
        misses.append(np.abs(low - cells.low) + np.abs(high - cells.high))
    missed = np.array(misses)
    best = missed == missed.min(axis=0)
    first = best.argmax(axis=0)
    last = len(SIZES) - 1 - best[::-1].argmax(axis=0)
    of = np.array(SIZES)
    return np.asarray(np.sqrt(of[first] * of[last]))


def interval_of(rows: pa.Table) -> tuple[int, int]:
    """The interval of one hot spot, whose cells those rows of scores are."""
    score, low, high = (
        rows[name].to_numpy() for name in ("score", "score_lo", "score_hi")
    )
    one = np.zeros(len(rows), dtype=np.int64)
    ends = hotspot_intervals(score, Intervals(low, high), one, 1)
    return int(ends.low[0]), int(ends.high[0])
