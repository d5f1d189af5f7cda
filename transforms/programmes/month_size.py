"""How much the months of a group's busy cells vary about their rate.

For places that are judged over several months: the more months, the less it matters.
"""

import numpy as np

from transforms.reference.arrays import Floats


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
