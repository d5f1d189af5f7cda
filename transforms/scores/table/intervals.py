"""How far next month's count may be from its expectation.

Next month's count is assumed to be negative binomial about the score. Two things make
it wider than Poisson: uncertainty about the cell's rate, and variation from month to
month, which more data does not remove. The second is estimated from the force's own
busy cells (docs/methods.md).
"""

import numpy as np
from numpy.typing import NDArray

from transforms.reference.arrays import Floats
from transforms.reference.portable_math import exp, log


# The size that month-to-month variation gives a count, where it cannot be estimated.
USUAL_MONTHLY_SIZE = 5.0
MONTHLY_SIZE_BOUNDS = (2.0, 20.0)
_BUSY_INCIDENTS_A_MONTH = 1.0
_AT_LEAST_BUSY_CELLS = 20
_AT_LEAST_MONTHS = 3


def monthly_size(steps: Floats) -> float:
    """How much busy cells vary from month to month, as a negative binomial's size.

    `steps` has the counts of the last twelve months that were supplied,
    cells x months.
    By moments: the variance of a cell's months beyond its mean is mean squared by size.
    """
    if steps.shape[1] < _AT_LEAST_MONTHS:
        return USUAL_MONTHLY_SIZE
    mean = steps.mean(axis=1)
    busy = mean >= _BUSY_INCIDENTS_A_MONTH
    if busy.sum() < _AT_LEAST_BUSY_CELLS:
        return USUAL_MONTHLY_SIZE
    beyond = steps[busy].var(axis=1, ddof=1) - mean[busy]
    low, high = MONTHLY_SIZE_BOUNDS
    return float(np.clip((mean[busy] ** 2).sum() / max(beyond.sum(), 1e-9), low, high))


def predictive_size(rate_shape: Floats, monthly: Floats | float) -> Floats:
    """Size of the negative binomial of next month's count."""
    return np.asarray(1.0 / (1.0 / rate_shape + 1.0 / monthly))


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
