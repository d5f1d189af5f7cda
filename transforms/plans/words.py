"""What a plan says of itself, in sentences."""

from collections import Counter
from datetime import date
from typing import Any

from transforms.plans.plan import Plan, monday_of
from transforms.plans.why import HOURS_UNKNOWN
from transforms.reference.days import Day


def span(plan: Plan) -> str:
    """From when to when."""
    first, last = Day.of(plan.asked.first).in_words, Day.of(plan.asked.last).in_words
    return first if first == last else f"{first} to {last}"


def headline(plan: Plan) -> str:
    """How much is planned."""
    places = len({visit.wanted.place for visit in plan.visits})
    shifts = len(plan.asked.shifts)
    return (
        f"{len(plan.visits)} visits of {plan.settings.visit_minutes} minutes, at"
        f" {places} of {len(plan.asked.spots)} places, in {shifts}"
        f" shift{'s' * (shifts > 1)}."
    )


def for_units(plan: Plan) -> list[str]:
    """What those who go must know of it."""
    said = [_hours(plan)]
    if plan.asked.trial:
        said.append(
            f"By the trial {plan.asked.trial.id}: go to the places of each day, and to"
            " no others."
        )
    return said


def _hours(plan: Plan) -> str:
    """What hours are known."""
    if plan.hours is None:
        return HOURS_UNKNOWN
    last = Day.of(plan.hours.last).in_words
    return f"Hours: from the force's own feed, 365 days to {last}."


def handling(plan: Plan) -> str:
    """Who may have it."""
    own = plan.hours is not None
    return (
        "Restricted: made from the force's own records."
        if own
        else "For policing alone."
    )


def notes(plan: Plan) -> list[str]:
    """The same, and what was not planned."""
    said = for_units(plan)
    if plan.dropped:
        said.append(
            f"{len(plan.dropped)} visits more had no time: they are listed as dropped."
        )
    empty = [shift.key for shift, _, visits in plan.units if not visits]
    if empty:
        listed = ", ".join(dict.fromkeys(empty))
        said.append(f"Units without any visit: {listed}.")
    return said


def short(plan: Plan) -> list[str]:
    """The weeks in which a place has fewer visits than it must have."""
    weeks = dict.fromkeys(week for week, _ in plan.short)
    least = plan.settings.min_visits_place_week
    said = []
    for week in weeks:
        places = [place for of, place in plan.short if of == week]
        said.append(
            f"Fewer than {least} visits in the week of {monday_of(week)} at"
            f" {', '.join(places)}: the ways take longer than was reckoned."
        )
    return said


def account_of(plan: Plan) -> dict[str, Any]:
    """A plan in counts: neither a place nor when anybody is there."""
    visits = Counter(visit.shift.key for visit in plan.visits)
    dropped = Counter(one.shift.key for one in plan.dropped)
    return {
        "programme": plan.asked.programme.id,
        "plan": plan.id,
        "headline": headline(plan),
        "visits": len(plan.visits),
        "dropped": len(plan.dropped),
        "shifts": [
            {
                "shift_id": shift.id,
                "date": str(shift.day),
                "units": shift.units,
                "visits": visits[shift.key],
                "dropped": dropped[shift.key],
            }
            for shift in plan.asked.shifts
        ],
        "notes": notes(plan),
        "short": short(plan),
    }


def day_in_words(day: date) -> str:
    """Such as Friday 11 December 2026."""
    return f"{day:%A} {Day.of(day).in_words}"
