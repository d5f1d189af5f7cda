"""The default score: point-exposure empirical Bayes.

Each category has its own prior in each force. It is computed from the other crime in a
cell, the number of map points in it, and the rate at the points around it, with weights
learned from the force's own record, and averaged (geometric mean) with the plain rule
of neighbouring crime. A cell's own record then corrects it. The score of a group is the
sum of its categories. docs/methods.md says how each part was chosen, with numbers.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transforms.reference.arrays import Floats
from transforms.reference.clocks import Clock
from transforms.reference.groups import BORROWED
from transforms.reference.portable_math import (
    exp,
    geometric_steps,
    log,
    power,
    sparse_product,
)
from transforms.scores.ground import DISTRICT_RESOLUTION
from transforms.scores.methods.expectation import Expectation, from_evidence, together
from transforms.scores.methods.feature_weights import learned_weights
from transforms.scores.methods.gamma_poisson import posterior_mean
from transforms.scores.methods.likeliest import Likeliest
from transforms.scores.methods.season import CALENDARS, season
from transforms.scores.methods.shared_prior import levelled, neighbour_basis, scaled
from transforms.scores.view import Memory, View


NAME = "point_exposure"
VERSION = "4"
LABEL = "Point-exposure empirical Bayes"
UNITS = ("months", "days")
CALIBRATED = True
_WORDS = """For each category of crime, the method first estimates what to expect in a
cell without its own record of that category: from the other crime there, from its
number of {points}, and from the rate at the
points around it. The weights of these are fitted separately for each force. The
estimate is averaged with one from crime in the neighbouring cells. Then the cell's own
record corrects the estimate: more strongly the more of it there is, and the less other
crime says about this category. An incident six months ago has half the weight of one
today (nine months for burglary, vehicle crime, robbery, theft from the person and
bicycle theft). Rates use supplied {unit} only, so a missing
{period} makes a score less certain, not lower.{renewed} A score of vehicle crime or
bicycle theft is a little higher where the district, about two kilometres around, has
more of it for each point than the force. The score of a group, all crime included, is
the sum of its categories' scores.{season}"""
_ARCHIVE_POINTS = "map points (places where crime can be published)"
_OWN_POINTS = "places where crime was recorded"
_RENEWED = """ When a
force's map points are renewed, older incidents describe other places, so their weight
is halved once more for each month supplied since (except for burglary)."""
_SEASON = """
Anti-social behaviour is adjusted for the season: by a calendar of other forces' months,
and by the force's own earlier years."""

HALF_LIFE_MONTHS = 6.0
# Thefts that come and go with offenders, and are few, so a longer memory does better.
LONG_HALF_LIFE_MONTHS = 9.0
LONG_MEMORY = (
    "bicycle-theft", "burglary", "robbery", "theft-from-the-person", "vehicle-crime",
)  # fmt: skip
# Spread along streets, not concentrated at venues, so its record stays valid when the
# map points are renewed.
LASTING = ("burglary",)
# Their prior may be steeper than other crime says, where rare crime concentrates in
# centres, or flatter: quiet streets have more burglary than other crime says.
SHARPENED = (
    "bicycle-theft", "burglary", "possession-of-weapons", "robbery",
    "theft-from-the-person",
)  # fmt: skip
# Taken by people who work a district: the prior, half of it a rule of neighbouring
# crime, says too little of how districts differ, and too much of how cells do.
BY_DISTRICT = ("bicycle-theft", "vehicle-crime")
DISTRICT_POWER = 0.2
TAKEN_BACK_POWER = -0.1  # of the prior
POWERS = (0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.35, 1.5, 1.7, 2.0)
# An empty cell still expects something: the exposure of a fiftieth of a point.
BARE_EXPOSURE = 0.02
# Points at the force's own rate that are added to each neighbourhood.
NEIGHBOURHOOD_PRIOR_POINTS = 20.0
NEIGHBOURHOOD_RESOLUTIONS = (8, 7)
# No cell's neighbouring-crime prior is less than this share of its learned one.
FLOOR = 0.01
# The weights of the prior to try, in incidents for a cell of one point.
ALPHAS = geometric_steps(0.005, 50.0, 18)
_NEVER_ZERO = 1e-9
Summed = Callable[[Floats], Floats]
_NUMBERS_AT_ONCE = 1_000_000  # of cells x features: 8 MB


def in_words(clock: Clock) -> str:
    """Its description for METHOD.md; a force's own feed has no renewals."""
    return _WORDS.format(
        unit=clock.unit,
        period=clock.period,
        points=_ARCHIVE_POINTS if clock.archive else _OWN_POINTS,
        renewed=_RENEWED if clock.archive else "",
        season=_SEASON if clock.seasonal else "",
    )


@dataclass(frozen=True)
class Parts:
    """What one category's score is made of: decayed incidents in each cell."""

    own: Floats  # as recorded
    prior: Floats  # as expected without that record
    weight: Floats  # of the prior, in incidents
    exposure_terms: float  # of the decayed counts
    district: Floats | float = 1.0  # how much higher scores are for their district

    @property
    def expected(self) -> Expectation:
        """The prior corrected by the record, for a month."""
        level = posterior_mean(self.own, self.prior, self.weight) * self.district
        return levelled(level, self.own, self.weight, self.exposure_terms)


def expect(view: View) -> dict[str, Expectation]:
    """Expected incidents of each group next month in each cell of the view."""
    single = [g.slug for g in view.groups if g.categories == (g.slug,)]
    of = {c: _expectation(c, of, view) for c, of in parts(single, view).items()}
    return {
        group.slug: together([of[c] for c in group.categories if c in of])
        for group in view.groups
    }


def _expectation(category: str, made_of: Parts, view: View) -> Expectation:
    if not made_of.own.any():
        return from_evidence(np.zeros(len(made_of.own)), made_of.weight)
    expected = made_of.expected
    if category in CALENDARS:
        mean = expected.mean * season(view, category)
        return Expectation(mean, expected.rate_shape, expected.mean)
    return expected


def parts(categories: Iterable[str], view: View) -> dict[str, Parts]:
    """The parts of each category's score; a prior of 0 where nothing was recorded."""
    own = {c: view.of(_own_memory(c, view).sums, (c,)) for c in categories}
    priors = dict(_priors([c for c, sums in own.items() if sums.any()], view))
    # A cell of many points averages many places, so it differs less from its prior.
    exposure = _exposure(view)
    steadiness = np.sqrt(exposure)
    likeliest = Likeliest(steadiness)
    by_category = {}
    for category, sums in own.items():
        prior, alpha = priors.get(category, np.zeros(len(sums))), ALPHAS[-1]
        if category in priors:
            alpha = likeliest.weight(sums, prior, ALPHAS)
            if category in SHARPENED:
                prior, alpha = _sharpened(sums, prior, alpha, likeliest)
        terms = _own_memory(category, view).exposure_terms
        district: Floats | float = 1.0
        if category in BY_DISTRICT and category in priors:
            district = _district(sums, prior, exposure, view)
        by_category[category] = Parts(sums, prior, alpha * steadiness, terms, district)
    return by_category


def _memory(category: str, view: View) -> Memory:
    long = category in LONG_MEMORY
    half_life = LONG_HALF_LIFE_MONTHS if long else HALF_LIFE_MONTHS
    return view.memory(half_life, fading=category not in LASTING)


def _own_memory(category: str, view: View) -> Memory:
    """The memory of the months in which the category was recorded."""
    return _memory(category, view.counting(view.alone[category]))


def _exposure(view: View) -> Floats:
    return view.points + BARE_EXPOSURE


def _priors(categories: Sequence[str], view: View) -> Iterator[tuple[str, Floats]]:
    """The prior mean of each cell's decayed count, adding up to what was recorded."""
    fitted = view.points >= 1
    for some in _batches(categories, view):
        features = np.array([_features(category, view) for category in some])
        own = np.array([view.of(_own_memory(c, view).sums, (c,)) for c in some])
        weights = learned_weights(features[:, :, fitted], own[:, fitted])
        for at, category in enumerate(some):
            learned = np.einsum("j,ji->i", weights[at], features[at])
            yield category, _prior(category, view, own[at], learned)


def _batches(categories: Sequence[str], view: View) -> Iterator[Sequence[str]]:
    """Categories with the same number of features, as many as fit in memory."""
    at_once = max(1, _NUMBERS_AT_ONCE // max(1, len(view.cells) * len(BORROWED)))
    lengths = {c: len(_others(c, view)) for c in categories}
    for length in sorted(set(lengths.values())):
        alike = [c for c in categories if lengths[c] == length]
        for start in range(0, len(alike), at_once):
            yield alike[start : start + at_once]


def _features(category: str, view: View) -> list[Floats]:
    """The predictors of a category: other crime, points, and the rate around them."""
    memory, exposure = _memory(category, view), _exposure(view)
    mine = _own_memory(category, view)
    own = view.of(mine.sums, (category,))
    around = [view.parents(resolution) for resolution in NEIGHBOURHOOD_RESOLUTIONS]
    return [
        *(view.of(memory.sums, (other,)) for other in _others(category, view)),
        exposure * mine.exposure_terms,
        *(exposure * _rate_around(own, exposure, _within(p)) for p in around),
    ]


def _others(category: str, view: View) -> tuple[str, ...]:
    stored = view.panel.categories
    return tuple(other for other in view.alone[category].others if other in stored)


def _prior(category: str, view: View, own: Floats, learned: Floats) -> Floats:
    """The learned prior, averaged with the crime in neighbouring cells."""
    learned = scaled(learned, own.sum())
    memory, mine = _memory(category, view), _own_memory(category, view)
    near = neighbour_basis(view, memory, mine, (category,), _others(category, view))
    floored = np.maximum(scaled(near, own.sum()), FLOOR * learned)
    return _totalling(np.sqrt(learned * floored), float(own.sum()))


def _rate_around(own: Floats, exposure: Floats, summed: Summed) -> Floats:
    """Incidents per point in a cell's neighbourhood, without the cell itself.

    `summed` adds up a value of each cell over the neighbourhood of each.
    """
    added = NEIGHBOURHOOD_PRIOR_POINTS
    incidents = summed(own) - own + added * _force_rate(own, exposure)
    return np.asarray(incidents / (summed(exposure) - exposure + added))


def _within(parents: NDArray[np.int64]) -> Summed:
    return lambda values: np.bincount(parents, values).astype(float)[parents]


def _district(own: Floats, prior: Floats, exposure: Floats, view: View) -> Floats:
    """How much higher scores are for the rate in their wider district."""
    parents = view.parents(DISTRICT_RESOLUTION)

    def summed(values: Floats) -> Floats:
        sums: Floats = np.bincount(parents, values).astype(float)
        return (sums + sparse_product(view.ground.districts, sums))[parents]

    rate = _rate_around(own, exposure, summed) / _force_rate(own, exposure)
    return power(rate, DISTRICT_POWER) * power(prior, TAKEN_BACK_POWER)


def _force_rate(own: Floats, exposure: Floats) -> float:
    return float(own.sum() / exposure.sum())


def _sharpened(
    own: Floats, prior: Floats, alpha: float, likeliest: Likeliest
) -> tuple[Floats, float]:
    """The power of the prior that makes the record most likely, and its weight then."""
    total, logs = float(own.sum()), log(prior)
    roughly = np.array([_totalling(exp(by * logs), total) for by in POWERS])

    def steeper(by: float) -> Floats:
        return _totalling(power(prior, by), total)

    def exactly() -> Floats:
        return np.array([steeper(by) for by in POWERS])

    chosen, sharp = -1, prior
    for _ in range(2):
        before = chosen
        chosen = likeliest.prior(own, roughly, alpha, exactly)
        if chosen != before:
            sharp = steeper(POWERS[chosen])
            alpha = likeliest.weight(own, sharp, ALPHAS)
    return sharp, alpha


def _totalling(prior: Floats, total: float) -> Floats:
    return np.maximum(scaled(prior, total), _NEVER_ZERO)
