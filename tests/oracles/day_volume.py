"""Twins of the volume of days: what the past says of a day, and where a feed begins."""

from collections.abc import Sequence
from datetime import date

from scipy.stats import nbinom


Past = Sequence[tuple[date, int]]  # the days that counted, and their records


def expected_and_spread(past: Past, day: date) -> tuple[float, float]:
    """How many records a day should have, and their relative variance beyond chance."""
    seen: list[tuple[date, float, float, float, float]] = []

    def level() -> float:
        recent = seen[-28:]
        return sum(s[1] for s in recent) / sum(s[4] for s in recent) if recent else 0.0

    def share(of: date) -> float:
        same = [s for s in seen[-364:] if s[0].weekday() == of.weekday()]
        prior = 4 * level()
        below = sum(s[2] for s in same) + prior
        return (sum(s[1] for s in same) + prior) / below if below else 1.0

    for each, count in past:
        of_day, of_level = share(each), level() or float(count)
        kept = min(count, 2 * of_level * of_day + 5)
        seen.append((each, kept, of_level, of_level * of_day, of_day))
    years = [
        s
        for s in seen
        if (s[0].month, s[0].day) == (day.month, day.day)
        and 1 <= day.year - s[0].year <= 3
        and (day.month, day.day) != (2, 29)
    ]
    of_date = (sum(s[1] for s in years) + 20) / (sum(s[3] for s in years) + 20)
    expected = level() * share(day) * min(1.0, of_date)
    if not expected:
        return 0.0, 0.0
    weight = 28 * level() ** 2
    beyond, weights = 0.04 * weight, weight
    for _, kept, _, mean, _ in seen[-364:]:
        beyond += (2 * (mean - kept) ** 2 if kept < mean else 0) - mean
        weights += mean**2
    recent = seen[-28:]
    spread = max(0.01, beyond / weights) * (1 + 1 / len(recent))
    return expected, spread + 1 / sum(s[1] for s in recent)


def by_chance(past: Past, days: Past) -> float:
    """How probable so few records on those days are: a sum over all fewer."""
    found = [expected_and_spread(past, day) for day, _ in days]
    if not (expected := sum(mean for mean, _ in found)):
        return 1.0
    size = len(days) / found[0][1]
    count = sum(n for _, n in days)
    share = size / (size + expected)
    return float(sum(nbinom.pmf(k, size, share) for k in range(count + 1)))


def not_whole(counts: Past) -> list[date]:
    """The days of a feed that were not sent whole."""
    past: list[tuple[date, int]] = []
    low: list[tuple[date, int]] = []
    found: list[date] = []

    def decide() -> None:
        together = by_chance(past, low) < 1e-5
        lost = [d for d in low if together or by_chance(past, [d]) < 1e-5]
        found.extend(day for day, _ in lost)
        past.extend(d for d in low if d not in lost)
        low.clear()

    for day, count in counts:
        if count < 0.3 * expected_and_spread(past, day)[0]:
            low.append((day, count))
        else:
            decide()
            past.append((day, count))
    decide()
    return found


def start(counts: Sequence[int]) -> int:
    """Where a feed begins, of the records of each day from the oldest on."""
    means = []
    for i in range(len(counts)):
        days = counts[max(0, i - 27) : i + 1]
        means.append((sum(days) - max(days)) / 27)
    seen = sorted(m for m, n in zip(means, counts, strict=True) for _ in range(n))
    level = seen[(len(seen) + 1) // 2 - 1]
    kept = [min(n, 2 * level) for n in counts]
    near = next(i for i in range(len(kept)) if sum(kept[i : i + 28]) >= 2.8 * level)
    then = kept[near + 28 : near + 56]
    begun = (sum(then) / len(then) if then else level) / 4
    lowest, at, total = 0.0, near, 0.0
    for i in range(near, min(near + 28, len(kept)) - 1):
        total += kept[i] - begun
        if total < lowest:
            lowest, at = total, i + 1
    return at
