"""Twins of problem profiles: quotients, and concentration, incident by incident."""

from collections.abc import Mapping, Sequence
from random import Random

from scipy import stats


def quotient(
    category: str, area: Mapping[str, int], force: Mapping[str, int]
) -> tuple[float, float, float]:
    """A category's share in an area by that in the force, with its 95 % interval."""
    expected = sum(area.values()) * force[category] / sum(force.values())
    number = area[category]
    low = stats.chi2.ppf(0.025, 2 * number) / 2 if number else 0.0
    high = stats.chi2.ppf(0.975, 2 * number + 2) / 2
    return number / expected, low / expected, high / expected


def top_share(counts: Sequence[int]) -> float:
    """The share of the highest fifth of the points, at least one."""
    top = (len(counts) + 4) // 5
    return sum(sorted(counts, reverse=True)[:top]) / sum(counts)


def chance_shares(incidents: int, points: int, draws: int) -> list[float]:
    """What `top_share` is when each incident falls on any point, in many draws."""
    generator = Random(7)  # noqa: S311
    shares = []
    for _ in range(draws):
        counts = [0] * points
        for _ in range(incidents):
            counts[generator.randrange(points)] += 1
        shares.append(top_share(counts))
    return sorted(shares)
