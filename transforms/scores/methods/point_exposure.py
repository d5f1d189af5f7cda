"""The default score: point-exposure empirical Bayes.

Each category has a prior of its own in each force: what the other crime in a cell, the
number of map points in it, and the rate at the points around it would lead one to
expect, the weight of each learned from the force's own record; averaged (geometric
mean) with the plain rule of neighbouring crime. A cell's own record then corrects it.
A group of categories is the sum of its categories. How each part was chosen, with its
numbers: docs/methods.md.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transforms.categories import CATEGORIES
from transforms.cells import Floats
from transforms.clocks import Period
from transforms.groups import BORROWED, GROUPS
from transforms.scores.expectation import Expectation, resting_on, together
from transforms.scores.feature_weights import learned_weights
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
# No cell's neighbouring-crime prior is less than this share of its learned one.
FLOOR = 0.01
# The prior's weights that are tried, in incidents for a cell of one point.
ALPHAS = np.exp(np.linspace(np.log(0.005), np.log(50.0), 18)).tolist()
# Anti-social behaviour alone has a season worth its noise, once two years are held.
SEASONAL = ("anti-social-behaviour",)
_SEASON_NEEDS_MONTHS = 12
_NEVER_ZERO = 1e-9
_NUMBERS_AT_ONCE = 1_000_000  # of cells x features: 8 MB


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
    of = {c: _expectation(c, of, seen) for c, of in parts(CATEGORIES, seen).items()}
    return {
        group.slug: together([of[category] for category in group.categories])
        for group in GROUPS.values()
    }


def _expectation(category: str, found: Parts, seen: View) -> Expectation:
    if not found.own.any():
        return resting_on(np.zeros(len(found.own)), found.weight)
    expected = found.expected
    if category in SEASONAL:
        mean = expected.mean * season(seen, category)
        return Expectation(mean, expected.rate_shape, expected.mean)
    return expected


def parts(categories: Iterable[str], seen: View) -> dict[str, Parts]:
    """What their scores are made of; no prior where nothing was recorded."""
    own = {c: seen.of(_memory(c, seen).sums, (c,)) for c in categories}
    priors = dict(_priors([c for c, sums in own.items() if sums.any()], seen))
    # A cell of many points is an average of many places: it strays less from its prior.
    steadiness = np.sqrt(_exposure(seen))
    found = {}
    for category, sums in own.items():
        prior, alpha = priors.get(category, np.zeros(len(sums))), ALPHAS[-1]
        if category in priors:
            alpha = best_weight(sums, prior, ALPHAS, steadiness)
            if category in SHARPENED:
                prior, alpha = _sharpened(sums, prior, alpha, steadiness)
        terms = _memory(category, seen).exposure_terms
        found[category] = Parts(sums, prior, alpha * steadiness, terms)
    return found


def _memory(category: str, seen: View) -> Memory:
    long = category in LONG_MEMORY
    return seen.memory(LONG_HALF_LIFE_MONTHS if long else HALF_LIFE_MONTHS)


def _exposure(seen: View) -> Floats:
    return seen.points + BARE_EXPOSURE


def _priors(categories: Sequence[str], seen: View) -> Iterator[tuple[str, Floats]]:
    """The prior mean of each cell's decayed count, adding up to what was recorded."""
    fitted = seen.points >= 1
    for some in _batches(categories, len(seen.cells)):
        features = np.array([_features(category, seen) for category in some])
        own = np.array([seen.of(_memory(c, seen).sums, (c,)) for c in some])
        weights = learned_weights(features[:, :, fitted], own[:, fitted])
        for at, category in enumerate(some):
            learned = np.einsum("j,ji->i", weights[at], features[at])
            yield category, _prior(category, seen, own[at], learned)


def _batches(categories: Sequence[str], cells: int) -> Iterator[Sequence[str]]:
    """Categories with as many features as each other, so many that memory holds."""
    at_once = max(1, _NUMBERS_AT_ONCE // max(1, cells * len(BORROWED)))
    for borrowed in (True, False):
        alike = [c for c in categories if (c in BORROWED) == borrowed]
        for start in range(0, len(alike), at_once):
            yield alike[start : start + at_once]


def _features(category: str, seen: View) -> list[Floats]:
    """What may tell of a category: other crime, points, and the rate around them."""
    memory, exposure = _memory(category, seen), _exposure(seen)
    own = seen.of(memory.sums, (category,))
    around = [seen.parents(resolution) for resolution in NEIGHBOURHOOD_RESOLUTIONS]
    return [
        *(seen.of(memory.sums, (other,)) for other in _others(category)),
        exposure * memory.exposure_terms,
        *(exposure * _rate_around(own, exposure, parents) for parents in around),
    ]


def _others(category: str) -> tuple[str, ...]:
    return tuple(other for other in BORROWED if other != category)


def _prior(category: str, seen: View, own: Floats, learned: Floats) -> Floats:
    """What the features tell, averaged with the crime next door."""
    learned = scaled(learned, own.sum())
    memory = _memory(category, seen)
    near = neighbour_basis(seen, memory, (category,), _others(category))
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


def _sharpened(
    own: Floats, prior: Floats, alpha: float, steadiness: Floats
) -> tuple[Floats, float]:
    """The power of the prior that makes the record most likely, and its weight then."""
    steeper = np.array([_totalling(prior**power, own.sum()) for power in POWERS])
    chosen = -1
    for _ in range(2):
        before = chosen
        chosen = int(log_likelihood(own, steeper, alpha * steadiness).argmax())
        if chosen != before:
            alpha = best_weight(own, steeper[chosen], ALPHAS, steadiness)
    return steeper[chosen], alpha


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
