"""Makes plans: each a folder of its programme, named by its inputs, never changed."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from transforms.homes.home import Home
from transforms.homes.runs.seal import json_text
from transforms.plans.asked import Asked
from transforms.plans.briefing import write_briefing
from transforms.plans.devices import plan_calendar, write_gpx
from transforms.plans.folder import PLANS
from transforms.plans.hours import Hours
from transforms.plans.plan import Plan, made_plan, monday_of
from transforms.plans.tables import (
    dropped_table,
    places_table,
    planned_table,
    visits_table,
)
from transforms.plans.why import facts_of
from transforms.plans.words import handling, headline, notes, short
from transforms.plans.workbook import write_workbook
from transforms.programmes.force_records import note_read
from transforms.programmes.kept_folder import keep, write_manifest
from transforms.programmes.register import PLANNED, Register
from transforms.publications.formats.csv_files import write_csv
from transforms.publications.formats.outlines import hotspot_outlines, write_shapes


PLAN_FILE = "plan.json"


@dataclass(frozen=True)
class Made:
    """A plan that was made, or had been."""

    plan: Plan
    folder: Path
    created: bool


def make_plan(
    home: Home, asked: Asked, hours: Hours | None, at: datetime, who: str
) -> Made:
    """Make a plan and keep it; the same again is the same folder."""
    note_read(home, at, who, "patrol plan")
    facts = facts_of(home, asked.programme, hours)
    plan = made_plan(asked, home.patrol, facts, hours)

    def name(_: Path) -> str:
        return plan.id

    def write(folder: Path) -> None:
        write_plan(plan, folder)

    kept = keep(asked.programme.folder / PLANS, name, write)
    register = Register(home)
    known = {line["what"].get("plan") for line in register.log.lines()}
    if plan.id not in known:
        trial = {"trial": asked.trial.id} if asked.trial else {}
        register.add(PLANNED, asked.programme.id, at, who, plan=plan.id, **trial)
    register.log.settle()
    return Made(plan, kept.folder, kept.created)


def write_plan(plan: Plan, folder: Path) -> None:
    """Write all files of a plan: the same bytes for the same plan."""
    write_csv(visits_table(plan), folder / "visits.csv")
    write_csv(planned_table(plan), folder / "planned.csv")
    (folder / PLAN_FILE).write_text(json_text(_facts(plan)))
    (folder / "plan.ics").write_bytes(plan_calendar(plan))
    write_gpx(plan, folder / "plan.gpx")
    write_workbook(plan, folder / "plan.xlsx")
    write_briefing(plan, folder / "briefing.pdf")
    _write_places(plan, folder / "places.geojson")
    write_manifest(folder)


def _facts(plan: Plan) -> dict[str, object]:
    """All that was found, for other programs."""
    return {
        "plan": plan.id,
        "made_from": plan.identity,
        "headline": headline(plan),
        "notes": [*notes(plan), *short(plan)],
        "visits": len(plan.visits),
        "dropped": dropped_table(plan).to_pylist(),
        "visits_by_week": {
            str(monday_of(week)): visits for week, visits in plan.by_week.items()
        },
    }


def _write_places(plan: Plan, path: Path) -> None:
    """The outlines of all places, with how often each is visited."""
    outlines, of_place = hotspot_outlines(plan.asked.programme.places)
    write_shapes(
        path,
        "places",
        places_table(plan),
        outlines[of_place.to_numpy(zero_copy_only=False)],
        DESCRIPTION=f"Places of the plan {plan.id}. {handling(plan)}",
    )
