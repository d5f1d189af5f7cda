"""Twins of what the methods share: decayed counts, priors and their weights."""

import math
from collections.abc import Mapping, Sequence

import h3

from tests.oracles.incidents import Incident, age, known_months
from tests.oracles.universe import universe
from transforms.reference.categories import CATEGORIES as CATEGORIES_NOW


CATEGORIES = sorted(CATEGORIES_NOW)
# The first month in which all of a group was told apart: since 2010-12 where not here.
TOLD_FROM = {
    **dict.fromkeys(
        ["criminal-damage-and-arson", "drugs", "other-crime", "shoplifting"], (2011, 9)
    ),
    **dict.fromkeys(
        ["bicycle-theft", "other-theft", "possession-of-weapons", "public-order"],
        (2013, 5),
    ),
    **dict.fromkeys(
        ["theft-from-the-person", "robbery-and-theft-from-person"], (2013, 5)
    ),
    "other-theft-to-2013": (2011, 9),
    "public-disorder-and-weapons": (2011, 9),
}
TOLD_TO = {
    "other-crime-to-2011": (2011, 8),
    "other-theft-to-2013": (2013, 4),
    "public-disorder-and-weapons": (2013, 4),
}
Rate = tuple[float, float]  # a mean, and the shape of the gamma distribution about it
Rates = dict[str, Rate]  # of each cell of the universe


def decayed(
    incidents: Sequence[Incident],
    supplied: Sequence[tuple[int, int]],
    as_of: tuple[int, int],
    half_life: float,
    epoch: tuple[int, int] | None = None,
) -> tuple[dict[str, dict[str, float]], float]:
    """Incidents weighted by age, by category and cell; and the months, likewise.

    Months before the map points were renewed weigh half for each supplied one since.
    """
    cells = sorted(universe(incidents, as_of))
    known = known_months(supplied, as_of)
    weight = {month: 0.5 ** (age(as_of, month) / half_life) for month in known}
    since = [month for month in known if epoch is not None and month >= epoch]
    for month in known:
        if epoch is not None and month < epoch:
            weight[month] /= 2 ** len(since)
    former = {category for _, _, category in incidents if category in TOLD_TO}
    sums = {category: dict.fromkeys(cells, 0.0) for category in [*CATEGORIES, *former]}
    for cell, month, category in incidents:
        if cell in sums[category] and month in weight:
            sums[category][cell] += weight[month]
    return sums, sum(weight.values())


def added(
    sums: Mapping[str, Mapping[str, float]], categories: Sequence[str]
) -> dict[str, float]:
    """Of each cell the sum over some categories."""
    held = [slug for slug in categories if slug in sums]
    return {c: sum(sums[slug][c] for slug in held) for c in sums[CATEGORIES[0]]}


def told_months(
    slug: str, supplied: Sequence[tuple[int, int]], as_of: tuple[int, int]
) -> list[tuple[int, int]]:
    """The supplied months in which all of a group was told apart; none once it is not.

    A month before a category's birth is no exposure for it.
    """
    if as_of > TOLD_TO.get(slug, as_of):
        return []
    born = TOLD_FROM.get(slug, (2010, 12))
    return [month for month in known_months(supplied, as_of) if month >= born]


def scaled(values: Mapping[str, float], total: float) -> dict[str, float]:
    """In proportion, adding up to the total."""
    found = sum(values.values())
    return {c: value * total / found if found else 0.0 for c, value in values.items()}


def neighbouring(
    own: Mapping[str, float], other: Mapping[str, float]
) -> dict[str, float]:
    """Other crime in the cell and around it, and a little of its own kind around it."""
    found = {}
    for c in own:
        ring1 = [n for n in h3.grid_ring(c, 1) if n in own]
        ring2 = [n for n in h3.grid_ring(c, 2) if n in own]
        found[c] = (
            other[c]
            + math.exp(-0.5 / 0.45**2) * sum(other[n] for n in ring1)
            + math.exp(-2 / 0.45**2) * sum(other[n] for n in ring2)
            + 0.05 * sum(own[n] for n in ring1)
        )
    return found


def log_likelihood(
    own: Mapping[str, float], prior: Mapping[str, float], weight: Mapping[str, float]
) -> float:
    """Negative binomial likelihood of the counts with those means and sizes."""
    total = 0.0
    for c, mu in prior.items():
        y, a = own[c], weight[c]
        total += a * math.log(a / (a + mu))
        if y > 0:
            total += math.lgamma(y + a) - math.lgamma(a) + y * math.log(mu / (a + mu))
    return total


def likeliest(
    tried: Sequence[float],
    own: Mapping[str, float],
    prior: Mapping[str, float],
    unit: Mapping[str, float],
) -> float:
    """The prior's weight in those units; the heaviest if nothing was recorded."""
    if not any(own.values()):
        return tried[-1]
    return max(
        tried,
        key=lambda a: log_likelihood(own, prior, {c: a * unit[c] for c in unit}),
    )


def corrected(
    own: Mapping[str, float], prior: Mapping[str, float], weight: Mapping[str, float]
) -> dict[str, float]:
    """A prior that weighs so many incidents, corrected by what was recorded."""
    return {
        c: mu * (weight[c] + own[c]) / (weight[c] + mu) if mu else 0.0
        for c, mu in prior.items()
    }


def monthly_rates(
    level: Mapping[str, float],
    own: Mapping[str, float],
    weight: Mapping[str, float],
    months: float,
) -> Rates:
    """Monthly means that add up to what was recorded a month, and their shapes."""
    mean = scaled(level, sum(own.values()) / months)
    return {c: (mean[c], 0.25 * (weight[c] + own[c])) for c in level}


def together(parts: Sequence[Rate]) -> Rate:
    """The sum of independent rates: means and variances add up.

    Where no variance tells, the evidence adds.
    """
    mean = sum(m for m, _ in parts)
    variance = sum(m * m / shape for m, shape in parts)
    return mean, mean * mean / variance if variance else sum(s for _, s in parts)
