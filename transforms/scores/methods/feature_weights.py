"""How much each feature of a cell says about its crime: a regression by likelihood."""

import numpy as np

from transforms.reference.arrays import Floats


# Steps of the fit, and the size of its negative binomial.
FIT_STEPS = 60
FIT_SIZE = 1.5
_NEVER_ZERO = 1e-9


def learned_weights(features: Floats, recorded: Floats) -> Floats:
    """Weights of the features that make the recorded counts most likely; none negative.

    `features` is (fits, features, cells) and `recorded` (fits, cells): each fit is
    independent and gets a row of weights. All fits run together, because in a small
    force the calls cost more than the arithmetic.

    Multiplicative updates of a negative binomial regression with identity link (Lee
    and Seung 2001, NIPS 13, for the Poisson case): no step size, no negative weight.
    `einsum` avoids BLAS, whose last digits depend on the number of cores.
    """
    x, y = np.ascontiguousarray(features), np.ascontiguousarray(recorded)
    total = y.sum(axis=1)[:, None]
    weights = total / x.shape[1] / (x.sum(axis=2) + _NEVER_ZERO)
    ratios = np.empty((len(y), 2, y.shape[1]))
    recorded_and_size = FIT_SIZE + y
    for _ in range(FIT_STEPS):
        mean = np.einsum("fj,fji->fi", weights, x)
        mean += 1e-12  # in place: the arrays are large, and the steps many
        np.divide(y, mean, out=ratios[:, 0])
        mean += FIT_SIZE
        np.divide(recorded_and_size, mean, out=ratios[:, 1])
        moved = np.einsum("fji,fki->fkj", x, ratios)
        weights = weights * moved[:, 0] / (moved[:, 1] + _NEVER_ZERO)
    return np.asarray(weights)
