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


def half_of_points(counts: Sequence[int]) -> int:
    """How few points have half, the highest first."""
    taken = 0
    for number in range(len(counts) + 1):
        taken = sum(sorted(counts, reverse=True)[:number])
        if 2 * taken >= sum(counts):
            return number
    raise AssertionError(taken)


def chance_halves(incidents: int, points: int, draws: int) -> list[int]:
    """`half_of_points` when each incident falls on any point, in many draws."""
    generator = Random(5)  # noqa: S311
    found = []
    for _ in range(draws):
        counts = [0] * points
        for _ in range(incidents):
            counts[generator.randrange(points)] += 1
        found.append(half_of_points(counts))
    return sorted(found)


def half_of_week(week: Sequence[float]) -> int:
    """How few hours have half of a week: the fullest first, one by one."""
    total, taken, so_far = sum(week), 0, 0.0
    for one in sorted(week, reverse=True):
        if so_far >= total / 2 - 1e-9:
            break
        so_far, taken = so_far + one, taken + 1
    return taken


def by_night(week: Sequence[float]) -> float:
    """The share of a week, from Monday 00:00, that is before 07:00 or from 19:00."""
    night = sum(n for hour, n in enumerate(week) if not 7 <= hour % 24 < 19)
    return night / sum(week)


def lots(
    incidents: Sequence[Mapping[int, float]], number: int, draws: int
) -> list[tuple[int, float]]:
    """Half and night of so many incidents, picked again and again with replacement."""
    generator = Random(11)  # noqa: S311
    found = []
    for _ in range(draws):
        week = [0.0] * 168
        for _ in range(number):
            for hour, weight in generator.choice(incidents).items():
                week[hour] += weight
        found.append((half_of_week(week), by_night(week)))
    return found


def repeats(incidents: Sequence[tuple[object, object]]) -> tuple[int, int]:
    """Of incidents with an address and a day: days at addresses, and repeats."""
    seen: dict[object, set[object]] = {}
    again = 0
    for address, day in incidents:
        days = seen.setdefault(address, set())
        again += bool(days) and day not in days
        days.add(day)
    return sum(map(len, seen.values())), again


def chance_of_repeats(days: int, addresses: int, draws: int) -> list[float]:
    """The share of repeats when each day falls on any address, in many draws."""
    generator = Random(13)  # noqa: S311
    return sorted(
        1 - len({generator.randrange(addresses) for _ in range(days)}) / days
        for _ in range(draws)
    )
