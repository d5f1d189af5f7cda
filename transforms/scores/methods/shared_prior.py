"""Empirical Bayes with a prior shared across crime types.

What is expected of a cell is read off the other crime in it and next to it, and then
pulled towards what the cell itself has recorded, the more so the more the crime type
sticks to places. The default of hexbeat grew out of it, and is held against it.
"""

import numpy as np

from transforms.cells import Floats
from transforms.groups import GROUPS, CrimeGroup
from transforms.scores.expectation import Expectation, resting_on
from transforms.scores.gamma_poisson import best_weight, posterior_mean
from transforms.scores.view import Memory, View


NAME = "shared_prior"
VERSION = "2"
LABEL = "Shared-prior empirical Bayes"
IN_WORDS = """Incidents are counted with a weight that halves every six months. What is
expected of a cell is first read off the other crime in it and next to it; then it is
pulled towards what the cell itself has recorded, the more so the more that crime type
sticks to the same places in that force (empirical Bayes; the weight is found by
likelihood). Sums are divided by the weight of the supplied months, so a missing month
costs certainty and nothing else. All crime, which has no other crime to borrow from, is
the weighted count itself with a little of its neighbours'."""

HALF_LIFE_MONTHS = 6.0
# Weights of other crime one and two cells away against crime in the cell itself: a
# Gaussian kernel of bandwidth 0.45 cells; and of the type's own crime one cell away.
RING_WEIGHTS = (float(np.exp(-0.5 / 0.45**2)), float(np.exp(-2.0 / 0.45**2)))
OWN_RING_WEIGHT = 0.05
# A cell with no other crime about it still expects something: this share of the mean.
PRIOR_FLOOR = 0.01
# The weights of the prior that are tried, in incidents.
ALPHAS = np.exp(np.linspace(np.log(0.05), np.log(50.0), 14)).tolist()
# All crime has nothing left to borrow from but its neighbours.
ALL_CRIME_RING_WEIGHT = 0.02
ALL_CRIME_ALPHA = 2.0


def expect(seen: View) -> dict[str, Expectation]:
    """Expected incidents of each group next month in each cell of the view."""
    memory = seen.memory(HALF_LIFE_MONTHS)
    return {g.slug: expect_group(g, seen, memory) for g in GROUPS.values()}


def expect_group(group: CrimeGroup, seen: View, memory: Memory) -> Expectation:
    """Expected incidents of one group next month in each cell of the view."""
    own = seen.of(memory.sums, group.categories)
    if not group.others:
        level = own + ALL_CRIME_RING_WEIGHT * seen.of(memory.rings[0], group.categories)
        return levelled(level, own, ALL_CRIME_ALPHA, memory.exposure_terms)
    basis = neighbour_basis(seen, memory, group.categories, group.others)
    floored = np.maximum(basis, PRIOR_FLOOR * basis.sum() / max(len(basis), 1))
    prior = scaled(floored, own.sum())
    alpha = best_weight(own, prior, ALPHAS, np.ones(len(own)))
    level = posterior_mean(own, prior, alpha)
    return levelled(level, own, alpha, memory.exposure_terms)


def neighbour_basis(
    seen: View, memory: Memory, own: tuple[str, ...], others: tuple[str, ...]
) -> Floats:
    """Other crime in the cell and near it, and a little of the type's own near it."""
    own_near = seen.of(memory.rings[0], own)
    basis = seen.of(memory.sums, others) + OWN_RING_WEIGHT * own_near
    for weight, ring in zip(RING_WEIGHTS, memory.rings, strict=True):
        basis = basis + weight * seen.of(ring, others)
    return basis


def scaled(values: Floats, total: float) -> Floats:
    """The values in proportion, adding up to the total; zeros stay zeros."""
    found = values.sum()
    return np.asarray(values * (total / found)) if found else np.zeros(len(values))


def levelled(
    level: Floats, own: Floats, weight: Floats | float, exposure_terms: float
) -> Expectation:
    """Monthly expectations that add up to the force's own decayed monthly count."""
    mean = scaled(level, own.sum() / exposure_terms)
    return resting_on(mean, weight + own)
