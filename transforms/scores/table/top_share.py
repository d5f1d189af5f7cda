"""The probability that a cell is among the highest: how certain its rank is.

Each cell's true monthly rate is assumed to be gamma distributed about its score. The
probability that it is among the k highest is the probability that it exceeds the rate
that k cells are expected to exceed: these probabilities add up to k.
"""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincc

from transforms.reference.arrays import Floats
from transforms.reference.portable_math import dot, log2, power
from transforms.scores.methods.expectation import Expectation


# When searching for the cutoff, cells whose mean and shape are within a ninth of each
# other count as equal: a thousand kinds instead of thirty thousand cells.
_KINDS_PER_DOUBLING = 8
_APART = 1 << 20
_PRECISION = 1e-6
# As many as are published: the cutoff is not known much better.
_DECIMALS = 6


def top_probability(
    expected: Expectation, places: int, wanted: NDArray[np.bool_] | None = None
) -> Floats:
    """Probability that each cell's rate is among its group's highest `places`.

    NaN where a group expects nothing. All cells of the universe compete, including
    quiet ones, which expect nearly nothing and about which little is known. Returns
    those `wanted`, or all, one group after another.
    """
    mean, shape = np.atleast_2d(expected.mean, expected.rate_shape)
    chosen = np.ones(mean.shape, bool) if wanted is None else np.atleast_2d(wanted)
    rate = np.repeat(cutoffs(expected, places), chosen.sum(axis=1))
    mean, shape = mean[chosen], shape[chosen]
    any_, chance = mean > 0, np.zeros(len(mean))
    chance[np.isnan(rate)] = np.nan
    chance[any_] = _above(rate[any_], mean[any_], shape[any_])
    return np.asarray(np.round(chance, _DECIMALS))


def cutoffs(expected: Expectation, places: int) -> Floats:
    """The monthly rate that so many cells of each group are expected to exceed.

    In incidents; NaN where a group expects nothing.
    """
    return np.array([_cutoff(*kinds, places) for kinds in _kinds(expected)])


def _cutoff(mean: Floats, shape: Floats, cells: Floats, places: int) -> float:
    from scipy.optimize import brentq  # slow to import, and not every run scores

    def too_many(log_rate: float) -> float:
        return dot(cells, _above(math.exp(log_rate), mean, shape)) - places

    if not len(cells):
        return math.nan
    if cells.sum() <= places:
        return 0.0
    # for a little-known cell nearly all probability is close to zero: search far down
    highest = math.log(mean.max())
    low, high = highest - 600, highest + 10
    if too_many(low) <= 0:
        return math.exp(low)
    return math.exp(brentq(too_many, low, high, xtol=_PRECISION))


def _kinds(expected: Expectation) -> Iterator[tuple[Floats, Floats, Floats]]:
    """By group: mean, shape and number of cells of each kind that expects anything."""
    means, shapes = np.atleast_2d(expected.mean, expected.rate_shape)
    positive = means > 0
    steps = [
        np.round(_KINDS_PER_DOUBLING * log2(values[positive])).astype(np.int64)
        for values in (means, shapes)
    ]
    # one whole number for all three: sorting triples is slow
    at = (np.nonzero(positive)[0] * _APART + steps[0]) * _APART + steps[1]
    kinds, cells = np.unique(at, return_counts=True)
    kinds, of_shape = _parted(kinds)
    group, of_mean = _parted(kinds)
    mean, shape = (power(2.0, k / _KINDS_PER_DOUBLING) for k in (of_mean, of_shape))
    ends = np.searchsorted(group, np.arange(1, len(means)))
    each = (np.split(values, ends) for values in (mean, shape, cells.astype(float)))
    yield from zip(*each, strict=True)


def _parted(both: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Two whole numbers of which one is `_APART` times the first plus the second."""
    second = (both + _APART // 2) % _APART - _APART // 2
    return (both - second) // _APART, second


def _above(rate: Floats | float, mean: Floats, shape: Floats) -> Floats:
    """Probability that a gamma rate of that mean and shape is above `rate`."""
    return np.asarray(gammaincc(shape, shape * rate / mean))
