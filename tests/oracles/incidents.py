"""Twins of incidents: what months hold, outcomes, places."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise


Incident = tuple[str, tuple[int, int], str]  # cell at resolution 9, month, category
# Crime ID, category, longitude, latitude, outcome
Placed = tuple[bytes | None, str, float | None, float | None, str | None]


def age(as_of: tuple[int, int], month: tuple[int, int]) -> int:
    """Months between."""
    return (as_of[0] - month[0]) * 12 + as_of[1] - month[1]


def known_months(
    supplied: Sequence[tuple[int, int]],
    as_of: tuple[int, int],
    within: float = math.inf,
) -> list[tuple[int, int]]:
    """The supplied months up to the as-of, of the last so many."""
    return sorted(m for m in supplied if 0 <= age(as_of, m) < within)


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


def recurring_points(
    rows: Iterable[tuple[str, float, float, bool]],
) -> list[tuple[str, str, int, int]]:
    """Of each month after the first: it, the one before, the fewer points, the shared.

    Rows are (month, longitude, latitude, whether it counts).
    """
    points = defaultdict(set)
    for month, longitude, latitude, counts in rows:
        if counts:
            points[month].add((longitude, latitude))
    return [
        (
            month,
            before,
            min(len(points[month]), len(points[before])),
            len(points[month] & points[before]),
        )
        for before, month in pairwise(sorted(points))
    ]


def revised(
    before: Sequence[Placed], after: Sequence[Placed]
) -> tuple[int, int, int, int]:
    """Rows added, gone, moved and of another outcome, from one release to the next."""
    lost, won = list(before), []
    for row in after:
        if row in lost:
            lost.remove(row)
        else:
            won.append(row)
    added, gone = (sum(row[0] is None for row in side) for side in (won, lost))
    moved = outcomes = 0
    for crime_id in {row[0] for row in lost + won} - {None}:
        old, new = (
            sorted(
                (row for row in side if row[0] == crime_id),
                key=lambda row: [(value is None, str(value)) for value in row[1:]],
            )
            for side in (lost, won)
        )
        added += max(len(new) - len(old), 0)
        gone += max(len(old) - len(new), 0)
        for was, now in zip(old, new, strict=False):
            moved += was[2:4] != now[2:4]
            outcomes += was[4] != now[4]
    return added, gone, moved, outcomes
