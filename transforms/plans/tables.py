"""A plan as tables: its visits, what was dropped, and the visits of each place."""

from collections import Counter
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from transforms.lake.schemas import TEXT, column, conform
from transforms.plain_text import plain
from transforms.plans.plan import Plan, monday_of
from transforms.plans.schemas import DROPPED, PLANNED, VISITS
from transforms.plans.timetable import Visit
from transforms.programmes.schemas import PLACES
from transforms.publications.formulas import is_safe
from transforms.reference.days import LONDON


def clock(moment: datetime) -> datetime:
    """A moment as the clock shows it."""
    return moment.astimezone(LONDON)


def names_of(plan: Plan) -> dict[str, str]:
    """The name of each place by rank, on one line; empty where it has none."""
    rows = plan.asked.programme.places.select(["place_id", "name"]).to_pylist()
    named = {row["place_id"]: plain(row["name"] or "") for row in rows}
    return {place: name if is_safe(name) else "" for place, name in named.items()}


def visits_table(plan: Plan) -> pa.Table:
    """A row for each visit, by shift, unit and time."""
    names = names_of(plan)
    rows: list[dict[str, Any]] = []
    for shift, unit, visits in plan.units:
        for visit in visits:
            place = visit.wanted.place
            spot = plan.asked.spots[place]
            rows.append(
                {
                    "shift_id": shift.id,
                    "date": str(shift.day),
                    "unit": unit,
                    "seq": visit.seq,
                    "place_id": place,
                    "name": names[place] or None,
                    "start": f"{clock(visit.starts):%Y-%m-%dT%H:%M}",
                    "minutes": visit.minutes,
                    **_window(plan, visit),
                    "value": visit.wanted.value,
                    "why": plan.facts[place].line,
                    "lat": spot.lat,
                    "lon": spot.lon,
                }
            )
    return conform(pa.Table.from_pylist(rows, schema=VISITS), VISITS)


def _window(plan: Plan, visit: Visit) -> dict[str, str]:
    """The busiest hours of its place in its shift, where any are known."""
    if plan.hours is None:
        return {}
    begins, ends = plan.hours.window(visit.wanted.place, visit.shift)
    return {
        "window_from": f"{clock(begins):%H:%M}",
        "window_to": f"{clock(ends):%H:%M}",
    }


def dropped_table(plan: Plan) -> pa.Table:
    """A row for each visit that there was no time for."""
    rows = [
        {
            "shift_id": one.shift.id,
            "date": str(one.shift.day),
            "unit": one.unit,
            "place_id": one.wanted.place,
            "value": one.wanted.value,
        }
        for one in plan.dropped
    ]
    return pa.Table.from_pylist(rows, schema=DROPPED)


def planned_table(plan: Plan) -> pa.Table:
    """Minutes at each place and day of a shift, as `dosage report --planned` reads."""
    minutes: Counter[tuple[str, date]] = Counter()
    for visit in plan.visits:
        minutes[visit.wanted.place, visit.shift.day] += visit.minutes
    days = sorted({shift.day for shift in plan.asked.shifts})
    rows = [
        {"place_id": place, "date": str(day), "planned_minutes": minutes[place, day]}
        for day in days
        for place in plan.asked.spots
    ]
    return pa.Table.from_pylist(rows, schema=PLANNED)


def places_table(plan: Plan) -> pa.Table:
    """A row for each place: its visits, by week where there are several, and why."""
    names = names_of(plan)
    weeks = {f"visits_{monday_of(week)}": of for week, of in plan.by_week.items()}
    of_weeks = [
        column(name, pa.int32(), f"Visits in the week of {name.rpartition('_')[2]}")
        for name in weeks
    ]
    schema = pa.schema(
        [
            *(PLACES.field(name) for name in ("place_id", "name", "lat", "lon")),
            column("visits", pa.int32(), "Visits planned"),
            *of_weeks,
            column("why", TEXT, "Why there"),
        ]
    )
    rows = [
        {
            "place_id": place,
            "name": names[place] or None,
            "lat": spot.lat,
            "lon": spot.lon,
            "visits": sum(of[place] for of in weeks.values()),
            **{name: of[place] for name, of in weeks.items()},
            "why": plan.facts[place].line,
        }
        for place, spot in plan.asked.spots.items()
    ]
    return pa.Table.from_pylist(rows, schema=schema)
