"""Twins of the methods: of each crime group the rate of each cell."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

import h3

from tests.oracles.incidents import Incident, age, known_months
from tests.oracles.rates import (
    CATEGORIES,
    TOLD_TO,
    Rates,
    added,
    corrected,
    decayed,
    likeliest,
    log_likelihood,
    monthly_rates,
    neighbouring,
    scaled,
    together,
    told_months,
)
from tests.oracles.universe import universe
from transforms.reference.groups import BORROWED, GROUPS


ASB = "anti-social-behaviour"
FEW = {"bicycle-theft", "robbery", "theft-from-the-person"}
LONG_MEMORY = FEW | {"burglary", "vehicle-crime"}
SHARPENED = FEW | {"burglary", "possession-of-weapons"}
BY_DISTRICT = {"bicycle-theft", "vehicle-crime"}
POWERS = [0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.35, 1.5, 1.7, 2.0]
ALPHAS = [math.exp(math.log(0.05) + i * math.log(1000) / 13) for i in range(14)]
POINT_ALPHAS = [math.exp(math.log(0.005) + i * math.log(1e4) / 17) for i in range(18)]


def shared_prior(
    incidents: Sequence[Incident],
    supplied: Sequence[tuple[int, int]],
    as_of: tuple[int, int],
    epoch: tuple[int, int] | None = None,
) -> dict[str, Rates]:
    """Of each crime group what is expected of each cell."""
    sums, _ = decayed(incidents, supplied, as_of, 6, epoch)
    found = {}
    for slug, group in GROUPS.items():
        told = told_months(slug, supplied, as_of)
        if not told:
            continue
        mine, months = decayed(incidents, told, as_of, 6, epoch)
        own, other = added(mine, group.categories), added(sums, group.others)
        unit = dict.fromkeys(own, 1.0)
        if group.others:
            basis = neighbouring(own, other)
            floor = 0.01 * sum(basis.values()) / len(basis)
            floored = {c: max(b, floor) for c, b in basis.items()}
            prior = scaled(floored, sum(own.values()))
            alpha = likeliest(ALPHAS, own, prior, unit)
            level = corrected(own, prior, dict.fromkeys(own, alpha))
        else:
            alpha = 2.0
            level = {
                c: own[c] + 0.02 * sum(own[n] for n in h3.grid_ring(c, 1) if n in own)
                for c in own
            }
        found[slug] = monthly_rates(level, own, dict.fromkeys(own, alpha), months)
    return found


def points_of(
    sightings: Iterable[tuple[str, tuple[int, int], object]],
    supplied: Sequence[tuple[int, int]],
    as_of: tuple[int, int],
    cell: str,
) -> int:
    """How many points of a cell were seen in the supplied months of the last 36."""
    recent = known_months(supplied, as_of, 36)
    return len({p for c, month, p in sightings if c == cell and month in recent})


def point_exposure(
    incidents: Sequence[Incident],
    supplied: Sequence[tuple[int, int]],
    as_of: tuple[int, int],
    sightings: Iterable[tuple[str, tuple[int, int], object]] | None = None,
    epoch: tuple[int, int] | None = None,
) -> dict[str, Rates]:
    """Of each crime group what is expected of each cell.

    Sightings are (cell, month, point). Unless told, each category of a cell has a point
    of its own there.
    """
    cells = sorted(universe(incidents, as_of))
    seen = incidents if sightings is None else list(sightings)
    exposure = {c: 0.02 + points_of(seen, supplied, as_of, c) for c in cells}
    around = [_siblings(cells, resolution) for resolution in (8, 7)]
    of_category = {}
    for category in [*CATEGORIES, *TOLD_TO]:
        told = told_months(category, supplied, as_of)
        if not told:
            continue
        half_life = 9 if category in LONG_MEMORY else 6
        fading = None if category == "burglary" else epoch
        sums, _ = decayed(incidents, supplied, as_of, half_life, fading)
        mine, months = decayed(incidents, told, as_of, half_life, fading)
        own = mine.get(category, dict.fromkeys(cells, 0.0))
        sums = {**sums, category: own}
        rates = _category_rates(category, sums, months, exposure, around)
        if category == ASB:
            counts = Counter(m for _, m, slug in incidents if slug == ASB)
            factor = season(counts, supplied, as_of)
            rates = {c: (mean * factor, shape) for c, (mean, shape) in rates.items()}
        of_category[category] = rates
    return {
        slug: {
            c: together(
                [of_category[k][c] for k in group.categories if k in of_category]
            )
            for c in cells
        }
        for slug, group in GROUPS.items()
        if told_months(slug, supplied, as_of)
    }


def _siblings(cells: Sequence[str], resolution: int) -> dict[str, list[str]]:
    """The other cells of the universe with the same parent."""
    parent = {c: h3.cell_to_parent(c, resolution) for c in cells}
    return {c: [n for n in cells if parent[n] == parent[c] and n != c] for c in cells}


def _category_rates(
    category: str,
    sums: Mapping[str, Mapping[str, float]],
    months: float,
    exposure: Mapping[str, float],
    around: Sequence[Mapping[str, Sequence[str]]],
) -> Rates:
    own = sums[category]
    unit = {c: math.sqrt(points) for c, points in exposure.items()}
    total = sum(own.values())
    if not total:
        return {c: (0.0, 0.25 * POINT_ALPHAS[-1] * unit[c]) for c in own}
    prior = _point_prior(category, sums, months, exposure, around)
    alpha = likeliest(POINT_ALPHAS, own, prior, unit)
    if category in SHARPENED:
        steeper = {
            power: _at_least(scaled({c: m**power for c, m in prior.items()}, total))
            for power in POWERS
        }
        for _ in range(2):
            weight = {c: alpha * unit[c] for c in unit}
            chance = {p: log_likelihood(own, steeper[p], weight) for p in POWERS}
            prior = steeper[max(POWERS, key=lambda p: chance[p])]
            alpha = likeliest(POINT_ALPHAS, own, prior, unit)
    weight = {c: alpha * unit[c] for c in unit}
    level = corrected(own, prior, weight)
    if category in BY_DISTRICT:
        everywhere = total / sum(exposure.values())
        for c, others in _district(list(own)).items():
            rate = _rate_around(others, own, exposure)
            level[c] *= (rate / everywhere) ** 0.2 / prior[c] ** 0.1
    return monthly_rates(level, own, weight, months)


def _district(cells: Sequence[str]) -> dict[str, list[str]]:
    """The other cells whose parent lies within two parents of a cell's own."""
    parent = {c: h3.cell_to_parent(c, 8) for c in cells}
    near = {p: set(h3.grid_disk(p, 2)) for p in parent.values()}
    return {
        c: [n for n in cells if n != c and parent[n] in near[parent[c]]] for c in cells
    }


def _at_least(values: Mapping[str, float]) -> dict[str, float]:
    return {c: max(value, 1e-9) for c, value in values.items()}


def _point_prior(
    category: str,
    sums: Mapping[str, Mapping[str, float]],
    months: float,
    exposure: Mapping[str, float],
    around: Sequence[Mapping[str, Sequence[str]]],
) -> dict[str, float]:
    own, total = sums[category], sum(sums[category].values())
    others = [slug for slug in BORROWED if slug != category and slug in sums]
    features = {}
    for c in own:
        per_point = [_rate_around(siblings[c], own, exposure) for siblings in around]
        features[c] = [sums[slug][c] for slug in others]
        features[c] += [exposure[c] * months]
        features[c] += [exposure[c] * rate for rate in per_point]
    with_points = [c for c in own if exposure[c] > 1]
    weights = _learned(
        [features[c] for c in with_points],
        [own[c] for c in with_points],
        len(others) + 3,
    )
    learned = scaled(
        {c: sum(w * x for w, x in zip(weights, features[c], strict=True)) for c in own},
        total,
    )
    near = scaled(neighbouring(own, added(sums, others)), total)
    both = {c: math.sqrt(learned[c] * max(near[c], 0.01 * learned[c])) for c in own}
    return _at_least(scaled(both, total))


def _rate_around(
    siblings: Sequence[str], own: Mapping[str, float], exposure: Mapping[str, float]
) -> float:
    """Incidents per point nearby, with twenty points at the force's own rate."""
    everywhere = sum(own.values()) / sum(exposure.values())
    incidents = sum(own[n] for n in siblings)
    return (incidents + 20 * everywhere) / (sum(exposure[n] for n in siblings) + 20)


def _learned(
    rows: Sequence[Sequence[float]], counts: Sequence[float], width: int
) -> list[float]:
    """Sixty multiplicative steps of a negative binomial regression of size 1.5."""
    even = sum(counts) / width
    weights = [even / (sum(x[j] for x in rows) + 1e-9) for j in range(width)]
    for _ in range(60):
        means = [
            1e-12 + sum(w * x for w, x in zip(weights, row, strict=True))
            for row in rows
        ]
        for j in range(width):
            up = down = 0.0
            for row, y, mean in zip(rows, counts, means, strict=True):
                up += row[j] * y / mean
                down += row[j] * (1.5 + y) / (1.5 + mean)
            weights[j] *= up / (down + 1e-9)
    return weights


ASB_CALENDAR = [0.83, 0.84, 0.94, 1, 1.18, 1.23, 1.26, 1.19, 1.03, 1, 0.86, 0.79]


def season(
    counts: Mapping[tuple[int, int], int],
    supplied: Sequence[tuple[int, int]],
    as_of: tuple[int, int],
) -> float:
    """What the month after the as-of usually has, against the months before it.

    The geometric mean of the calendar, and of the years in which it and the twelve
    before were supplied.
    """
    known = known_months(supplied, as_of)
    year, month = as_of if as_of[1] < 12 else (as_of[0] + 1, 0)
    weight = {m: 0.5 ** (age((year, month + 1), m) / 6) for m in known}
    usual = sum(w * ASB_CALENDAR[m[1] - 1] for m, w in weight.items())
    logs = [math.log(ASB_CALENDAR[month] * sum(weight.values()) / usual)]
    for earlier in range(year - 1, known[0][0] - 1, -1):
        then = earlier, month + 1
        before = [m for m in known if m < then]
        last_year = [m for m in before if age(then, m) <= 12]
        if then not in known or len(last_year) < 12 or not counts.get(then):
            continue
        weight = {m: 0.5 ** (age(then, m) / 6) for m in before}
        mean = sum(w * counts.get(m, 0) for m, w in weight.items())
        if mean:
            logs.append(math.log(counts[then] * sum(weight.values()) / mean))
    return math.exp(sum(logs) / len(logs))


def ewma(
    incidents: Sequence[Incident],
    supplied: Sequence[tuple[int, int]],
    as_of: tuple[int, int],
    epoch: tuple[int, int] | None = None,
) -> dict[str, Rates]:
    """Decayed counts by decayed months, and half an incident more to rest on."""
    found = {}
    for slug, group in GROUPS.items():
        if told := told_months(slug, supplied, as_of):
            sums, months = decayed(incidents, told, as_of, 6, epoch)
            found[slug] = {
                c: (count / months, 0.25 * (count + 0.5))
                for c, count in added(sums, group.categories).items()
            }
    return found


def rolling_count(
    incidents: Sequence[Incident],
    supplied: Sequence[tuple[int, int]],
    as_of: tuple[int, int],
    within: float = math.inf,
    epoch: tuple[int, int] | None = None,
) -> dict[str, Rates]:
    """Counts by the months they rest on; nothing where they rest on none.

    None of them lies before the map points were renewed.
    """
    cells = sorted(universe(incidents, as_of))
    found = {}
    for slug, group in GROUPS.items():
        told = told_months(slug, supplied, as_of)
        if not told:
            continue
        months = [
            month
            for month in known_months(told, as_of, within)
            if epoch is None or month >= epoch
        ]
        count = Counter(
            c for c, m, category in incidents
            if m in months and category in group.categories
        )  # fmt: skip
        found[slug] = {
            c: (count[c] / (len(months) or 1), 0.25 * (count[c] + 0.5)) for c in cells
        }
    return found


METHODS = {
    "point_exposure": point_exposure,
    "shared_prior": shared_prior,
    "ewma": ewma,
    "rolling_count": partial(rolling_count, within=12),
    "rolling_count_1m": partial(rolling_count, within=1),
    "rolling_count_3m": partial(rolling_count, within=3),
    "rolling_count_all": rolling_count,
}
