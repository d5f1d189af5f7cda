"""The probability that a cell is among the highest: how certain its rank is.

Each cell's true monthly rate is assumed to be gamma distributed about its score. The
probability that it is among the k highest is the probability that it exceeds the rate
that k cells are expected to exceed: these probabilities add up to k.
"""

import math

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
    """Probability that each cell's rate is among the highest `places`; NaN if none has.

    All cells of the universe compete, including quiet ones, which expect nearly nothing
    and about which little is known. Returns those `wanted`, or all.
    """
    chosen = slice(None) if wanted is None else wanted
    mean, shape = expected.mean[chosen], expected.rate_shape[chosen]
    if not (expected.mean > 0).any():
        return np.full(len(mean), np.nan)
    chance, any_ = np.zeros(len(mean)), mean > 0
    chance[any_] = _above(cutoff(expected, places), mean[any_], shape[any_])
    return np.round(chance, _DECIMALS)


def cutoff(expected: Expectation, places: int) -> float:
    """The monthly rate that so many of the cells are expected to exceed, incidents."""
    from scipy.optimize import brentq  # slow to import, and not every run scores

    mean, shape, cells = _kinds(expected)

    def too_many(log_rate: float) -> float:
        return dot(cells, _above(math.exp(log_rate), mean, shape)) - places

    if cells.sum() <= places:
        return 0.0
    # for a little-known cell nearly all probability is close to zero: search far down
    highest = math.log(mean.max())
    low, high = highest - 600, highest + 10
    if too_many(low) <= 0:
        return math.exp(low)
    return math.exp(brentq(too_many, low, high, xtol=_PRECISION))


def _kinds(expected: Expectation) -> tuple[Floats, Floats, Floats]:
    """Mean, shape and number of cells of each kind among those that expect anything."""
    positive = expected.mean > 0
    steps = [
        np.round(_KINDS_PER_DOUBLING * log2(values[positive])).astype(np.int64)
        for values in (expected.mean, expected.rate_shape)
    ]
    # one whole number for both: sorting pairs is slow
    kinds, cells = np.unique(steps[0] * _APART + steps[1], return_counts=True)
    shape = (kinds + _APART // 2) % _APART - _APART // 2
    mean = (kinds - shape) // _APART
    mean, shape = (power(2.0, k / _KINDS_PER_DOUBLING) for k in (mean, shape))
    return mean, shape, cells.astype(float)


def _above(rate: float, mean: Floats, shape: Floats) -> Floats:
    """Probability that a gamma rate of that mean and shape is above `rate`."""
    return np.asarray(gammaincc(shape, shape * rate / mean))
