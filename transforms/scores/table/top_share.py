"""How likely a cell belongs among the highest: a rank is a claim, this says how sure.

Each cell's true monthly rate is taken to be gamma distributed about its score. The
probability that it is among the k highest is the probability that it lies above the
rate that k cells are expected to exceed: these probabilities add up to k.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import gammaincc

from transforms.cells import Floats
from transforms.scores.expectation import Expectation


# Cells whose mean and shape are within a ninth part of each other are taken as equal
# when the cutoff is sought: a thousand kinds in place of thirty thousand cells.
_KINDS_PER_DOUBLING = 8
_APART = 1 << 20
_PRECISION = 1e-6


def top_probability(
    expected: Expectation, places: int, wanted: NDArray[np.bool_] | None = None
) -> Floats:
    """Probability that each cell's rate is among the highest `places`; NaN if none has.

    All cells of the universe take part, quiet ones too: nearly nothing is expected of
    them, and little is known about them. It is told of those `wanted`, or of all.
    """
    asked = slice(None) if wanted is None else wanted
    mean, shape = expected.mean[asked], expected.rate_shape[asked]
    if not (expected.mean > 0).any():
        return np.full(len(mean), np.nan)
    chance, any_ = np.zeros(len(mean)), mean > 0
    chance[any_] = _above(cutoff(expected, places), mean[any_], shape[any_])
    return chance


def cutoff(expected: Expectation, places: int) -> float:
    """The monthly rate that so many of the cells are expected to exceed, incidents."""
    mean, shape, cells = _kinds(expected)

    def too_many(log_rate: float) -> float:
        return float(cells @ _above(np.exp(log_rate), mean, shape)) - places

    if cells.sum() <= places:
        return 0.0
    # of a cell hardly known nearly all chance lies next to zero: far down it is found
    low, high = np.log(mean.max()) - 600, np.log(mean.max()) + 10
    if too_many(low) <= 0:
        return float(np.exp(low))
    return float(np.exp(brentq(too_many, low, high, xtol=_PRECISION)))


def _kinds(expected: Expectation) -> tuple[Floats, Floats, Floats]:
    """Mean, shape and number of cells of each kind among those that expect anything."""
    positive = expected.mean > 0
    steps = [
        np.round(_KINDS_PER_DOUBLING * np.log2(values[positive])).astype(np.int64)
        for values in (expected.mean, expected.rate_shape)
    ]
    # one whole number for both: sorting pairs is slow
    kinds, cells = np.unique(steps[0] * _APART + steps[1], return_counts=True)
    shape = (kinds + _APART // 2) % _APART - _APART // 2
    mean = (kinds - shape) // _APART
    return *(2.0 ** (k / _KINDS_PER_DOUBLING) for k in (mean, shape)), cells.astype(
        float
    )


def _above(rate: float, mean: Floats, shape: Floats) -> Floats:
    """Probability that a gamma rate of that mean and shape lies above `rate`."""
    return np.asarray(gammaincc(shape, shape * rate / mean))
