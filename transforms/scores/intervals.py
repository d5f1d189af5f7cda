"""How far next month's count may lie from its expectation.

Next month's count is taken as negative binomial about the score. Two things widen it
beyond Poisson: what the record cannot tell about the cell's rate, and what changes from
one month to the next, which no record removes. The two constants serve all groups; they
were fitted on real forces, and hold their coverage on others (docs/methods.md).
"""

import numpy as np
from numpy.typing import NDArray

from transforms.cells import Floats


# Four decayed incidents tell as much about the rate as one independent incident would:
# incidents repeat, and rates drift.
INFORMATION_PER_INCIDENT = 0.25
# The size that the month-to-month variation alone would give.
MONTHLY_SIZE = 5.0


def predictive_size(information: Floats) -> Floats:
    """Size of the negative binomial of next month's count.

    `information` is the prior's weight plus the decayed incidents, both in incidents.
    """
    known = INFORMATION_PER_INCIDENT * information
    return np.asarray(1.0 / (1.0 / known + 1.0 / MONTHLY_SIZE))


def negative_binomial_quantiles(
    mean: Floats, size: Floats, shares: tuple[float, ...]
) -> list[NDArray[np.int32]]:
    """The smallest counts whose cumulative probability reaches each share.

    Walks all cells' distributions upward together, dropping each cell when its highest
    share is reached: counts are small, so most cells leave after a step or two.
    """
    order = sorted(shares)
    found = {share: np.zeros(len(mean), dtype=np.int32) for share in order}
    at = np.arange(len(mean))
    success = size / (size + mean)
    term = np.exp(size * np.log(success))
    total = term.copy()
    count = 0
    while len(at):
        for share in order:
            found[share][at[total < share]] = count + 1
        going = total < order[-1]
        at, size, success = at[going], size[going], success[going]
        term = term[going] * (size + count) / (count + 1) * (1 - success)
        total = total[going] + term
        count += 1
    return [found[share] for share in shares]
