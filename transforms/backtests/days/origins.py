"""Rolling origins on days: what every contestant said, and what the next days brought.

Origins lie a horizon apart, so that no day is an outcome twice. The contest is that of
months: the same methods, the same searches, the same measures.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from transforms.backtest.contest import Contest, Tops, outcome_of
from transforms.clocks import Clock
from transforms.days.day import Day
from transforms.days.methods import DAY_METHODS
from transforms.days.view import day_views
from transforms.errors import UsageError
from transforms.months import month_range
from transforms.panel import Panel


# With less history there is nothing to tell contestants apart by.
NEEDS_DAYS = 14
DEFAULT_ORIGINS = {1: 60, 7: 26}


@dataclass(frozen=True)
class Origin:
    """One as-of day of a backtest, and how each contestant did after it."""

    as_of: Day
    rows: list[dict[str, Any]]


def origins_of(
    supplied: Sequence[Day], clock: Clock, first: Day | None, last: Day | None
) -> list[Day]:
    """As-of days that can be judged: those whose whole outcome was supplied.

    By default the newest sixty of a day's horizon, or half a year of a week's.
    """
    known = set(supplied)
    newest = max(supplied) + -clock.term
    end = min(last, newest) if last else newest
    start = first or end + -clock.term * (DEFAULT_ORIGINS[clock.term] - 1)
    earliest = min(supplied) + NEEDS_DAYS
    found = []
    while end >= max(start, earliest):
        if known.issuperset(outcome_days(end, clock)):
            found.append(end)
        end = end + -clock.term
    if not found:
        raise UsageError(
            f"no day can be judged: an origin needs {NEEDS_DAYS} days before it and"
            f" {clock.term} supplied after it; the feed holds {min(supplied)} to"
            f" {max(supplied)}"
        )
    return found[::-1]


def outcome_days(as_of: Day, clock: Clock) -> list[Day]:
    """The days that an origin is held against."""
    return month_range(as_of + 1, as_of + clock.term)


def backtest_days(
    panel: Panel, supplied: Sequence[Day], origins: Sequence[Day], clock: Clock
) -> Iterator[Origin]:
    """Each origin's rows, oldest first; its top is compared with that before."""
    before: Tops = {}
    for seen in day_views(panel, supplied, origins, clock):
        contest = Contest(seen, DAY_METHODS)
        as_of = Day.parse(str(seen.as_of))
        outcome = outcome_of(seen, *outcome_days(as_of, clock))
        rows = [_of_origin(as_of, clock, row) for row in contest.rows(outcome, before)]
        before = contest.tops
        yield Origin(as_of, rows)


def _of_origin(as_of: Day, clock: Clock, row: Mapping[str, Any]) -> dict[str, Any]:
    return {"as_of": str(as_of), "horizon_days": clock.term, **row}
