"""The slow obvious twins: each statistic and each query again, in plain Python.

Nothing here is fast, vectorised or shared with the code it checks, but for h3 and the
crime groups. Incidents are (cell, month, category) tuples, months are (year, month).
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import partial
from itertools import combinations, pairwise, permutations, product
from zoneinfo import ZoneInfo

import h3
from scipy.special import gammaincc
from scipy.stats import nbinom

from transforms.groups import BORROWED, GROUPS, CrimeGroup


Incident = tuple[str, tuple[int, int], str]  # cell at resolution 9, month, category

CATEGORIES = sorted({slug for group in GROUPS.values() for slug in group.categories})
LONDON = ZoneInfo("Europe/London")
ASB = "anti-social-behaviour"
FEW = {"bicycle-theft", "robbery", "theft-from-the-person"}
LONG_MEMORY = FEW | {"burglary", "vehicle-crime"}
SHARPENED = FEW | {"possession-of-weapons"}
POWERS = [0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.35, 1.5, 1.7, 2.0]
ALPHAS = [math.exp(math.log(0.05) + i * math.log(1000) / 13) for i in range(14)]
POINT_ALPHAS = [math.exp(math.log(0.005) + i * math.log(1e4) / 17) for i in range(18)]


def age(as_of: tuple[int, int], month: tuple[int, int]) -> int:
    """Months between."""
    return (as_of[0] - month[0]) * 12 + as_of[1] - month[1]


def universe(incidents: Sequence[Incident], as_of: tuple[int, int]) -> set[str]:
    """All resolution-9 cells in resolution-7 cells with five incidents up to then."""
    held = Counter(
        h3.cell_to_parent(cell, 7) for cell, month, _ in incidents if month <= as_of
    )
    return {
        child
        for parent, number in held.items()
        if number >= 5
        for child in h3.cell_to_children(parent, 9)
    }


def window_count(
    incidents: Sequence[Incident],
    supplied: Sequence[tuple[int, int]],
    as_of: tuple[int, int],
    group: CrimeGroup,
    cell: str,
    youngest: int,
    oldest: int,
) -> int | None:
    """Incidents of those ages in supplied months; None if no such month."""
    months = {m for m in supplied if youngest <= age(as_of, m) <= oldest}
    if not months:
        return None
    return sum(
        c == cell and month in months and category in group.categories
        for c, month, category in incidents
    )


Rate = tuple[float, float]  # a mean, and the shape of the gamma distribution about it
Rates = dict[str, Rate]  # of each cell of the universe


def known_months(
    supplied: Sequence[tuple[int, int]],
    as_of: tuple[int, int],
    within: float = math.inf,
) -> list[tuple[int, int]]:
    """The supplied months up to the as-of, of the last so many."""
    return sorted(m for m in supplied if 0 <= age(as_of, m) < within)


def decayed(
    incidents: Sequence[Incident],
    supplied: Sequence[tuple[int, int]],
    as_of: tuple[int, int],
    half_life: float,
) -> tuple[dict[str, dict[str, float]], float]:
    """Incidents weighted by age, by category and cell; and the months, likewise."""
    cells = sorted(universe(incidents, as_of))
    known = known_months(supplied, as_of)
    weight = {month: 0.5 ** (age(as_of, month) / half_life) for month in known}
    sums = {category: dict.fromkeys(cells, 0.0) for category in CATEGORIES}
    for cell, month, category in incidents:
        if cell in sums[category] and month in weight:
            sums[category][cell] += weight[month]
    return sums, sum(weight.values())


def _added(
    sums: Mapping[str, Mapping[str, float]], categories: Sequence[str]
) -> dict[str, float]:
    """Of each cell the sum over some categories."""
    return {c: sum(sums[slug][c] for slug in categories) for c in sums[CATEGORIES[0]]}


def _scaled(values: Mapping[str, float], total: float) -> dict[str, float]:
    """In proportion, adding up to the total."""
    found = sum(values.values())
    return {c: value * total / found if found else 0.0 for c, value in values.items()}


def _neighbouring(
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


def _log_likelihood(
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


def _likeliest(
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
        key=lambda a: _log_likelihood(own, prior, {c: a * unit[c] for c in unit}),
    )


def _corrected(
    own: Mapping[str, float], prior: Mapping[str, float], weight: Mapping[str, float]
) -> dict[str, float]:
    """A prior that weighs so many incidents, corrected by what was recorded."""
    return {
        c: mu * (weight[c] + own[c]) / (weight[c] + mu) if mu else 0.0
        for c, mu in prior.items()
    }


def _monthly(
    level: Mapping[str, float],
    own: Mapping[str, float],
    weight: Mapping[str, float],
    months: float,
) -> Rates:
    """Monthly means that add up to what was recorded a month, and their shapes."""
    mean = _scaled(level, sum(own.values()) / months)
    return {c: (mean[c], 0.25 * (weight[c] + own[c])) for c in level}


def together(parts: Sequence[Rate]) -> Rate:
    """The sum of independent rates: means and variances add up.

    Where no variance tells, the evidence adds.
    """
    mean = sum(m for m, _ in parts)
    variance = sum(m * m / shape for m, shape in parts)
    return mean, mean * mean / variance if variance else sum(s for _, s in parts)


def shared_prior(
    incidents: Sequence[Incident],
    supplied: Sequence[tuple[int, int]],
    as_of: tuple[int, int],
) -> dict[str, Rates]:
    """Of each crime group what is expected of each cell."""
    sums, months = decayed(incidents, supplied, as_of, 6)
    found = {}
    for slug, group in GROUPS.items():
        own, other = _added(sums, group.categories), _added(sums, group.others)
        unit = dict.fromkeys(own, 1.0)
        if group.others:
            basis = _neighbouring(own, other)
            floor = 0.01 * sum(basis.values()) / len(basis)
            floored = {c: max(b, floor) for c, b in basis.items()}
            prior = _scaled(floored, sum(own.values()))
            alpha = _likeliest(ALPHAS, own, prior, unit)
            level = _corrected(own, prior, dict.fromkeys(own, alpha))
        else:
            alpha = 2.0
            level = {
                c: own[c] + 0.02 * sum(own[n] for n in h3.grid_ring(c, 1) if n in own)
                for c in own
            }
        found[slug] = _monthly(level, own, dict.fromkeys(own, alpha), months)
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
    for category in CATEGORIES:
        half_life = 9 if category in LONG_MEMORY else 6
        sums, months = decayed(incidents, supplied, as_of, half_life)
        rates = _category_rates(category, sums, months, exposure, around)
        if category == ASB:
            counts = Counter(m for _, m, slug in incidents if slug == ASB)
            factor = season(counts, supplied, as_of)
            rates = {c: (mean * factor, shape) for c, (mean, shape) in rates.items()}
        of_category[category] = rates
    return {
        slug: {
            c: together([of_category[k][c] for k in group.categories]) for c in cells
        }
        for slug, group in GROUPS.items()
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
    alpha = _likeliest(POINT_ALPHAS, own, prior, unit)
    if category in SHARPENED:
        steeper = {
            power: _at_least(_scaled({c: m**power for c, m in prior.items()}, total))
            for power in POWERS
        }
        for _ in range(2):
            weight = {c: alpha * unit[c] for c in unit}
            chance = {p: _log_likelihood(own, steeper[p], weight) for p in POWERS}
            prior = steeper[max(POWERS, key=lambda p: chance[p])]
            alpha = _likeliest(POINT_ALPHAS, own, prior, unit)
    weight = {c: alpha * unit[c] for c in unit}
    return _monthly(_corrected(own, prior, weight), own, weight, months)


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
    others = [slug for slug in BORROWED if slug != category]
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
    learned = _scaled(
        {c: sum(w * x for w, x in zip(weights, features[c], strict=True)) for c in own},
        total,
    )
    near = _scaled(_neighbouring(own, _added(sums, others)), total)
    both = {c: math.sqrt(learned[c] * max(near[c], 0.01 * learned[c])) for c in own}
    return _at_least(_scaled(both, total))


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


def season(
    counts: Mapping[tuple[int, int], int],
    supplied: Sequence[tuple[int, int]],
    as_of: tuple[int, int],
) -> float:
    """What the month after the as-of usually has, against the months before it.

    The geometric mean over the years in which it and the twelve before were supplied.
    """
    known = known_months(supplied, as_of)
    year, month = as_of if as_of[1] < 12 else (as_of[0] + 1, 0)
    logs = []
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
    return math.exp(sum(logs) / len(logs)) if logs else 1.0


def ewma(
    incidents: Sequence[Incident],
    supplied: Sequence[tuple[int, int]],
    as_of: tuple[int, int],
) -> dict[str, Rates]:
    """Decayed counts by decayed months, and half an incident more to rest on."""
    sums, months = decayed(incidents, supplied, as_of, 6)
    return {
        slug: {
            c: (count / months, 0.25 * (count + 0.5))
            for c, count in _added(sums, group.categories).items()
        }
        for slug, group in GROUPS.items()
    }


def rolling_count(
    incidents: Sequence[Incident],
    supplied: Sequence[tuple[int, int]],
    as_of: tuple[int, int],
    within: float = math.inf,
) -> dict[str, Rates]:
    """Counts by the months they rest on; nothing where they rest on none."""
    months = known_months(supplied, as_of, within)
    cells = sorted(universe(incidents, as_of))
    found = {}
    for slug, group in GROUPS.items():
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


def monthly_counts(
    incidents: Sequence[Incident],
    supplied: Sequence[tuple[int, int]],
    as_of: tuple[int, int],
    group: CrimeGroup,
) -> dict[str, list[int]]:
    """Of each cell the counts of the last year's supplied months, oldest first."""
    months = known_months(supplied, as_of, 12)
    held = Counter((c, m) for c, m, slug in incidents if slug in group.categories)
    return {
        c: [held[c, month] for month in months]
        for c in sorted(universe(incidents, as_of))
    }


def monthly_size(cells: Iterable[Sequence[int]]) -> float:
    """How busy cells' months vary beyond chance: 2 to 20, or 5 if it cannot be told."""
    busy = [
        months for months in cells if len(months) >= 3 and sum(months) >= len(months)
    ]
    if len(busy) < 20:
        return 5.0
    squares = beyond = 0.0
    for months in busy:
        mean = sum(months) / len(months)
        variance = sum((x - mean) ** 2 for x in months) / (len(months) - 1)
        squares += mean**2
        beyond += variance - mean
    return min(max(squares / beyond, 2.0), 20.0) if beyond > 0 else 20.0


def interval(mean: float, rate_shape: float, monthly: float) -> tuple[int, int]:
    """2.5 % and 97.5 % quantiles of next month's count, a negative binomial."""
    if not mean:
        return 0, 0
    size = 1 / (1 / rate_shape + 1 / monthly)
    p = size / (size + mean)
    return int(nbinom.ppf(0.025, size, p)), int(nbinom.ppf(0.975, size, p))


def chance_above(cutoff: float, rate: Rate) -> float:
    """How likely a gamma distributed rate lies above the cutoff."""
    mean, shape = rate
    return float(gammaincc(shape, shape * cutoff / mean)) if mean else 0.0


def top_cutoff(
    rates: Sequence[Rate],
    places: int,
    chance: Callable[[float, Rate], float] = chance_above,
) -> float:
    """The rate that so many are expected to exceed, by halving; 0 if they never are."""
    low, high = 0.0, 1e5 * max(mean for mean, _ in rates)
    for _ in range(120):
        middle = (low + high) / 2 if low else high / 4
        if sum(chance(middle, rate) for rate in rates) > places:
            low = middle
        else:
            high = middle
    return low


def blurred(
    extreme: Callable[[Iterable[float]], float], factor: float
) -> Callable[[float, Rate], float]:
    """The least or most likely it is with mean and shape up to that far off."""

    def chance(cutoff: float, rate: Rate) -> float:
        mean, shape = rate
        return extreme(
            chance_above(cutoff, (mean * a, shape * b))
            for a, b in product((1 / factor, factor), repeat=2)
        )

    return chance


def harm_columns(
    incidents: Sequence[Incident],
    supplied: Sequence[tuple[int, int]],
    as_of: tuple[int, int],
    group: CrimeGroup,
    cell: str,
    weight: Mapping[str, float],
) -> tuple[float | None, float | None]:
    """Harm of the last year's supplied months, and the gravest incident's share."""
    months = known_months(supplied, as_of, 12)
    if not months:
        return None, None
    harm = [
        weight[category]
        for c, month, category in incidents
        if c == cell and month in months and category in group.categories
    ]
    return sum(harm), max(harm) / sum(harm) if any(harm) else None


def mean_weights(
    incidents: Sequence[Incident],
    supplied: Sequence[tuple[int, int]],
    as_of: tuple[int, int],
    weight: Mapping[str, float],
) -> dict[str, float]:
    """Mean harm of each category's incidents in the universe; 0 if it has none."""
    cells, months = universe(incidents, as_of), known_months(supplied, as_of)
    happened = {slug for c, month, slug in incidents if c in cells and month in months}
    return {slug: weight[slug] if slug in happened else 0.0 for slug in CATEGORIES}


def clusters(
    rank: Mapping[str, int],
    mean: Mapping[str, float],
    share_percent: Fraction,
    max_cells: int,
    max_area_m2: float,
) -> list[list[str]]:
    """The top cells clustered: each from its highest, the highest that touches next."""
    places = math.ceil(share_percent * len(rank) / 100)
    top = [c for c in sorted(rank, key=lambda c: rank[c]) if rank[c] <= places]
    left = [c for c in top if mean[c] > 0]
    found = []
    while left:
        spot = [left.pop(0)]
        while len(spot) < max_cells:
            around = {n for c in spot for n in h3.grid_ring(c, 1)}
            touching = [c for c in left if c in around]
            if not touching:
                break
            area = sum(h3.cell_area(c, unit="m^2") for c in [*spot, touching[0]])
            if area > max_area_m2:
                break
            left.remove(touching[0])
            spot.append(touching[0])
        found.append(spot)
    return found


def named(
    prefix: str, spots: Sequence[Sequence[str]], earlier: Mapping[str, set[str]]
) -> dict[str, set[str]]:
    """Ids of hot spots: the old one if most cells of both are the same.

    Else that of its highest cell, with a number if it is taken.
    """
    found: dict[str, set[str]] = {}
    new = []
    for spot in spots:
        old = [
            name
            for name, members in earlier.items()
            if 2 * len(members & set(spot)) > max(len(spot), len(members))
        ]
        if old:
            found[old[0]] = set(spot)
        else:
            new.append(spot)
    for spot in new:
        name, number = f"{prefix}-{spot[0]}", 1
        while name in found or name in earlier:
            number += 1
            name = f"{prefix}-{spot[0]}-{number}"
        found[name] = set(spot)
    return found


def ranked(score: dict[str, float]) -> dict[str, int]:
    """1 for the highest, ties by cell id."""
    order = sorted(score, key=lambda c: (-score[c], int(c, 16)))
    return {cell: place for place, cell in enumerate(order, start=1)}


def band(rank: int, cells: int) -> str:
    """The first band that the rank is within."""
    for name, percent in (("1", 1), ("2", 2), ("5", 5), ("20", 20)):
        if rank <= math.ceil(percent * cells / 100):
            return f"top_{name}pct"
    return "rest"


def commonest(labels: Sequence[str | None]) -> str | None:
    """The commonest label, the first in the alphabet among equals."""
    counts = Counter(label for label in labels if label is not None)
    return min(counts, key=lambda label: (-counts[label], label)) if counts else None


def looks_partial(rows: Sequence[tuple[int, int]], month: int) -> bool:
    """The rule for partial months over (month number, rows), oldest first.

    Recomputed from the start for each month, since a partial month is no yardstick.
    """
    supplied: list[tuple[int, int]] = []
    for number, count in rows:
        recent = [c for n, c in supplied if number - n <= 24][-12:]
        middle = sorted(recent)
        partial = False
        if len(recent) >= 3:
            half = len(middle) // 2
            median = (
                middle[half]
                if len(middle) % 2
                else (middle[half - 1] + middle[half]) / 2
            )
            partial = count < 0.6 * median
        if number == month:
            return partial
        if not partial:
            supplied.append((number, count))
    raise AssertionError(month)


def latest_outcome(
    crime: Mapping[str, object], outcomes: Sequence[Mapping[str, object]], last: str
) -> tuple[object, object]:
    """A crime's outcome and the month of it: the newest of its id, else its own."""
    if crime["crime_id"] is None:
        return None, None
    known = [
        (row["month"], row["raw_line"], row["outcome"])
        for row in outcomes
        if row["crime_id"] == crime["crime_id"] and row["month"] <= last
    ]
    if not known:
        return crime["outcome"], None
    month, _, outcome = max(known)
    return outcome, month


def outcome_counts(
    outcomes: Sequence[str | None], positive: Mapping[str, bool]
) -> tuple[int, int]:
    """How many are final, and how many of those positive."""
    final = [o for o in outcomes if o in positive]
    return len(final), sum(positive[o] for o in final)


def hits_over_all_orders(
    ranking: Sequence[int],
    outcome: Sequence[int],
    areas: Sequence[Fraction],
    share: Fraction,
) -> Fraction:
    """Incidents found in a share of the area, over every order that the ranking allows.

    Cells are walked one by one; the one that the area ends in counts in part.
    """
    found = []
    for order in permutations(range(len(ranking))):
        if any(ranking[a] < ranking[b] for a, b in pairwise(order)):
            continue
        left, hits = share * sum(areas, Fraction(0)), Fraction(0)
        for cell in order:
            part = min(Fraction(areas[cell]), left)
            hits += outcome[cell] * part / areas[cell]
            left -= part
        found.append(hits)
    return sum(found, Fraction(0)) / len(found)


def hits_by_value(
    ranking: Sequence[int],
    outcome: Sequence[int],
    areas: Sequence[int],
    share: Fraction,
) -> Fraction:
    """The same with the cells of each value taken as one large cell."""
    left, hits = share * sum(areas), Fraction(0)
    for value in sorted(set(ranking), reverse=True):
        tied = [i for i, r in enumerate(ranking) if r == value]
        area = sum(areas[i] for i in tied)
        part = min(Fraction(area), left)
        hits += sum(outcome[i] for i in tied) * part / area
        left -= part
    return hits


def hit_auc(
    ranking: Sequence[int], outcome: Sequence[int], areas: Sequence[int], missed: int
) -> Fraction:
    """How often an incident's cell is searched before a point thrown at the universe.

    A point in a cell of the same ranking is before or after, as the coin falls; an
    incident outside the universe is never before.
    """
    won = Fraction(0)
    for mine, incidents in zip(ranking, outcome, strict=True):
        for theirs, area in zip(ranking, areas, strict=True):
            chance = Fraction(1, 2) if mine == theirs else Fraction(int(mine > theirs))
            won += incidents * area * chance
    return won / sum(areas) / (sum(outcome) + missed)


def poisson_log_score(mean: Sequence[float], outcome: Sequence[int]) -> float:
    """Mean log probability of the counts, no mean below a millionth."""
    return sum(
        math.log(max(m, 1e-6)) * y - max(m, 1e-6) - math.log(math.factorial(y))
        for m, y in zip(mean, outcome, strict=True)
    ) / len(mean)


def tenths_of_expected(
    mean: Sequence[Fraction], outcome: Sequence[int]
) -> tuple[list[Fraction], list[int]]:
    """Expected and observed in ten groups of as much expected crime, lowest first."""
    expected, observed = [Fraction(0)] * 10, [0] * 10
    before, total = Fraction(0), sum(mean, Fraction(0))
    for cell in sorted(range(len(mean)), key=lambda i: mean[i]):
        middle = before + mean[cell] / 2
        tenth = 0
        while total and tenth < 9 and (tenth + 1) * total <= 10 * middle:
            tenth += 1
        expected[tenth] += mean[cell]
        observed[tenth] += outcome[cell]
        before += mean[cell]
    return expected, observed


def pit_inside(mean: float, size: float, outcome: int) -> float:
    """The part of a count's step in the distribution between 2.5 % and 97.5 %."""
    model = nbinom(size, size / (size + mean))
    below, above = float(model.cdf(outcome - 1)), float(model.cdf(outcome))
    if above <= below:
        return 0.0
    return max(0.0, min(above, 0.975) - max(below, 0.025)) / (above - below)


def resampled_means(rows: Sequence[tuple[int, int, float]]) -> list[float]:
    """The mean of every resample of blocks there is, sorted: equally likely each.

    Rows are (force, month, value); a block is a force's two months in a row, counted
    from the first month of all.
    """
    first = min(month for _, month, _ in rows)
    blocks: dict[tuple[int, int], list[float]] = defaultdict(list)
    for force, month, value in rows:
        if not math.isnan(value):
            blocks[force, (month - first) // 2].append(value)
    means = []
    for drawn in product(blocks.values(), repeat=len(blocks)):
        values = [value for block in drawn for value in block]
        means.append(sum(values) / len(values))
    return sorted(means)


def gi_star(values: Sequence[float], neighbours: Sequence[set[int]]) -> list[float]:
    """Standard errors that each cell and its neighbours are above the mean."""
    n = len(values)
    mean = math.fsum(values) / n
    deviation = math.sqrt(math.fsum((x - mean) ** 2 for x in values) / n)
    found = []
    for cell in range(n):
        about = neighbours[cell] | {cell}
        if len(about) == n or len(set(values)) == 1:
            found.append(math.nan)
            continue
        above = math.fsum(values[other] for other in about) - len(about) * mean
        spread = math.sqrt((n * len(about) - len(about) ** 2) / (n - 1))
        found.append(above / (deviation * spread))
    return found


def two_sided(z: float) -> float:
    """How often a standard normal is as far from zero."""
    return math.erfc(abs(z) / math.sqrt(2))


def false_discovery_q(p: Sequence[float]) -> list[float]:
    """The lowest rate of false discoveries that lets each test through; NaN is none."""
    tests = [x for x in p if not math.isnan(x)]
    rates = {x: x * len(tests) / sum(y <= x for y in tests) for x in tests}
    return [
        math.nan if math.isnan(x) else min(1.0, *(rates[y] for y in tests if y >= x))
        for x in p
    ]


def mann_kendall(series: Sequence[float]) -> float:
    """z of the trend; 0 if there is none, or if it cannot be told."""
    if any(math.isnan(x) for x in series) or len(set(series)) < 2:
        return 0.0
    s = 0
    for i, earlier in enumerate(series):
        for later in series[i + 1 :]:
            s += (later > earlier) - (later < earlier)
    n = len(series)
    spread = n * (n - 1) * (2 * n + 5)
    for t in Counter(series).values():
        spread -= t * (t - 1) * (2 * t + 5)
    if s == 0:
        return 0.0
    return (s - 1 if s > 0 else s + 1) / math.sqrt(spread / 18)


def hotspot_class(marks: Sequence[int], z: Sequence[float]) -> str:
    """What a cell that was hot (1), cold (-1) or neither (0) at each step is called."""

    def mostly(mark: int) -> bool:
        return 100 * marks.count(mark) >= 90 * len(marks)

    side = {1: "hot", -1: "cold"}
    now = marks[-1]
    if now == 0:
        for mark, name in side.items():
            if mostly(mark):
                return f"historical_{name}"
        return "none"
    if mostly(now):
        trend = mann_kendall(z) * now
        if two_sided(trend) > 0.05:
            return f"persistent_{side[now]}"
        return f"{'intensifying' if trend > 0 else 'diminishing'}_{side[now]}"
    before = list(marks)
    while before and before[-1] == now:
        before.pop()
    if now not in before:
        run = len(marks) - len(before)
        return f"{'new' if run == 1 else 'consecutive'}_{side[now]}"
    return f"{'oscillating' if -now in before else 'sporadic'}_{side[now]}"


def cells_holding(counts: Sequence[int], percent: int) -> float | None:
    """Share of the cells, busiest first, that it takes to hold so much of the crime."""
    if not sum(counts):
        return None
    held = taken = 0
    for count in sorted(counts, reverse=True):
        if 100 * held >= percent * sum(counts):
            break
        held += count
        taken += 1
    return taken / len(counts)


def gini(counts: Sequence[int]) -> float | None:
    """Half the mean difference between two cells, in means."""
    if not sum(counts):
        return None
    apart = sum(abs(x - y) for x in counts for y in counts)
    return apart / (2 * len(counts) * sum(counts))


def generalised_gini(counts: Sequence[int]) -> float | None:
    """Area between the Lorenz curve and the most even one, as a share of all below it.

    With fewer crimes than cells the most even curve starts where the crimes do.
    """
    n, crimes = len(counts), sum(counts)
    if not crimes:
        return None

    def area(ascending: Sequence[float]) -> float:
        held = [0.0]
        for x in ascending:
            held.append(held[-1] + x / crimes)
        return sum((held[i] + held[i + 1]) / 2 / n for i in range(n))

    most_even = 0.5 * min(1.0, crimes / n)
    return (most_even - area(sorted(counts))) / most_even


def public_cells(
    counts: Mapping[str, int],
    listed: Sequence[str],
    minimum: int,
    base: int,
    finest: int,
) -> dict[str, int | None]:
    """What the public tier tells of each cell, None where it tells nothing.

    Counts are of cells finer than resolution 8, listed are those of resolution 7.
    """
    held = {
        parent: {
            child: sum(n for c, n in counts.items() if h3.cell_to_parent(c, 8) == child)
            for child in h3.cell_to_children(parent, 8)
        }
        for parent in listed
    }
    total = {parent: sum(children.values()) for parent, children in held.items()}
    untold = {parent for parent in listed if total[parent] < minimum}
    sum_of_small, most = sum(total[p] for p in untold), minimum - 1
    if untold and not minimum <= sum_of_small <= most * (len(untold) - 1):
        for more, parent in enumerate(sorted(set(listed) - untold)):
            if more == 0 or len(untold) < 3:
                untold.add(parent)
    told: dict[str, int | None] = dict.fromkeys(untold)
    for parent in set(listed) - untold:
        children = held[parent]
        if finest == 8 and all(n == 0 or n >= minimum for n in children.values()):
            told |= {child: _nearest(n, base) for child, n in children.items()}
        else:
            told[parent] = _nearest(total[parent], base)
    return told


def _nearest(count: int, base: int) -> int:
    """The multiple least far away, the larger of two."""
    multiples = range(0, count + base + 1, base)
    return min(multiples, key=lambda m: (abs(m - count), -m))


def public_bands(
    told: Mapping[str, int | None], scores: Mapping[str, float]
) -> dict[str, str | None]:
    """The band of each told cell by the sum of what is below it, those of 0 last."""
    sums = {
        cell: sum(
            score
            for below, score in scores.items()
            if h3.cell_to_parent(below, h3.get_resolution(cell)) == cell
        )
        if count
        else -1.0
        for cell, count in told.items()
        if count is not None
    }
    places = ranked(sums)
    return {c: band(places[c], len(sums)) if c in sums else None for c in told}


def spot_name(labels: Sequence[str | None], venues: Sequence[str]) -> str | None:
    """The commonest street; the commonest kind of venue where there is none."""
    streets = [label for label in labels if label not in venues]
    return commonest(streets) or commonest(labels)


Pair = tuple[int, int]  # a band of distance and a band of days, from 0
KnoxCell = tuple[int, Fraction, Fraction]  # observed, mean of the dealings, p


def pair_bands(
    points: Sequence[tuple[float, float]],
    days: Sequence[date],
    distance_edges: Sequence[float],
    day_edges: Sequence[int],
    metric: str,
) -> Counter[Pair]:
    """How many pairs are in each band: the same place, under each edge, the rest."""
    found: Counter[Pair] = Counter()
    for (one, day), (other, other_day) in combinations(
        zip(points, days, strict=True), 2
    ):
        east, north = one[0] - other[0], one[1] - other[1]
        apart = (
            abs(east) + abs(north) if metric == "manhattan" else math.hypot(east, north)
        )
        row = 0
        if apart > 0:
            row = 1 + sum(apart >= edge for edge in distance_edges)
        between = abs((day - other_day).days)
        found[row, sum(between >= edge for edge in day_edges)] += 1
    return found


def knox(
    observed: Counter[Pair], dealt: Sequence[Counter[Pair]], rows: int, columns: int
) -> dict[Pair, KnoxCell]:
    """Of each cell what was seen, what is expected, and the share at least as high."""
    return {
        cell: (
            observed[cell],
            Fraction(sum(counts[cell] for counts in dealt), len(dealt)),
            Fraction(
                1 + sum(counts[cell] >= observed[cell] for counts in dealt),
                1 + len(dealt),
            ),
        )
        for cell in product(range(rows), range(columns))
    }


def aoristic_minutes(
    spans: Sequence[tuple[datetime, datetime]],
) -> dict[Pair, Fraction]:
    """The weight of each weekday and hour in London, minute by minute of the span.

    Both ends in UTC and on whole minutes; the minute that begins at the end is not in
    the span, unless it is all there is.
    """
    table: dict[Pair, Fraction] = defaultdict(Fraction)
    for start, end in spans:
        minutes = max(1, (end - start) // timedelta(minutes=1))
        if minutes > 7 * 24 * 60:
            continue
        for minute in range(minutes):
            clock = (start + timedelta(minutes=minute)).astimezone(LONDON)
            table[clock.weekday(), clock.hour] += Fraction(1, minutes)
    return table


def whole_days(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    """The span of the days in London that any minute of this span is in."""
    minutes = max(1, (end - start) // timedelta(minutes=1))
    seen = {
        (start + timedelta(minutes=minute)).astimezone(LONDON).date()
        for minute in range(minutes)
    }
    begin, after = min(seen), max(seen) + timedelta(days=1)
    return (
        datetime(begin.year, begin.month, begin.day, tzinfo=LONDON).astimezone(UTC),
        datetime(after.year, after.month, after.day, tzinfo=LONDON).astimezone(UTC),
    )


def days_within(days: Sequence[int], as_of: int, window_days: int) -> list[int]:
    """Those of the window that ends with the as-of day."""
    return [day for day in days if as_of - window_days < day <= as_of]


def rolling_slots(
    events: Sequence[tuple[int, int]], as_of: int, supplied: set[int], window_days: int
) -> Counter[int]:
    """Incidents, (day, slot), of each slot on the supplied days of the window."""
    return Counter(
        slot
        for day, slot in events
        if day in supplied and days_within([day], as_of, window_days)
    )


def decayed_weight(days: Sequence[int], as_of: int, half_life_days: float) -> float:
    """What days up to the as-of day add up to, halved with each half-life of age."""
    ages = [as_of - day for day in days if day <= as_of]
    return math.fsum(math.pow(0.5, age / half_life_days) for age in ages)
