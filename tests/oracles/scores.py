"""Twins of the scored table: its columns, ranks and hot spots."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import product

import h3
from scipy.special import gammaincc
from scipy.stats import nbinom

from tests.oracles.incidents import Incident, age, known_months
from tests.oracles.rates import CATEGORIES, Rate
from tests.oracles.universe import universe
from transforms.reference.groups import CrimeGroup


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


def spread_of_one(cells: Iterable[Sequence[int]]) -> float:
    """Variance of months beyond chance by the square of their mean, where that is one.

    Least squares over busy cells, and thirty of the usual 0.4. A cell's variance is
    that of a normal distribution with its mean deviation.
    """
    above = below = 30 / 1.4**2
    above *= 0.4
    for months in cells:
        n = len(months)
        if n < 3:
            return 0.4
        mean = sum(months) / n
        if mean < 1:
            continue
        deviation = sum(abs(x - mean) for x in months) / n
        beyond = math.pi / 2 * deviation**2 * n / (n - 1) - mean
        weight = 1 / (mean + 0.4 * mean**1.4) ** 2
        above += weight * beyond * mean**1.4
        below += weight * mean**2.8
    return max(above / below, 1 / 12)


def spread(mean: float, months: Sequence[int], of_one: float) -> float:
    """The same of a cell of any mean, corrected by its own months."""
    usual = of_one / max(mean, 1e-9) ** 0.6
    n = len(months)
    if n < 3:
        return usual
    level = sum(months) / n
    beyond = max(sum((x - level) ** 2 for x in months) / (n - 1) - level, 0.0)
    level = max(level, 0.25)
    error = 2 / (n - 1) * (1 / level + usual) ** 2
    differ = (usual / 2) ** 2
    return (error * usual + differ * beyond / level**2) / (error + differ)


def predictive_size(
    mean: float, rate_shape: float, months: Sequence[int], of_one: float
) -> float:
    """Size of the negative binomial of a cell's next month."""
    varies = spread(mean, months, of_one) * (1 + 1 / max(len(months), 1))
    return 1 / (0.25 / rate_shape + varies)


def interval(mean: float, size: float) -> tuple[int, int]:
    """2.5 % and 97.5 % quantiles of next month's count, a negative binomial."""
    if not mean:
        return 0, 0
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
    return _remnants_joined(found, rank, max_cells, max_area_m2)


def _remnants_joined(
    spots: list[list[str]], rank: Mapping[str, int], max_cells: int, max_area_m2: float
) -> list[list[str]]:
    """From the last: one of a quarter of the limit goes to what it touches most."""
    for remnant in reversed(list(spots)):
        if 4 * len(remnant) > max_cells:
            continue
        best, most = None, 0
        for other in spots:
            both = [*other, *remnant]
            area = sum(h3.cell_area(c, unit="m^2") for c in both)
            touches = sum(n in other for c in remnant for n in h3.grid_ring(c, 1))
            if (
                other is remnant
                or len(both) > 1.5 * max_cells
                or area > 1.5 * max_area_m2
            ):
                continue
            if touches > most:
                best, most = other, touches
        if best is not None:
            best += remnant
            spots = [spot for spot in spots if spot is not remnant]
    ordered = [sorted(spot, key=lambda c: rank[c]) for spot in spots]
    return sorted(ordered, key=lambda spot: rank[spot[0]])


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
