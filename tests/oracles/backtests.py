"""Twins of the backtest: what is found of the crime, and calibration."""

import math
from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise, permutations, product

from scipy.stats import nbinom


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


def hits_within(
    ranking: Sequence[float],
    outcome: Sequence[float],
    areas_m2: Sequence[float],
    area_m2: float,
) -> float:
    """The same in so many square metres, whatever share of all cells they are."""
    left, hits = area_m2, 0.0
    for value in sorted(set(ranking), reverse=True):
        tied = [i for i, r in enumerate(ranking) if r == value]
        area = sum(areas_m2[i] for i in tied)
        part = min(area, left) / area
        hits += sum(outcome[i] for i in tied) * part
        left -= part * area
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


def block_count(rows: Sequence[tuple[int, int, float]]) -> int:
    """How many blocks have any value."""
    return len(_blocks(rows))


def resampled_means(rows: Sequence[tuple[int, int, float]]) -> list[float]:
    """The mean of every resample of blocks there is, sorted: equally likely each."""
    blocks = list(_blocks(rows).values())
    means = []
    for drawn in product(blocks, repeat=len(blocks)):
        values = [value for block in drawn for value in block]
        means.append(sum(values) / len(values))
    return sorted(means)


def _blocks(
    rows: Sequence[tuple[int, int, float]],
) -> dict[tuple[int, int], list[float]]:
    """The values of each block; rows are (force, month, value).

    A block is a force's two months in a row, counted from the first month of all.
    """
    first = min(month for _, month, _ in rows)
    blocks: dict[tuple[int, int], list[float]] = defaultdict(list)
    for force, month, value in rows:
        if not math.isnan(value):
            blocks[force, (month - first) // 2].append(value)
    return blocks
