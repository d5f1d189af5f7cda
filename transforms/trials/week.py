"""A week's patrol list as files: for a spreadsheet, a calendar and a wall."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import typst

from transforms.programmes.programme import Programme
from transforms.publications.formats.csv_files import write_csv
from transforms.publications.formats.glyphs import all_shown
from transforms.reference.days import Day
from transforms.trials.schemas import PATROLS


CSV_FILE, ICS_FILE, PDF_FILE = "patrol.csv", "patrol.ics", "patrol.pdf"
_LINE_BYTES = 75  # of a calendar file (RFC 5545)

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


def _calendar(week: Week, programme: Programme) -> bytes:
    """An event for each day, without an hour: the draw names none."""
    names = _names(programme)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//hexbeat//trial//EN"]
    for day, places in sorted(week.items()):
        if not places:
            continue
        told = "\\n".join(_escaped(f"{p} {names[p]}".strip()) for p in sorted(places))
        mark = sha256(f"{programme.id} {day} {told}".encode()).hexdigest()[:32]
        lines += [
            "BEGIN:VEVENT",
            f"UID:{mark}@hexbeat",
            f"DTSTAMP:{min(week):%Y%m%d}T000000Z",
            f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:Patrol {_escaped(', '.join(sorted(places)))}",
            f"DESCRIPTION:{told}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    return b"".join(map(_folded, [*lines, "END:VCALENDAR"]))


def _escaped(text: str) -> str:
    for mark in "\\;,":
        text = text.replace(mark, f"\\{mark}")
    return text


def _folded(line: str) -> bytes:
    """A line of a calendar file, continued where it is too long."""
    parts, part = [], b""
    for letter in line:
        encoded = letter.encode()
        if len(part) + len(encoded) > _LINE_BYTES:
            parts.append(part)
            part = b" "
        part += encoded
    return b"\r\n".join([*parts, part]) + b"\r\n"


def _names(programme: Programme) -> dict[str, str]:
    return {row["place_id"]: row["name"] or "" for row in programme.places.to_pylist()}


def _write_pdf(path: Path, week: Week, programme: Programme, commitment: str) -> None:
    source = files("transforms.trials").joinpath("typst/week.typ").read_bytes()
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
    with TemporaryDirectory() as folder:
        work = Path(folder)
        (work / "week.typ").write_bytes(source)
        (work / "week.json").write_text(json.dumps(all_shown(content)))
        typst.compile(
            work / "week.typ",
            output=path,
            root=work,
            ignore_system_fonts=True,
            pdf_standards="ua-1",
            timestamp=int(datetime.combine(days[0], time(), UTC).timestamp()),
        )
