"""Twins of the textbook formulas, written out by hand."""

import math
from collections.abc import Sequence


Counts = tuple[float, float]  # before and after


def wdd(
    rows: Sequence[tuple[int, float, float, float, float, float]],
) -> tuple[float, float]:
    """Sum and error of (sign, before, after, time, area, harm)."""
    total = variance = 0.0
    for sign, before, after, time, area, harm in rows:
        total += sign * (after / area - before / (time * area)) * harm
        variance += harm**2 * (after / area**2 + before / (time * area) ** 2)
    return total, math.sqrt(variance)


def e_test(before: int, after: int, time: float, wald: bool = False) -> float:
    """p by adding up pair after pair of counts, as far as any has weight.

    By the score statistic, or by Wald's, as Krishnamoorthy and Thomson had it: they
    differ where the times do.
    """
    if before + after == 0:
        return 1.0
    rate = (before + after) / (1 + time)

    def statistic(one: int, other: int) -> float:
        if one + other == 0:
            return 0.0
        variance = one / time**2 + other if wald else (one + other) / time
        return abs(one / time - other) / math.sqrt(variance)

    def chance(count: int, mean: float) -> float:
        return math.exp(count * math.log(mean) - mean - math.lgamma(count + 1))

    seen = statistic(before, after) * (1 - 1e-9)
    most = int(rate * max(time, 1) + 12 * math.sqrt(rate * max(time, 1)) + 25)
    return sum(
        chance(one, rate * time) * chance(other, rate)
        for one in range(most)
        for other in range(most)
        if statistic(one, other) >= seen
    )


def rirr(treated: Counts, control: Counts, factor: float) -> tuple[float, float, float]:
    """The ratio and its interval."""
    log = math.log(treated[1]) - math.log(treated[0])
    log -= math.log(control[1]) - math.log(control[0])
    error = math.sqrt(factor) * math.sqrt(sum(1 / n for n in (*treated, *control)))
    return (
        math.exp(log),
        math.exp(log - 1.959964 * error),
        math.exp(log + 1.959964 * error),
    )


def net_effect(places: Counts, around: Counts, control: Counts) -> float:
    """Incidents fewer than control places say, first at the places, then around."""
    growth = control[1] / control[0]
    here = places[0] * growth - places[1]
    return here + around[0] * growth - around[1]
