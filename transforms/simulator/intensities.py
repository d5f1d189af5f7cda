"""True intensities: what a month is expected to bring to each snap point."""

from dataclasses import dataclass

import numpy as np

from transforms.reference.arrays import Floats, Integers
from transforms.reference.categories import CATEGORIES
from transforms.reference.portable_math import exp, power, sin
from transforms.simulator.areas import Area
from transforms.simulator.places import Places


ASB = list(CATEGORIES).index("anti-social-behaviour")


@dataclass(frozen=True)
class Trait:
    """How a category spreads over the snap points.

    `weight` is its part of all crime but ASB. `pull` is the power of the shared risk:
    above 1 the category crowds where risk is high. `own_shape` is that of its own gamma
    deviation at a snap point: the smaller, the more it goes its own way.
    """

    weight: float
    pull: float = 1.0
    own_shape: float = 2.0


TRAITS: dict[str, Trait] = {
    "anti-social-behaviour": Trait(0.0),
    "bicycle-theft": Trait(1.0, 1.1, 0.5),
    "burglary": Trait(4.0, 0.9, 4.0),
    "criminal-damage-and-arson": Trait(8.0, 0.9, 3.0),
    "drugs": Trait(3.0),
    "other-crime": Trait(2.0),
    "other-theft": Trait(8.0, 1.1),
    "possession-of-weapons": Trait(1.0),
    "public-order": Trait(8.0, 1.1),
    "robbery": Trait(1.3, 1.4, 3.0),
    "shoplifting": Trait(9.0, 1.3, 0.05),
    "theft-from-the-person": Trait(2.0, 1.6, 0.5),
    "vehicle-crime": Trait(6.0, 0.8, 3.0),
    "violence-and-sexual-offences": Trait(35.0),
}

MONTH_SHAPE = 6.0  # of the gamma multiplier of a square, category and month
DRIFT_A_MONTH = 0.03  # standard deviation of a log rate's monthly step
SEASON = 0.05
ASB_SEASON = 0.2
TREND_A_YEAR = -0.02
CLUSTER_EXTRA = 0.1  # further incidents that an incident brings to its snap point


def intensities(
    area: Area, places: Places, size: float, months: int, rng: np.random.Generator
) -> Floats:
    """Expected located incidents: months x snap points x categories."""
    traits = [TRAITS[slug] for slug in CATEGORIES]
    pull = np.array([trait.pull for trait in traits])
    shape = np.array([trait.own_shape for trait in traits])
    spread = power(places.risk[:, None], pull) * rng.gamma(
        shape, size=(len(places.risk), len(pull))
    )
    level = area.rows_a_month * size * (1 - area.placeless_share) * _mix(area)
    base = spread / spread.sum(axis=0) * level
    squares = (months, places.square.max() + 1, len(pull))
    drift = exp(rng.normal(0, DRIFT_A_MONTH, squares).cumsum(axis=0))
    unrest = drift * rng.gamma(MONTH_SHAPE, 1 / MONTH_SHAPE, squares)
    expected: Floats = base * unrest[:, places.square] * _calendar(months)[:, None]
    return expected


def draw(expected: Floats, rng: np.random.Generator) -> Integers:
    """Incidents of each month, snap point and category: a Poisson draw of clusters."""
    clusters = rng.poisson(expected / (1 + CLUSTER_EXTRA))
    return clusters + rng.poisson(clusters * CLUSTER_EXTRA)


def _mix(area: Area) -> Floats:
    weight = np.array([TRAITS[slug].weight for slug in CATEGORIES])
    mix: Floats = weight / weight.sum() * (1 - area.asb_share)
    mix[ASB] = area.asb_share
    return mix


def _calendar(months: int) -> Floats:
    """Trend and season of each month and category."""
    swing = np.full(len(CATEGORIES), SEASON)
    swing[ASB] = ASB_SEASON
    month = np.arange(months)[:, None]
    season: Floats = 1 + swing * sin(2 * np.pi * (month - 3) / 12)
    return season * (1 + TREND_A_YEAR * month / 12)
