"""Empirical Bayes with a prior shared across crime types.

The other crime in a cell and next to it gives a first estimate, which is then pulled
towards the cell's own record: more strongly, the more the crime type stays in the same
places. The default method grew out of this one and is compared with it.
"""

import math

import numpy as np

from transforms.reference.arrays import Floats
from transforms.reference.clocks import Clock
from transforms.reference.groups import CrimeGroup
from transforms.reference.portable_math import geometric_steps
from transforms.scores.methods.expectation import Expectation, from_evidence
from transforms.scores.methods.gamma_poisson import posterior_mean
from transforms.scores.methods.likeliest import Likeliest
from transforms.scores.view import Memory, View


NAME = "shared_prior"
VERSION = "3"
LABEL = "Shared-prior empirical Bayes"
UNITS = ("months", "days")
CALIBRATED = True
_WORDS = """Incidents are counted with a weight that halves every six months. A cell
is first expected to have what the other crime in it and next to it suggests; then the
estimate is pulled towards what the cell itself has recorded, more strongly the more
that crime type stays in the same places in that force (empirical Bayes; the weight is
found by likelihood). Sums are divided by the weight of the supplied {unit}, so a
missing {period} only reduces certainty. All crime, which has no other crime to borrow
from, is the weighted count itself with a little of its neighbours'."""

HALF_LIFE_MONTHS = 6.0
# Weights of other crime one and two cells away against crime in the cell itself: a
# Gaussian kernel of bandwidth 0.45 cells; and of the type's own crime one cell away.
RING_WEIGHTS = (math.exp(-0.5 / 0.45**2), math.exp(-2.0 / 0.45**2))
OWN_RING_WEIGHT = 0.05
# A cell with no other crime near it still expects something: this share of the mean.
PRIOR_FLOOR = 0.01
# The weights of the prior that are tried, in incidents.
ALPHAS = geometric_steps(0.05, 50.0, 14)
# All crime has nothing left to borrow from but its neighbours.
ALL_CRIME_RING_WEIGHT = 0.02
ALL_CRIME_ALPHA = 2.0


def in_words(clock: Clock) -> str:
    """Its description for METHOD.md."""
    return _WORDS.format(unit=clock.unit, period=clock.period)


def expect(view: View) -> dict[str, Expectation]:
    """Expected incidents of each group next month in each cell of the view."""
    memory = view.memory(HALF_LIFE_MONTHS)
    return {g.slug: expect_group(g, view, memory) for g in view.groups}


def expect_group(group: CrimeGroup, view: View, memory: Memory) -> Expectation:
    """Expected incidents of one group next month in each cell of the view."""
    mine = memory_of(group, view, memory)
    own = view.of(mine.sums, group.categories)
    if not group.others:
        level = own + ALL_CRIME_RING_WEIGHT * view.of(mine.rings[0], group.categories)
        return levelled(level, own, ALL_CRIME_ALPHA, mine.exposure_terms)
    basis = neighbour_basis(view, memory, mine, group.categories, group.others)
    floored = np.maximum(basis, PRIOR_FLOOR * basis.sum() / max(len(basis), 1))
    prior = scaled(floored, own.sum())
    alpha = Likeliest(np.ones(len(own))).weight(own, prior, ALPHAS)
    level = posterior_mean(own, prior, alpha)
    return levelled(level, own, alpha, mine.exposure_terms)


def memory_of(group: CrimeGroup, view: View, memory: Memory) -> Memory:
    """That memory, limited to the months in which all of the group was counted."""
    counting = view.counting(group)
    return memory if counting is view else counting.memory(HALF_LIFE_MONTHS)


def neighbour_basis(
    view: View,
    memory: Memory,
    mine: Memory,
    own: tuple[str, ...],
    others: tuple[str, ...],
) -> Floats:
    """Other crime in the cell and near it, and a little of the type's own near it.

    `mine` is the memory of the type's own months.
    """
    own_near = view.of(mine.rings[0], own)
    basis = view.of(memory.sums, others) + OWN_RING_WEIGHT * own_near
    for weight, ring in zip(RING_WEIGHTS, memory.rings, strict=True):
        basis = basis + weight * view.of(ring, others)
    return basis


def scaled(values: Floats, total: float) -> Floats:
    """The values scaled to add up to the total; zeros stay zeros."""
    before = values.sum()
    return np.asarray(values * (total / before)) if before else np.zeros(len(values))


def levelled(
    level: Floats, own: Floats, weight: Floats | float, exposure_terms: float
) -> Expectation:
    """Monthly expectations that add up to the force's own decayed monthly count."""
    mean = scaled(level, own.sum() / exposure_terms)
    return from_evidence(mean, weight + own)
