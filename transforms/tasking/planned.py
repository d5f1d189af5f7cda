"""What a programme's patrol plans say of some days: the newest plan of each day."""

import csv
import io
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from transforms.homes.home import Home
from transforms.patrols.planned import Plan as Asked
from transforms.patrols.planned import Planned
from transforms.plans.folder import PLANS
from transforms.plans.make import PLAN_FILE
from transforms.programmes.kept_folder import refuse_damaged
from transforms.programmes.programme import Programme
from transforms.programmes.register import PLANNED, Register
from transforms.records.sheets import SENT, retired
from transforms.reference.days import LONDON


@dataclass(frozen=True, kw_only=True)
class PlannedVisit:
    """A visit of a plan, without its time."""

    plan: str
    shift: str
    day: date
    unit: int
    place: str
    minutes: int


@dataclass(frozen=True, kw_only=True)
class PlannedShift:
    """A shift of a plan: how many units go out, and how many visits they make."""

    shift: str
    day: date
    units: int
    visits: int


@dataclass(frozen=True, kw_only=True)
class PlannedDays:
    """What plans say of some days."""

    days: Sequence[date]
    plan_of: Mapping[date, str]  # the newest plan of each day that has one
    visits: Sequence[PlannedVisit]
    shifts: Sequence[PlannedShift]

    @property
    def plans(self) -> list[str]:
        """The plans that count, by their first day."""
        return sorted(set(self.plan_of.values()))

    @property
    def without(self) -> list[date]:
        """The days that no plan is of."""
        return [day for day in self.days if day not in self.plan_of]

    @cached_property
    def visits_at(self) -> Counter[str]:
        """How many visits each place gets."""
        return Counter(visit.place for visit in self.visits)

    @property
    def minutes_at(self) -> Counter[tuple[str, date]]:
        """The minutes of each place and day that has any."""
        found: Counter[tuple[str, date]] = Counter()
        for visit in self.visits:
            found[visit.place, visit.day] += visit.minutes
        return found


def planned_days(home: Home, programme: Programme, days: Sequence[date]) -> PlannedDays:
    """What the plans of a programme say of some days; `LakeError` for a damaged one.

    Where several plans are of a day, the one that was made last counts.
    """
    plan_of: dict[date, str] = {}
    made = [w["plan"] for w in Register(home).of_trials(programme.id, PLANNED)]
    shifts: dict[str, list[PlannedShift]] = {}
    visits: dict[str, list[PlannedVisit]] = {}
    for plan in made:  # oldest first, so that a newer one has the last word
        first, last, shifts[plan], visits[plan] = _read(programme, plan)
        plan_of |= {day: plan for day in days if first <= day <= last}
    used = sorted(set(plan_of.values()))
    return PlannedDays(
        days=days,
        plan_of=plan_of,
        visits=[v for p in used for v in visits[p] if plan_of.get(v.day) == p],
        shifts=sorted(
            (s for p in used for s in shifts[p] if plan_of.get(s.day) == p),
            key=lambda shift: (shift.day, shift.shift),
        ),
    )


def _read(
    programme: Programme, plan: str
) -> tuple[date, date, list[PlannedShift], list[PlannedVisit]]:
    folder = programme.folder / PLANS / plan
    refuse_damaged(folder)
    made, rows = _asked(folder)
    visits = [
        PlannedVisit(
            plan=plan,
            shift=row["shift_id"],
            day=date.fromisoformat(row["date"]),
            unit=int(row["unit"]),
            place=row["place_id"],
            minutes=int(row["minutes"]),
        )
        for row in rows
    ]
    number = Counter((visit.shift, visit.day) for visit in visits)
    shifts = [
        PlannedShift(
            shift=one["shift_id"],
            day=(day := _day_of(one)),
            units=one["units"],
            visits=number[one["shift_id"], day],
        )
        for one in made["shifts"]
    ]
    first, last = (date.fromisoformat(made[name]) for name in ("first", "last"))
    return first, last, shifts, visits


def _asked(folder: Path) -> tuple[Mapping[str, Any], Sequence[Mapping[str, str]]]:
    """What a plan was made from, and its visits: of a retired one, by its note."""
    if note := retired(folder):
        return note[SENT], note[SENT]["visits"]
    made = json.loads((folder / PLAN_FILE).read_bytes())["made_from"]
    text = (folder / "visits.csv").read_text(encoding="utf-8")
    return made, list(csv.DictReader(io.StringIO(text)))


def minutes_planned(home: Home, programme: Programme, planned: PlannedDays) -> Planned:
    """Minutes planned at each place and day: by its plan, else as a dose report has it.

    Without one: from the week that a trial issued, or the settings of the home.
    """
    other = Asked(programme, home.patrol.planned_minutes, None)
    by_plan = planned.minutes_at
    found: dict[tuple[str, date], float] = {}
    for place in programme.places["place_id"].to_pylist():
        for day in planned.days:
            if day in planned.plan_of:
                found[place, day] = float(by_plan[place, day])
            elif (minutes := other.minutes(place, day)) is not None:
                found[place, day] = minutes
    return found


def _day_of(shift: Mapping[str, Any]) -> date:
    """The day on which a shift begins, on the clock."""
    starts = datetime.strptime(shift["starts"], "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
    return starts.astimezone(LONDON).date()
