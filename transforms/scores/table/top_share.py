"""The probability that a cell is among the highest: how certain its rank is.

Each cell's true monthly rate is assumed to be gamma distributed about its score. The
probability that it is among the k highest is the probability that it exceeds the rate
that k cells are expected to exceed: these probabilities add up to k.
"""

import math
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import accumulate, pairwise, starmap

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincc

from transforms.reference.arrays import Floats
from transforms.reference.portable_math import log2, power
from transforms.scores.methods.expectation import Expectation
from transforms.scores.table.roots import roots


# When searching for the cutoff, cells whose mean and shape are within a ninth of each
# other count as equal: a thousand kinds instead of thirty thousand cells.
_KINDS_PER_DOUBLING = 8
_APART = 1 << 20
_PRECISION = 1e-6
# As many as are published: the cutoff is not known much better.
_DECIMALS = 6
Kinds = tuple[Floats, Floats, Floats]  # mean, shape and number of cells of each


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
    kinds = list(_kinds(expected))
    found = np.full(len(kinds), math.nan)
    brackets = {}
    for of, (mean, _, cells) in enumerate(kinds):
        if len(cells) and cells.sum() <= places:
            found[of] = 0.0
        elif len(cells):
            # for a little-known cell nearly all probability is close to zero: search
            # far down
            highest = math.log(mean.max())
            brackets[of] = (highest - 600, highest + 10)

    @lru_cache(1)
    def together(groups: tuple[int, ...]) -> tuple[Kinds, list[int], list[slice]]:
        lengths = [len(kinds[of][0]) for of in groups]
        ends = list(accumulate(lengths, initial=0))
        mean, shape, cells = map(
            np.concatenate, zip(*(kinds[of] for of in groups), strict=True)
        )
        return (mean, shape, cells), lengths, list(starmap(slice, pairwise(ends)))

    def too_many(log_rates: Mapping[int, float]) -> list[float]:
        (mean, shape, cells), lengths, groups = together(tuple(log_rates))
        rate = np.repeat([math.exp(at) for at in log_rates.values()], lengths)
        above = cells * _above(rate, mean, shape)
        return [float(above[group].sum()) - places for group in groups]

    for of, log_rate in roots(too_many, brackets, _PRECISION).items():
        found[of] = math.exp(log_rate)
    return found


def _kinds(expected: Expectation) -> Iterator[Kinds]:
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
