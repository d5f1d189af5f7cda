"""Twins of what a force's own times say: near repeats, and the hours."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import combinations, product
from zoneinfo import ZoneInfo


LONDON = ZoneInfo("Europe/London")
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


def spot_hours(
    records: Sequence[tuple[str, str, datetime, datetime]],
    spots: dict[str, tuple[set[str], set[str]]],
) -> dict[tuple[str, int, int], Fraction]:
    """The weight of each hot spot's incidents by weekday and hour.

    Records are cell, category and both ends; of a hot spot the categories and cells.
    """
    found = {}
    for name, (categories, cells) in spots.items():
        spans = [
            (start, end)
            for cell, category, start, end in records
            if cell in cells and category in categories
        ]
        for (day, hour), weight in aoristic_minutes(spans).items():
            found[name, day, hour] = weight
    return found


def busiest(weights: dict[Pair, Fraction]) -> tuple[int, Fraction, int] | None:
    """Where the four hours with most begin, what they have, and the fullest weekday."""
    if sum(weights.values()) < 10:
        return None
    by_hour, by_day = [Fraction()] * 24, [Fraction()] * 7
    for (day, hour), weight in weights.items():
        by_hour[hour] += weight
        by_day[day] += weight
    windows = [sum(by_hour[(at + n) % 24] for n in range(4)) for at in range(24)]
    start = windows.index(max(windows))
    return start, windows[start], by_day.index(max(by_day))
