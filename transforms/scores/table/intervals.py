"""How far next month's count may be from its expectation.

Next month's count is assumed to be negative binomial about the score. Two things make
it wider than Poisson: the cell's rate is not known exactly, and months vary about it,
which more data does not remove. How much they vary is learned from the months of the
force's own busy cells, and of the cell itself (docs/methods.md).

The spread of a cell is the variance of its months beyond Poisson, by the square of
their mean.
"""

import math

import numpy as np
from numpy.typing import NDArray

from transforms.reference.arrays import Floats
from transforms.reference.portable_math import exp, log, power


# A part of what scores are identified by: it changes whenever their intervals do.
RULE = 2
# A cell with twice the mean has less spread: as the mean to the power of -0.6. Alike in
# all groups and years that were tried, and hard to tell from one force's busy cells.
FALLS_BY = 0.6
# The spread of a cell with one incident a month: what is usual, which counts as much as
# thirty such cells, and the least.
USUAL_SPREAD = 0.4
_USUAL_CELLS = 30
LEAST_SPREAD = 1 / 12
_BUSY_INCIDENTS_A_MONTH = 1.0
_AT_LEAST_MONTHS = 3
# Standard deviation of the spread of cells with the same mean, by that spread.
_CELLS_DIFFER = 0.5
# Of the least record that a cell's own spread is told from, in incidents a month.
_LEAST_MEAN = 0.25
_NEVER_ZERO = 1e-9


def spread_of_one(steps: Floats) -> float:
    """The spread of a group's cells with one incident a month.

    `steps` has the counts of the last twelve months that were supplied, cells x months.
    By weighted least squares of what each busy cell's months vary by: their mean
    deviation, because a month of a hundred thefts in one shop says little of others.
    """
    months = steps.shape[1]
    if months < _AT_LEAST_MONTHS:
        return USUAL_SPREAD
    mean = steps.mean(axis=1)
    busy = mean >= _BUSY_INCIDENTS_A_MONTH
    mean, counts = mean[busy], steps[busy]
    deviation = np.abs(counts - mean[:, None]).mean(axis=1)
    # of a normal distribution, of which the mean was estimated
    variance = math.pi / 2 * deviation**2 * months / (months - 1)
    at_one = power(mean, 2 - FALLS_BY)  # variance beyond Poisson, if the spread is 1
    weight = at_one / (mean + USUAL_SPREAD * at_one) ** 2
    usual = _USUAL_CELLS / (1 + USUAL_SPREAD) ** 2
    beyond = (weight * (variance - mean)).sum() + usual * USUAL_SPREAD
    return max(float(beyond / ((weight * at_one).sum() + usual)), LEAST_SPREAD)


def spreads(mean: Floats, steps: Floats, of_one: Floats | float) -> Floats:
    """The spread of each cell: what its mean suggests, corrected by its own months.

    `mean` is what it expects next month, `steps` are its months, `of_one` is of
    `spread_of_one`. Own months weigh more the more incidents there are.
    """
    usual = of_one * power(np.maximum(mean, _NEVER_ZERO), -FALLS_BY)
    months = steps.shape[1]
    if months < _AT_LEAST_MONTHS:
        return usual
    level = steps.mean(axis=1)
    beyond = np.maximum(steps.var(axis=1, ddof=1) - level, 0.0)
    level = np.maximum(level, _LEAST_MEAN)
    error = 2 / (months - 1) * (1 / level + usual) ** 2  # variance of the cell's own
    weight = 1 / (1 + error / (_CELLS_DIFFER * usual) ** 2)
    return np.asarray(usual + weight * (beyond / level**2 - usual))


def predictive_size(
    mean: Floats, information: Floats, steps: Floats, of_one: Floats | float
) -> Floats:
    """Size of the negative binomial of next month's count in each cell.

    `information` is in incidents (`Expectation.information`). The months that a mean is
    of vary as the next one does.
    """
    months = max(steps.shape[1], 1)
    spread = spreads(mean, steps, of_one) * (1 + 1 / months)
    return np.asarray(1.0 / (1.0 / information + spread))


def negative_binomial_quantiles(
    mean: Floats, size: Floats, shares: tuple[float, ...]
) -> list[NDArray[np.int32]]:
    """The smallest counts whose cumulative probability reaches each share.

    Walks all cells' distributions upward together, dropping each cell when its highest
    share is reached: counts are small, so most cells leave after a step or two.
    """
    order = sorted(shares)
    quantiles = {share: np.zeros(len(mean), dtype=np.int32) for share in order}
    at = np.arange(len(mean))
    success = size / (size + mean)
    term = exp(size * log(success))
    total = term.copy()
    count = 0
    while len(at):
        for share in order:
            quantiles[share][at[total < share]] = count + 1
        going = total < order[-1]
        at, size, success = at[going], size[going], success[going]
        term = term[going] * (size + count) / (count + 1) * (1 - success)
        total = total[going] + term
        count += 1
    return [quantiles[share] for share in shares]
