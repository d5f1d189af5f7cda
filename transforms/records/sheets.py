"""What was made from records and handed on: profiles, plans, packs, reports, looks.

Each is a folder of which the register or a person may still know, so one that may count
an erased record is retired: a note stays in it, and nothing else. Of a plan the note
also has where units were sent, which no record says and what was delivered is held
against.
"""

import csv
import io
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from transforms.homes.retirement import RETIRED, record_retirement
from transforms.lake.storage import flush_folder
from transforms.records.resting import Gone
from transforms.reference.days import parse_period


SENT = "sent"  # in the note of a plan: where units were sent
_PLANS = "programmes/*/plans"
_REPORTS = "programmes/*/dosage"
_PLACES = (
    "profiles",
    _PLANS,
    "programmes/*/packs",
    "programmes/*/looks",
    _REPORTS,
    "programmes/*/trials/*/analyses",
)
_NAMED = re.compile(r"(?:^|-)(\d{4}-\d\d(?:-\d\d)?)-[0-9a-f]{12}$")
_VISIT = ("shift_id", "date", "unit", "place_id", "minutes")  # of a plan's visits.csv
_OF_SHIFT = ("shift_id", "starts", "units")  # of what a plan was made from


def retired(folder: Path) -> Mapping[str, Any] | None:
    """What is left of a folder that was retired; None of one that was not."""
    file = folder / RETIRED
    return json.loads(file.read_bytes()) if file.exists() else None


def retire_sheets(root: Path, gone: Gone, now: datetime) -> int:
    """Retire each folder that may count what is removed; how many were.

    Half-made ones go too: whoever makes one does it again.
    """
    number = 0
    for place in _PLACES:
        for left in root.glob(f"{place}/.tmp-*"):
            shutil.rmtree(left)
        for folder in sorted(root.glob(f"{place}/[!.]*/")):
            known = retired(folder)
            if known is None and not gone.may_be_in(_counts_to(folder)):
                continue
            number += known is None
            _retire(folder, known or _note(folder, gone, now))
    return number


def _counts_to(folder: Path) -> date:
    """The last day of which a folder may count a record; the last of all if unknown.

    A dose report counts those of the newest year where it has hours.
    """
    if folder.match(f"{_REPORTS}/*"):
        return date.max if (folder / "dosage_hours.csv").exists() else date.min
    if folder.match(f"{_PLANS}/*"):
        hours = _made_from(folder).get("hours", {"last": str(date.max)})
        return date.fromisoformat(hours["last"]) if hours else date.min
    found = _NAMED.search(folder.name)
    return parse_period(found[1]).last_day if found else date.max


def _made_from(plan: Path) -> dict[str, Any]:
    """What a plan was made from; nothing where that cannot be read."""
    try:
        found: dict[str, Any] = json.loads((plan / "plan.json").read_bytes())
    except (OSError, ValueError):
        return {}
    return dict(found["made_from"])


def _note(folder: Path, gone: Gone, now: datetime) -> dict[str, Any]:
    note: dict[str, Any] = {"at": now.isoformat(), "why": gone.why}
    if folder.match(f"{_PLANS}/*") and (made := _made_from(folder)):
        note[SENT] = {
            "first": made["first"],
            "last": made["last"],
            "shifts": [
                {name: one[name] for name in _OF_SHIFT} for one in made["shifts"]
            ],
            "visits": list(_visits(folder)),
        }
    return note


def _visits(plan: Path) -> Iterator[dict[str, str]]:
    text = (plan / "visits.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(io.StringIO(text)):
        yield {name: row[name] for name in _VISIT}


def _retire(folder: Path, note: Mapping[str, Any]) -> None:
    """Leave the note alone in the folder; done again, it does what was left undone."""
    record_retirement(folder, json.dumps(note, indent=1) + "\n")
    others = [path for path in folder.iterdir() if path.name != RETIRED]
    for path in others:
        path.unlink()
    if others:
        flush_folder(folder)
