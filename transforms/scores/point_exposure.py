"""The default score: point-exposure empirical Bayes.

Each category has a prior of its own in each force: what the other crime in a cell, the
number of map points in it, and the rate at the points around it would lead one to
expect, the weight of each learned from the force's own record; averaged (geometric
mean) with the plain rule of neighbouring crime. A cell's own record then corrects it.
A group of categories is the sum of its categories. How each part was chosen, with its
numbers: docs/methods.md.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transforms.categories import CATEGORIES
from transforms.cells import Floats
from transforms.clocks import Period
from transforms.groups import BORROWED, GROUPS
from transforms.scores.expectation import Expectation, resting_on, together
from transforms.scores.gamma_poisson import best_weight, log_likelihood, posterior_mean
from transforms.scores.shared_prior import levelled, neighbour_basis, scaled
from transforms.scores.view import Memory, View


NAME = "point_exposure"
VERSION = "1"
LABEL = "Point-exposure empirical Bayes"
IN_WORDS = """For each category of crime we ask what one would expect of a cell without
looking at its own record of it: from the other crime there, from how many map points it
has on which crime can be published, and from the rate at the points around it. How much
each of these tells is learned in each force from its own record, and averaged with the
crime next door. Then the cell's own record corrects the expectation: the more so the
more of it there is, and the less other crime tells about this one. An incident of six
months ago weighs half as much as one of today (nine months for burglary, vehicle crime,
robbery, theft from the person and bicycle theft). Sums are divided by the same weights
of the supplied months, so a missing month costs certainty and nothing else. A group of
categories, all crime too, is the sum of its categories. With two years held,
anti-social behaviour is raised or lowered to the level usual in the coming month."""

HALF_LIFE_MONTHS = 6.0
# Thefts that come and go with offenders, and are few: a longer memory serves them.
LONG_HALF_LIFE_MONTHS = 9.0
LONG_MEMORY = (
    "bicycle-theft", "burglary", "robbery", "theft-from-the-person", "vehicle-crime",
)  # fmt: skip
# Scarce and gathered in centres: their prior may be steeper than other crime says.
SHARPENED = (
    "bicycle-theft", "possession-of-weapons", "robbery", "theft-from-the-person",
)  # fmt: skip
POWERS = (0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.35, 1.5, 1.7, 2.0)
# An empty cell still expects something: the exposure of a fiftieth of a point.
BARE_EXPOSURE = 0.02
# Points at the force's own rate that are added to each neighbourhood.
NEIGHBOURHOOD_PRIOR_POINTS = 20.0
NEIGHBOURHOOD_RESOLUTIONS = (8, 7)
# The fit of the weights: steps, and the size of its negative binomial.
FIT_STEPS = 60
FIT_SIZE = 1.5
# No cell's neighbouring-crime prior is less than this share of its learned one.
FLOOR = 0.01
# The prior's weights that are tried, in incidents for a cell of one point.
ALPHAS = np.exp(np.linspace(np.log(0.005), np.log(50.0), 18)).tolist()
# Anti-social behaviour alone has a season worth its noise, once two years are held.
SEASONAL = ("anti-social-behaviour",)
_SEASON_NEEDS_MONTHS = 12
_NEVER_ZERO = 1e-9


@dataclass(frozen=True)
class Parts:
    """What one category's score is made of: decayed incidents in each cell."""

    own: Floats  # as recorded
    prior: Floats  # as one would expect without that record
    weight: Floats  # of the prior, in incidents
    exposure_terms: float  # what the decayed counts rest on

    @property
    def expected(self) -> Expectation:
        """The record corrects the prior; a month's worth of both."""
        level = posterior_mean(self.own, self.prior, self.weight)
        return levelled(level, self.own, self.weight, self.exposure_terms)


def expect(seen: View) -> dict[str, Expectation]:
    """Expected incidents of each group next month in each cell of the view."""
    of = {category: _expect_category(category, seen) for category in CATEGORIES}
    return {
        group.slug: together([of[category] for category in group.categories])
        for group in GROUPS.values()
    }


def _expect_category(category: str, seen: View) -> Expectation:
    found = parts(category, seen)
    if not found.own.any():
        return resting_on(np.zeros(len(found.own)), found.weight)
    expected = found.expected
    if category in SEASONAL:
        mean = expected.mean * season(seen, category)
        return Expectation(mean, expected.rate_shape, expected.mean)
    return expected


def parts(category: str, seen: View) -> Parts:
    """What the score of a category is made of; no prior where nothing was recorded."""
    long = category in LONG_MEMORY
    memory = seen.memory(LONG_HALF_LIFE_MONTHS if long else HALF_LIFE_MONTHS)
    own = seen.of(memory.sums, (category,))
    exposure = seen.points + BARE_EXPOSURE
    # A cell of many points is an average of many places: it strays less from its prior.
    steadiness = np.sqrt(exposure)
    if not own.any():
        nothing = np.zeros(len(own))
        return Parts(own, nothing, ALPHAS[-1] * steadiness, memory.exposure_terms)
    prior = _prior(category, seen, memory, exposure)
    alpha = best_weight(own, prior, ALPHAS, steadiness)
    if category in SHARPENED:
        prior, alpha = _sharpened(own, prior, alpha, steadiness)
    return Parts(own, prior, alpha * steadiness, memory.exposure_terms)


def _prior(category: str, seen: View, memory: Memory, exposure: Floats) -> Floats:
    """The prior mean of each cell's decayed count, adding up to what was recorded."""
    others = tuple(c for c in BORROWED if c != category)
    own = seen.of(memory.sums, (category,))
    around = [seen.parents(resolution) for resolution in NEIGHBOURHOOD_RESOLUTIONS]
    features = np.array(
        [seen.of(memory.sums, (other,)) for other in others]
        + [exposure * memory.exposure_terms]
        + [exposure * _rate_around(own, exposure, parents) for parents in around]
    )
    weights = _learned_weights(features, own, seen.points >= 1)
    learned = scaled(np.einsum("j,ji->i", weights, features), own.sum())
    near = neighbour_basis(seen, memory, (category,), others)
    floored = np.maximum(scaled(near, own.sum()), FLOOR * learned)
    return _totalling(np.sqrt(learned * floored), float(own.sum()))


def _rate_around(own: Floats, exposure: Floats, parents: NDArray[np.int64]) -> Floats:
    """Incidents per point in a cell's neighbourhood, the cell itself left out."""

    def elsewhere(values: Floats) -> Floats:
        return np.asarray(np.bincount(parents, values)[parents] - values)

    added = NEIGHBOURHOOD_PRIOR_POINTS
    rate = own.sum() / exposure.sum()
    rates = (elsewhere(own) + added * rate) / (elsewhere(exposure) + added)
    return np.asarray(rates)


def _learned_weights(
    features: Floats, own: Floats, fitted: NDArray[np.bool_]
) -> Floats:
    """Weights of the features that make the recorded counts most likely; none negative.

    Multiplicative updates of a negative binomial regression with identity link (Lee
    and Seung 2001, NIPS 13, for the Poisson case): no step size, no negative weight.
    `einsum` keeps clear of BLAS, whose last digits depend on the number of cores.
    """
    x, y = np.ascontiguousarray(features[:, fitted]), own[fitted]
    weights = y.sum() / len(x) / (x.sum(axis=1) + _NEVER_ZERO)
    for _ in range(FIT_STEPS):
        mean = np.einsum("j,ji->i", weights, x) + 1e-12
        up = np.einsum("ji,i->j", x, y / mean)
        down = np.einsum("ji,i->j", x, (FIT_SIZE + y) / (FIT_SIZE + mean))
        weights = weights * up / (down + _NEVER_ZERO)
    return np.asarray(weights)


def _sharpened(
    own: Floats, prior: Floats, alpha: float, steadiness: Floats
) -> tuple[Floats, float]:
    """The power of the prior that makes the record most likely, and its weight then."""
    steeper = {power: _totalling(prior**power, own.sum()) for power in POWERS}
    power = 1.0
    for _ in range(2):
        size = alpha * steadiness
        power = max(POWERS, key=lambda p: log_likelihood(own, steeper[p], size))
        alpha = best_weight(own, steeper[power], ALPHAS, steadiness)
    return steeper[power], alpha


def _totalling(prior: Floats, total: float) -> Floats:
    return np.maximum(scaled(prior, total), _NEVER_ZERO)


def season(seen: View, category: str) -> float:
    """Next month's usual level against the decayed mean before it, from earlier years.

    1 where no earlier year tells: each needs twelve supplied months before it. Of days
    and weeks it is 1: a like a year ago is too few incidents to tell.
    """
    if not seen.clock.seasonal:
        return 1.0
    row = list(CATEGORIES).index(category)
    count = {month: float(seen.totals[month][row]) for month in seen.supplied}
    ratios = []
    year_before = seen.as_of + 1 + -12
    while year_before >= seen.supplied[0]:
        ratios += _ratio(count, year_before)
        year_before = year_before + -12
    return float(np.exp(np.mean(ratios))) if ratios else 1.0


def _ratio(count: dict[Period, float], month: Period) -> list[float]:
    """The log of a month's count by the decayed mean before it, if that can be told."""
    before = {m: 0.5 ** (month.since(m) / HALF_LIFE_MONTHS) for m in count if m < month}
    enough = sum(month.since(m) <= _SEASON_NEEDS_MONTHS for m in before)
    if month not in count or enough < _SEASON_NEEDS_MONTHS or not count[month]:
        return []
    mean = sum(w * count[m] for m, w in before.items()) / sum(before.values())
    return [float(np.log(count[month] / mean))] if mean else []
