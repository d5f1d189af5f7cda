"""The default score: empirical Bayes with a prior shared across crime types.

What is expected of a cell is read off the other crime in it and next to it, and then
pulled towards what the cell itself has recorded, the more so the more the crime type
sticks to places. A gamma-Poisson model: Clayton and Kaldor (1987), Biometrics 43, with
the prior mean of each cell proportional to its other crime.
"""

import numpy as np
from scipy.special import gammaln

from transforms.cells import Floats
from transforms.groups import CrimeGroup
from transforms.scores.expectation import Expectation
from transforms.scores.view import View


NAME = "shared_prior"
VERSION = "1"
LABEL = "Shared-prior empirical Bayes"

# Weights of other crime one and two cells away against crime in the cell itself: a
# Gaussian kernel of bandwidth 0.45 cells; and of the type's own crime one cell away.
RING_WEIGHTS = (float(np.exp(-0.5 / 0.45**2)), float(np.exp(-2.0 / 0.45**2)))
OWN_RING_WEIGHT = 0.05
# A cell with no other crime about it still expects something: this share of the mean.
PRIOR_FLOOR = 0.01
# The weights of the prior that are tried, in incidents.
ALPHAS = np.exp(np.linspace(np.log(0.05), np.log(50.0), 14))
# All crime has nothing left to borrow from but its neighbours.
ALL_CRIME_RING_WEIGHT = 0.02
ALL_CRIME_ALPHA = 2.0


def expect(group: CrimeGroup, view: View) -> Expectation:
    """Expected incidents of a group next month in each cell of the view."""
    own = view.of(view.decayed, group.categories)
    own_ring = view.of(view.rings[0], group.categories)
    if not group.others:
        level = own + ALL_CRIME_RING_WEIGHT * own_ring
        return _levelled(level, own, ALL_CRIME_ALPHA, view.exposure_months)
    prior = _prior(group, view, own, own_ring)
    alpha = best_alpha(own, prior)
    level = prior * (alpha + own) / (alpha + prior)
    return _levelled(level, own, alpha, view.exposure_months)


def _prior(group: CrimeGroup, view: View, own: Floats, own_ring: Floats) -> Floats:
    """The prior mean of each cell's decayed count, adding up to what was recorded."""
    basis = view.of(view.decayed, group.others) + OWN_RING_WEIGHT * own_ring
    for weight, ring in zip(RING_WEIGHTS, view.rings, strict=True):
        basis = basis + weight * view.of(ring, group.others)
    floored = np.maximum(basis, PRIOR_FLOOR * basis.sum() / max(len(basis), 1))
    return np.asarray(floored * own.sum() / max(floored.sum(), np.finfo(float).tiny))


def best_alpha(own: Floats, prior: Floats) -> float:
    """The prior's weight that makes the recorded counts most likely.

    Negative binomial likelihood of the decayed counts with mean `prior` and size alpha.
    """
    recorded = own > 0
    y, mu = own[recorded], prior[recorded]
    if not len(y):
        return float(ALPHAS[-1])

    def log_likelihood(alpha: float) -> float:
        silent = alpha * -np.log1p(prior / alpha)
        seen = gammaln(y + alpha) - gammaln(alpha) + y * np.log(mu / (alpha + mu))
        return float(silent.sum() + seen.sum())

    return float(max(ALPHAS, key=log_likelihood))


def _levelled(level: Floats, own: Floats, alpha: float, exposure: float) -> Expectation:
    """Monthly expectations that add up to the force's own decayed monthly count."""
    total = level.sum()
    mean = level * (own.sum() / total / exposure) if total else level
    return Expectation(mean, alpha + own)
