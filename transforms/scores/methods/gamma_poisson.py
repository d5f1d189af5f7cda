"""The gamma-Poisson step: a prior expectation corrected by a cell's own record.

Clayton and Kaldor (1987), Biometrics 43: the posterior mean of a Poisson rate whose
prior is gamma. The weight of the prior is chosen by likelihood
(`likeliest`).
"""

import numpy as np
from scipy.special import gammaln

from transforms.reference.arrays import Floats
from transforms.reference.portable_math import log, log1p


def posterior_mean(recorded: Floats, prior: Floats, weight: Floats | float) -> Floats:
    """The expectation of a cell given its record, in the same units.

    `weight` is the prior's, in incidents: as much record as the prior is worth.
    """
    return np.asarray(prior * (weight + recorded) / (weight + prior))


def log_likelihood(recorded: Floats, prior: Floats, weight: Floats) -> Floats:
    """Of decayed counts, negative binomial with mean `prior` and size `weight`.

    Omits terms that depend on neither. Both have one value for each cell, or a row of
    them for each result wanted.
    """
    of_zeros = -(weight * log1p(prior / weight)).sum(axis=-1)
    not_zero = np.flatnonzero(recorded > 0)
    y, mu, size = (v.take(not_zero, axis=-1) for v in (recorded, prior, weight))
    counted = gammaln(y + size) - gammaln(size) + y * log(mu / (size + mu))
    return np.asarray(of_zeros + counted.sum(axis=-1))
