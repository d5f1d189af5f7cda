"""The gamma-Poisson step: a prior expectation corrected by a cell's own record.

Clayton and Kaldor (1987), Biometrics 43: the posterior mean of a Poisson rate whose
prior is gamma. How much the prior weighs is found by likelihood.
"""

from collections.abc import Sequence

import numpy as np
from scipy.special import gammaln

from transforms.cells import Floats


def posterior_mean(recorded: Floats, prior: Floats, weight: Floats | float) -> Floats:
    """What is expected of a cell of which so much was recorded, in the same units.

    `weight` is the prior's, in incidents: as much record as the prior is worth.
    """
    return np.asarray(prior * (weight + recorded) / (weight + prior))


def log_likelihood(recorded: Floats, prior: Floats, weight: Floats) -> Floats:
    """Of decayed counts, negative binomial with mean `prior` and size `weight`.

    Leaves out what no prior and no weight changes. Both have one value a cell, or a row
    of them for each answer wanted.
    """
    silent = -(weight * np.log1p(prior / weight)).sum(axis=-1)
    seen = np.flatnonzero(recorded > 0)
    y, mu, size = (v.take(seen, axis=-1) for v in (recorded, prior, weight))
    counted = gammaln(y + size) - gammaln(size) + y * np.log(mu / (size + mu))
    return np.asarray(silent + counted.sum(axis=-1))


def best_weight(
    recorded: Floats, prior: Floats, tried: Sequence[float], shape: Floats
) -> float:
    """The multiple of `shape` that makes the recorded counts most likely as weights."""
    if not recorded.any():
        return tried[-1]
    weights = np.multiply.outer(tried, shape)
    return tried[int(log_likelihood(recorded, prior, weights).argmax())]
