"""A week's patrol list as files: for a spreadsheet, a calendar and a wall."""

import csv
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa

from transforms.programmes.calendar_file import calendar, escaped
from transforms.programmes.programme import Programme
from transforms.publications.formats.csv_files import write_csv
from transforms.publications.formats.typeset import typeset
from transforms.reference.days import Day
from transforms.trials.schemas import PATROLS


CSV_FILE, ICS_FILE, PDF_FILE = "patrol.csv", "patrol.ics", "patrol.pdf"

Week = Mapping[date, Sequence[str]]


def patrols_table(week: Week, programme: Programme) -> pa.Table:
    """A row for each day and place of patrol."""
    known = {row["place_id"]: row for row in programme.places.to_pylist()}
    rows = [
        {
            "date": day.isoformat(),
            "weekday": f"{day:%A}",
            **{field.name: known[place][field.name] for field in list(PATROLS)[2:]},
        }
        for day, places in sorted(week.items())
        for place in sorted(places)
    ]
    return pa.Table.from_pylist(rows, schema=PATROLS)


def write_week(folder: Path, week: Week, programme: Programme, commitment: str) -> None:
    """Write all files of a week: the same bytes for the same week."""
    write_csv(patrols_table(week, programme), folder / CSV_FILE)
    (folder / ICS_FILE).write_bytes(_calendar(week, programme))
    _write_pdf(folder / PDF_FILE, week, programme, commitment)


def patrols_of(folder: Path) -> dict[str, list[str]]:
    """The places of each day of an issued week that has any, as its file lists them."""
    found: dict[str, list[str]] = {}
    with (folder / CSV_FILE).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["date"], []).append(row["place_id"])
    return found


def _calendar(week: Week, programme: Programme) -> bytes:
    """An event for each day, without an hour: the draw names none."""
    names = _names(programme)
    lines: list[str] = []
    for day, places in sorted(week.items()):
        if not places:
            continue
        told = "\\n".join(escaped(f"{p} {names[p]}".strip()) for p in sorted(places))
        mark = sha256(f"{programme.id} {day} {told}".encode()).hexdigest()[:32]
        lines += [
            "BEGIN:VEVENT",
            f"UID:{mark}@hexbeat",
            f"DTSTAMP:{min(week):%Y%m%d}T000000Z",
            f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:Patrol {escaped(', '.join(sorted(places)))}",
            f"DESCRIPTION:{told}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    return calendar("trial", lines)


def _names(programme: Programme) -> dict[str, str]:
    return {row["place_id"]: row["name"] or "" for row in programme.places.to_pylist()}


def _write_pdf(path: Path, week: Week, programme: Programme, commitment: str) -> None:
    days = sorted(week)
    content: dict[str, Any] = {
        "title": f"Patrols from {Day.of(days[0]).in_words}",
        "subtitle": f"{programme.id}. Patrol the places marked on each day, no others.",
        "header": ["Place", "", *(f"{day:%a} {day.day}" for day in days)],
        "rows": [
            [place, name, *("●" if place in week[day] else "" for day in days)]
            for place, name in _names(programme).items()
            if any(place in places for places in week.values())
        ],
        "footer": f"Commitment {commitment}. For policing alone.",
    }
    typeset("transforms.trials:typst/week.typ", content, days[0], path)
