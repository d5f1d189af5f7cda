"""`briefing.pdf`: a page of A5 for each unit of each shift, to take along."""

from pathlib import Path
from typing import Any

from transforms.plans.plan import Plan
from transforms.plans.shifts import Shift
from transforms.plans.sketch import sketch
from transforms.plans.tables import clock, names_of
from transforms.plans.timetable import Visit
from transforms.plans.words import day_in_words, for_units, handling
from transforms.publications.formats.typeset import typeset


_BY = {"foot": "on foot", "cycle": "by cycle", "vehicle": "by vehicle"}
_RULE = "Stay the whole visit, be seen, talk to people. Then go on."


def write_briefing(plan: Plan, path: Path) -> None:
    """Write it: the same bytes for the same plan."""
    names, spots = names_of(plan), plan.asked.spots
    units = [unit for unit in plan.units if unit[2]]
    pages = [_page(plan, names, *unit, f"{at}.svg") for at, unit in enumerate(units)]
    pictures = {
        f"{at}.svg": sketch([spots[v.wanted.place] for v in visits], shift.base)
        for at, (shift, _, visits) in enumerate(units)
    }
    words = {
        "title": f"Patrols of {plan.asked.programme.id.rpartition('-')[0]}",
        "pages": pages,
        "notes": for_units(plan),
        "footer": f"Plan {plan.id} of {plan.asked.programme.id}. {handling(plan)}",
    }
    template = "transforms.plans:typst/briefing.typ"
    typeset(template, words, plan.asked.first, path, pictures)


def _page(
    plan: Plan,
    names: dict[str, str],
    shift: Shift,
    unit: int,
    visits: list[Visit],
    picture: str,
) -> dict[str, Any]:
    """What stands on the page of a unit."""
    places = list(dict.fromkeys(visit.wanted.place for visit in visits))
    day = day_in_words(shift.day)
    starts, ends = clock(shift.starts), clock(shift.ends)
    return {
        "title": f"{shift.id}, unit {unit}",
        "subtitle": f"{day}, {starts:%H:%M} to {ends:%H:%M}, {_BY[shift.mode]}",
        "rule": _RULE,
        "picture": picture,
        "alt": f"The places of {len(visits)} visits, numbered in their order.",
        "rows": [
            [
                str(visit.seq),
                f"{clock(visit.starts):%H:%M}",
                f"{clock(visit.ends):%H:%M}",
                visit.wanted.place,
                names[visit.wanted.place],
            ]
            for visit in visits
        ],
        "why": [
            [f"{place} {names[place]}".strip(), plan.facts[place].line]
            for place in places
        ],
    }
