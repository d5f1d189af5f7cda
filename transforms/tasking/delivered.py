"""What patrols delivered in a fortnight, and since the programme started."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from transforms.errors import UsageError
from transforms.homes.home import Home
from transforms.patrols.dosage import Dosage, dosage_of
from transforms.patrols.returns import EVERY, return_table
from transforms.programmes.programme import Programme
from transforms.reference.overrides import days_from
from transforms.tasking.fortnight import Fortnight
from transforms.tasking.planned import minutes_planned, planned_days
from transforms.trials.compliance import PRESENT_MINUTES


Measure = tuple[str, str]  # and of whom
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Made:
    """How many place-days were as planned, of those that a log covers."""

    visited: int  # with patrol planned, and a visit of ten minutes or more
    planned: int
    unplanned: int  # without, and three minutes of programme patrol or more
    free: int


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """What is known of patrols; of the fortnight and of all days since the start."""

    fortnight: Dosage | None  # None where no log has a day of it
    whole: Dosage | None
    missing: Sequence[date]  # days of the fortnight without any row
    missing_in_all: Sequence[date]

    @property
    def made(self) -> Made | None:
        """Whether patrols of the fortnight were made as planned, if plans are known."""
        return (
            made_as_planned(self.fortnight.days.to_pylist()) if self.fortnight else None
        )


def delivered(
    home: Home, programme: Programme, starts: date, fortnight: Fortnight
) -> Delivered:
    """What logs say, beside the newest plan of each day."""
    last = fortnight.days[-1]
    every = days_from(starts, last)
    plans = planned_days(home, programme, every)
    planned = minutes_planned(home, programme, plans)
    try:
        whole = dosage_of(home, programme, starts, last, None, planned)
    except UsageError:  # no log has a day of the programme
        return Delivered(
            fortnight=None,
            whole=None,
            missing=fortnight.days,
            missing_in_all=every,
        )
    supplied = set(whole.supplied)
    own = [day for day in fortnight.days if day in supplied]
    return Delivered(
        fortnight=whole.of(fortnight.first, last) if own else None,
        whole=whole,
        missing=[day for day in fortnight.days if day not in supplied],
        missing_in_all=[day for day in every if day not in supplied],
    )


def made_as_planned(rows: Sequence[Row]) -> Made | None:
    """Count place-days by whether patrol was planned; None where nothing says so.

    As a trial counts them: a visit of ten minutes makes a patrol, three minutes of
    presence one that was not planned. Place-days of which the length of visits is not
    known are left out.
    """
    known = [row for row in rows if row["planned_minutes"] is not None]
    asked = [
        row
        for row in known
        if row["planned_minutes"] > 0 and row["visits_10_plus"] is not None
    ]
    free = [row for row in known if not row["planned_minutes"]]
    if not known:
        return None
    return Made(
        visited=sum(row["visits_10_plus"] > 0 for row in asked),
        planned=len(asked),
        unplanned=sum(row["patrol_minutes"] >= PRESENT_MINUTES for row in free),
        free=len(free),
    )


def return_totals(dosage: Dosage | None) -> dict[Measure, float | None]:
    """The measures of a return over all its months; None where none is known."""
    found: dict[Measure, float | None] = {}
    if dosage is None:
        return found
    for row in return_table(dosage).to_pylist():
        if row["place_id"] == EVERY:
            key = row["measure"], row["role"]
            if row["value"] is None:
                found.setdefault(key, None)
            else:
                found[key] = (found.get(key) or 0.0) + row["value"]
    return found
