"""Makes packs: each a folder of its programme, named by what is in it."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from transforms.homes.home import Home
from transforms.homes.runs.seal import json_text
from transforms.programmes.force_records import note_read
from transforms.programmes.kept_folder import keep, write_manifest
from transforms.programmes.programme import Programme
from transforms.programmes.register import TASKED, Register
from transforms.reference.days import LONDON
from transforms.tasking import words
from transforms.tasking.areas import CoarseArea
from transforms.tasking.changed import FELL, ROSE
from transforms.tasking.desk import write_docx
from transforms.tasking.folder import PACKS, packs_of
from transforms.tasking.fortnight import fortnight_of
from transforms.tasking.pack import FIGURES, Pack, pack_of
from transforms.tasking.page import write_pdf
from transforms.tasking.pages import lead_page, panel_page, tasking_page
from transforms.tasking.tables import (
    place_rows,
    problem_rows,
    shift_rows,
    texts,
    total_rows,
)
from transforms.tasking.workbook import write_workbook


_DECIMALS = 4
PAGES = {"tasking": tasking_page, "lead": lead_page, "panel": panel_page}


@dataclass(frozen=True)
class Made:
    """A pack that was made, or had been."""

    pack: Pack
    folder: Path
    created: bool


def make_pack(
    home: Home, programme: Programme, ending: date | None, at: datetime, who: str
) -> Made:
    """Make the pack of a fortnight and keep it; the same again is the same folder."""
    standing = Register(home).standing(programme.id)
    today = at.astimezone(LONDON).date()
    fortnight = fortnight_of(programme.id, standing, ending, today)
    note_read(home, at, who, "tasking")
    pack = pack_of(home, programme, fortnight)

    def write(folder: Path) -> str:
        text = json_text(figures(pack))
        (folder / FIGURES).write_text(text)
        return f"{fortnight.last}-{sha256(text.encode()).hexdigest()[:12]}"

    kept = keep(programme.folder / PACKS, write, partial(_write_rest, pack))
    register = Register(home)
    if kept.folder.name not in packs_of(home, programme.id):
        register.add(TASKED, programme.id, at, who, pack=kept.folder.name)
    register.log.settle()
    return Made(pack, kept.folder, kept.created)


def _write_rest(pack: Pack, folder: Path) -> None:
    for name, page in PAGES.items():
        told = page(pack)
        write_pdf(told, pack.fortnight.last, folder / f"{name}.pdf")
        write_docx(told, pack.fortnight.last, folder / f"{name}.docx")
    write_workbook(pack, tasking_page(pack), folder / "tasking.xlsx")
    write_manifest(folder)


def figures(pack: Pack) -> dict[str, Any]:
    """All that a pack found and says, for other programs; its hash names the folder."""
    fortnight, delivered, tracked = pack.fortnight, pack.delivered, pack.tracked
    return {
        "programme": pack.programme.id,
        "force": pack.force.id,
        "crime_group": pack.programme.rule.group,
        "first": str(fortnight.first),
        "last": str(fortnight.last),
        "before": pack.before,
        "counted_from": str(pack.changed.since),
        "counted_to": str(pack.changed.newest),
        "not_compared": texts(pack.changed.missing),
        "places": place_rows(pack),
        "left": {p: str(pack.standing.left[p]) for p in pack.changed.left},
        "list_before": pack.changed.list_before,
        "joined": pack.changed.joined,
        "gone": pack.changed.gone,
        "tracker": tracked and {"look": tracked.look, **tracked.figures},
        "plans": pack.next.plans,
        "shifts": shift_rows(pack),
        "days_without_plan": texts(pack.next.without),
        "missing_days": texts(delivered.missing),
        "missing_days_since_start": texts(delivered.missing_in_all),
        "as_planned": delivered.made and asdict(delivered.made),
        "trials": pack.trials,
        "totals": total_rows(pack),
        "problems": problem_rows(pack),
        "problems_elsewhere": pack.problems.elsewhere,
        "areas_from": {"file": pack.named.file, "sha256": pack.named.sha256},
        "areas": [_area(*of_area) for of_area in pack.areas],
        "told": {name: asdict(page(pack)) for name, page in PAGES.items()},
        "hexbeat": version("hexbeat"),
    }


def _area(area: CoarseArea, hours: float | None) -> dict[str, Any]:
    return {
        "area": area.name,
        "places": len(area.places),
        "officer_hours": None if hours is None else round(hours, _DECIMALS),
    }


def account_of(made: Made) -> dict[str, Any]:
    """A pack in counts and sentences about all places together: no place is named."""
    pack = made.pack
    planned = len(pack.next.visits) if pack.next.plan_of else None
    return {
        "programme": pack.programme.id,
        "pack": made.folder.name,
        "first": str(pack.fortnight.first),
        "last": str(pack.fortnight.last),
        "places": len(pack.places),
        "rose": len(pack.changed.places(ROSE)),
        "fell": len(pack.changed.places(FELL)),
        "left": len(pack.changed.left),
        "new_periods": len(pack.changed.periods),
        "delivered": words.dose(pack)[0],
        "missing_days": len(pack.delivered.missing),
        "has_log": pack.delivered.fortnight is not None,
        "tracker": words.tracker(pack)[0],
        "next_visits": planned,
        "days_without_plan": len(pack.next.without),
        "to_see_to": words.missing_parts(pack),
        "folder": str(made.folder),
        "created": made.created,
    }
