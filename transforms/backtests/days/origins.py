"""Rolling origins on days: what every contestant ranked, and what then happened.

Origins are a horizon apart, so that no day is an outcome twice. The contest is the same
as for months: methods, searches and measures.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from transforms.backtests.contest import Contest, Tops, outcome_of
from transforms.errors import UsageError
from transforms.reference.clocks import Clock
from transforms.reference.days import Day
from transforms.reference.groups import CrimeGroup
from transforms.reference.months import month_range
from transforms.scores.days.view import day_views, views_then
from transforms.scores.panel import Panel
from transforms.scores.view import View


# With less history the contestants do not differ.
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
    origins = []
    while end >= max(start, earliest):
        if known.issuperset(outcome_days(end, clock)):
            origins.append(end)
        end = end + -clock.term
    if not origins:
        raise UsageError(
            f"no day can be judged: an origin needs {NEEDS_DAYS} days before it and"
            f" {clock.term} supplied after it; the feed has {min(supplied)} to"
            f" {max(supplied)}"
        )
    return origins[::-1]


def outcome_days(as_of: Day, clock: Clock) -> list[Day]:
    """The days that an origin is compared with."""
    return month_range(as_of + 1, as_of + clock.term)


def backtest_days(
    panel: Panel,
    supplied: Sequence[Day],
    origins: Sequence[Day],
    clock: Clock,
    known: Callable[[Day], Panel] | None = None,
    own: tuple[CrimeGroup, ...] = (),
) -> Iterator[Origin]:
    """Each origin's rows, oldest first; its top is compared with the previous one.

    `known` gives what was known at an origin, if that is less than the panel has of its
    days; what then happened is the panel's. With the user's `own` groups, those alone
    are judged.
    """
    before: Tops = {}
    views = (
        views_then(known, supplied, origins, clock, own)
        if known
        else day_views(panel, supplied, origins, clock, own)
    )
    for view in views:
        contest = Contest(view)
        as_of = Day.parse(str(view.as_of))
        outcome = outcome_of(in_full(view, panel), *outcome_days(as_of, clock))
        universe = {"universe_area_m2": float(view.areas_m2.sum())}
        rows = [
            _of_origin(as_of, clock, row) | universe
            for row in contest.rows(outcome, before)
        ]
        before = contest.tops
        yield Origin(as_of, rows)


def in_full(view: View, panel: Panel) -> View:
    """The cells of a view in the panel that has all that is known now."""
    if view.panel is panel:
        return view
    return replace(view, panel=panel, inside=np.isin(panel.cells, view.cells))


def _of_origin(as_of: Day, clock: Clock, row: Mapping[str, Any]) -> dict[str, Any]:
    return {"as_of": str(as_of), "horizon_days": clock.term, **row}
