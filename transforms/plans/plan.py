"""A plan: how many visits each place gets, when they begin, and why there.

Nothing of it depends on the day on which it is made: the same programme, shifts,
issued weeks, settings and facts are the same plan.
"""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from hashlib import sha256
from importlib.metadata import version
from itertools import groupby
from typing import Any

import numpy as np

from transforms.errors import UsageError
from transforms.homes.patrol_settings import PatrolTable
from transforms.plans.asked import Asked
from transforms.plans.counts import best_counts, counts_with_least
from transforms.plans.hours import Hours
from transforms.plans.shifts import Shift
from transforms.plans.timetable import Dropped, Rules, Timetable, Visit, Wanted
from transforms.plans.why import Fact
from transforms.programmes.programme import canonical
from transforms.reference.arrays import Floats, Integers, Mask
from transforms.scores.timing.week import WEEK_HOURS


MONTH_HOURS = 730.0
_DECIMALS = 9
Week = tuple[int, int]  # ISO year and week


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A plan as it was made."""

    id: str
    identity: Mapping[str, Any]
    asked: Asked
    settings: PatrolTable
    facts: Mapping[str, Fact]
    hours: Hours | None  # None where the feed has none
    visits: Sequence[Visit]  # by shift, unit and time
    dropped: Sequence[Dropped]

    @cached_property
    def units(self) -> list[tuple[Shift, int, list[Visit]]]:
        """Each unit of each shift, and its visits."""
        own: dict[tuple[str, int], list[Visit]] = {}
        for visit in self.visits:
            own.setdefault((visit.shift.key, visit.unit), []).append(visit)
        return [
            (shift, unit, own.get((shift.key, unit), []))
            for shift in self.asked.shifts
            for unit in range(1, shift.units + 1)
        ]

    @cached_property
    def by_week(self) -> dict[Week, dict[str, int]]:
        """Visits of each place in each week that a shift begins in."""
        found: dict[Week, dict[str, int]] = {
            week: dict.fromkeys(self.asked.spots, 0)
            for week in dict.fromkeys(map(week_of, self.asked.shifts))
        }
        for visit in self.visits:
            found[week_of(visit.shift)][visit.wanted.place] += 1
        return found

    @cached_property
    def short(self) -> list[tuple[Week, str]]:
        """Weeks and places with fewer visits than each place should have."""
        reach = {
            (week_of(shift), place)
            for shift in self.asked.shifts
            for place in self.asked.allowed[shift.key]
        }
        least = self.settings.min_visits_place_week
        return sorted(
            (week, place)
            for week, visits in self.by_week.items()
            for place, number in visits.items()
            if number < least and (week, place) in reach
        )


def week_of(shift: Shift) -> Week:
    """The week in which a shift begins."""
    year, week, _ = shift.day.isocalendar()
    return year, week


def monday_of(week: Week) -> date:
    """The day with which a week begins."""
    return date.fromisocalendar(*week, 1)


def made_plan(
    asked: Asked,
    settings: PatrolTable,
    facts: Mapping[str, Fact],
    hours: Hours | None = None,
) -> Plan:
    """The plan; `UsageError` where a week has no room for what each place must have."""
    identity = {
        "programme": asked.programme.id,
        "trial": asked.trial.id if asked.trial else None,
        "issued_weeks": dict(asked.weeks_sha256),
        "first": str(asked.first),
        "last": str(asked.last),
        "shifts": [_as_json(shift, asked) for shift in asked.shifts],
        "settings": _rules(settings),
        "facts": {place: asdict(fact) for place, fact in facts.items()},
        "hours": hours and {"last": str(hours.last), "sha256": hours.sha256},
        "hexbeat": version("hexbeat"),
    }
    digest = sha256(canonical(identity).encode()).hexdigest()[:12]
    plan_id = f"{asked.first}-{digest}"
    timetable = Timetable(plan_id, Rules(settings), asked.spots)
    for of_week in _weeks(plan_id, asked, settings, facts, hours):
        for shift, wanted in zip(of_week.shifts, of_week.wanted(), strict=True):
            timetable.add(shift, wanted)
    return Plan(
        id=plan_id,
        identity=identity,
        asked=asked,
        settings=settings,
        facts=facts,
        hours=hours,
        visits=timetable.visits,
        dropped=timetable.dropped,
    )


def refuse_without_room(asked: Asked, settings: PatrolTable) -> None:
    """`UsageError` where a week has no room for what each place must have.

    Quick beside a plan itself: to be asked before one is begun.
    """
    same = Fact(level_month=1.0, hotspot_class=None, span=None, by_category={})
    for of_week in _weeks("", asked, settings, dict.fromkeys(asked.spots, same), None):
        of_week.refuse_without_room()


def _as_json(shift: Shift, asked: Asked) -> dict[str, Any]:
    return {
        "shift_id": shift.id,
        "starts": f"{shift.starts:%Y-%m-%dT%H:%MZ}",
        "ends": f"{shift.ends:%Y-%m-%dT%H:%MZ}",
        "units": shift.units,
        "mode": shift.mode,
        "base": [shift.base.lat, shift.base.lon],
        "minutes": shift.minutes,
        "places": asked.places_of(shift),
    }


def _rules(settings: PatrolTable) -> dict[str, Any]:
    """The settings that a plan depends on."""
    names = (
        "visit_minutes", "max_visits_place_shift", "min_gap_minutes",
        "min_visits_place_week", "walk_kmh", "cycle_kmh", "drive_kmh", "detour",
    )  # fmt: skip
    return {name: getattr(settings, name) for name in names}


def _weeks(
    plan_id: str,
    asked: Asked,
    settings: PatrolTable,
    facts: Mapping[str, Fact],
    hours: Hours | None,
) -> Iterator["_Week"]:
    """Each week, and the shifts that begin in it."""
    for week, in_week in groupby(asked.shifts, key=week_of):
        yield _Week(plan_id, week, list(in_week), asked, settings, facts, hours)


def _worth(visits: Sequence[Wanted]) -> float:
    """What visits are worth together, in whatever order."""
    return round(math.fsum(one.value for one in visits), _DECIMALS)


@dataclass(frozen=True)
class _Week:
    """The shifts of a week, and what their visits are worth."""

    plan_id: str
    week: Week
    shifts: Sequence[Shift]
    asked: Asked
    settings: PatrolTable
    facts: Mapping[str, Fact]
    hours: Hours | None

    def wanted(self) -> list[list[list[Wanted]]]:
        """The visits of each shift and unit, without their times."""
        if not any(self.least):
            return [self._alone(column) for column in range(len(self.shifts))]
        self.refuse_without_room()
        # as many as each shift would have time for, if that is enough for all
        made = [
            sum(map(len, self._alone(column))) for column in range(len(self.shifts))
        ]
        counts = self._with_least(made)
        if counts is None:
            counts = self._with_least(self.most)
        if counts is None:
            raise ArithmeticError("linear programme: no room where there was some")
        spare = self._spare(counts)
        return [
            self._timetable().by_unit(shift, self._wanted(column, counts, spare))
            for column, shift in enumerate(self.shifts)
        ]

    def _alone(self, column: int) -> list[list[Wanted]]:
        """The visits of each unit of a shift, where no place must have any.

        How long the ways are is known only of visits that are chosen, and which unit
        goes where only then. So the best are chosen in each number, also in more than
        there is time for; those without time are left out, and the choice that is
        worth most then is taken.
        """
        shift, best = self.shifts[column], -1.0
        found: list[list[Wanted]] = [[] for _ in range(shift.units)]
        tried: list[list[Wanted]] | None = None
        wanted = self._best_first(column)
        for number in range(len(wanted), 0, -1):
            if _worth(wanted[:number]) <= best:
                break  # fewer of the best are worth no more
            alone = self._timetable()
            by_unit = alone.by_unit(shift, wanted[:number])
            units = [alone.at_most(shift, own) for own in by_unit]
            if units == tried:
                continue  # what is one less was nobody's
            tried, made = units, alone.add(shift, units)
            worth = _worth([one for unit in made for one in unit])
            if worth > best:
                best, found = worth, made
        return found

    def _best_first(self, column: int) -> list[Wanted]:
        """All visits that a shift could make and that are worth anything."""
        values, allowed = self.values[:, [column]], self.allowed[:, [column]]
        most = self.settings.max_visits_place_shift
        every = np.zeros(self.values.shape, dtype=np.int64)
        every[:, [column]] = best_counts(values, allowed, [values.size * most], most)
        return sorted(
            self._wanted(column, every, self._spare(every)),
            key=lambda one: (-values[one.rank, 0] / one.nth, one.rank),
        )

    def _timetable(self) -> Timetable:
        """A timetable without anything, in which times are drawn as in the plan."""
        return Timetable(self.plan_id, Rules(self.settings), self.asked.spots)

    def _wanted(
        self, column: int, counts: Integers, spare: Collection[tuple[int, int, int]]
    ) -> list[Wanted]:
        return [
            Wanted(
                place=place,
                rank=row,
                nth=nth,
                value=float(round(self.values[row, column] / nth, _DECIMALS)),
                spare=(row, column, nth) in spare,
            )
            for row, place in enumerate(self.asked.spots)
            for nth in range(1, int(counts[row, column]) + 1)
        ]

    @cached_property
    def allowed(self) -> Mask:
        """Which place (row) a shift (column) may go to."""
        allowed = [self.asked.allowed[shift.key] for shift in self.shifts]
        rows = [[place in of for of in allowed] for place in self.asked.spots]
        return np.array(rows, dtype=bool)

    @cached_property
    def values(self) -> Floats:
        """Incidents expected at each place (row) in each shift (column)."""
        return np.array(
            [
                [self._value(place, one) for one in self.shifts]
                for place in self.asked.spots
            ]
        )

    def _value(self, place: str, shift: Shift) -> float:
        """Of a month's incidents those in a shift; without hours, all are alike."""
        hours = shift.hours
        if self.hours:
            hours = WEEK_HOURS * self.hours.share_of_shift(place, shift)
        return self.facts[place].level_month * hours / MONTH_HOURS

    @cached_property
    def most(self) -> list[int]:
        """How many visits each shift has time for at most, by the shortest ways."""
        rules, spots = Rules(self.settings), self.asked.spots
        return [
            rules.room(shift, [spots[place] for place in self.asked.places_of(shift)])
            for shift in self.shifts
        ]

    @cached_property
    def least(self) -> list[int]:
        """How many visits each place must have: none where no shift may go."""
        least = self.settings.min_visits_place_week
        return [least if of_place.any() else 0 for of_place in list(self.allowed)]

    def refuse_without_room(self) -> None:
        """`UsageError` where a week has no room for what each place must have."""
        if any(self.least) and self._with_least(self.most) is None:
            raise UsageError(
                f"{self.settings.min_visits_place_week} visits a week at each of"
                f" {sum(map(bool, self.least))} places are"
                f" {sum(self.least)}: the week of {monday_of(self.week)} has room for"
                f" {sum(self.most)} in all, and a shift for"
                f" {self.settings.max_visits_place_shift} at a place; plan more shifts,"
                " or lower [patrol] min_visits_place_week"
            )

    def _with_least(self, room: Sequence[int]) -> Integers | None:
        most = self.settings.max_visits_place_shift
        return counts_with_least(self.values, self.allowed, room, most, self.least)

    def _spare(self, counts: Integers) -> set[tuple[int, int, int]]:
        """The visits (place, shift, nth) beyond what each place must have."""
        found = set()
        for row, least in enumerate(self.least):
            visits = [
                (float(self.values[row, column]) / nth, -column, nth)
                for column in range(len(self.shifts))
                for nth in range(1, int(counts[row, column]) + 1)
            ]
            beyond = sorted(visits, reverse=True)[least:]
            found |= {(row, -column, nth) for _, column, nth in beyond}
        return found
