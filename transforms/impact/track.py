"""Tracks a programme: makes a look, and writes it as a folder that never changes."""

from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256
from pathlib import Path

import pyarrow as pa

from transforms.homes.home import Home
from transforms.impact import words
from transforms.impact.look import Look, look
from transforms.impact.page import sheet_of
from transforms.impact.schemas import (
    TEXTBOOK,
    TRACKED,
    TRACKED_PLACES,
    for_clock,
)
from transforms.impact.textbook_rows import ABOUT
from transforms.lake.schemas import conform
from transforms.programmes.force_records import note_read
from transforms.programmes.kept_folder import keep, write_manifest
from transforms.programmes.past import past_table
from transforms.programmes.programme import Programme, canonical
from transforms.programmes.register import LOOK, Register
from transforms.programmes.sheet import html, write_pdf
from transforms.publications.formats.csv_files import write_csv
from transforms.reference.clocks import Period


LOOKS = "looks"
_ESTIMATED = (
    "ratio", "low", "high", "z", "p_fall",
    "without", "prevented", "prevented_low", "prevented_high",
)  # fmt: skip
_DECIMALS = 6


@dataclass(frozen=True)
class Tracked:
    """What tracking did."""

    look: Look
    folder: Path
    created: bool  # False if that look was made before


def track(
    home: Home,
    programme: Programme,
    to: Period | None,
    window_length: int,
    at: datetime,
    who: str,
) -> Tracked:
    """Look at a programme, and keep what was seen; a no-op if it was seen before."""
    seen = look(home, programme, to, window_length)
    tables = {
        "tracker.csv": _tracked(seen),
        "tracker_places.csv": _places(seen),
        "tracker_placebo.csv": past_table(seen.past, programme.clock),
    }

    def write(folder: Path) -> str:
        for name, table in tables.items():
            write_csv(table, folder / name)
        return _look_id(seen, folder)

    kept = keep(programme.folder / LOOKS, write, partial(_write_pages, seen))
    note_read(home, at, who, "track")
    _register(home, programme, kept.folder.name, at, who)
    return Tracked(seen, kept.folder, kept.created)


def _write_pages(seen: Look, folder: Path) -> None:
    write_csv(_textbook(seen), folder / "tracker_textbook.csv")
    sheet = sheet_of(seen)
    (folder / "tracker.html").write_text(html(sheet))
    write_pdf(sheet, seen.periods[-1].last_day, folder / "tracker.pdf")
    write_manifest(folder)


def _look_id(seen: Look, built: Path) -> str:
    """The month or day, and the hash of all that was found."""
    found = {
        f.name: sha256(f.read_bytes()).hexdigest() for f in sorted(built.iterdir())
    }
    identity = {
        "programme": seen.programme.id,
        "files": found,
        "delivered": words.delivered(seen),  # a log may be read after a look was made
    }
    digest = sha256(canonical(identity).encode()).hexdigest()[:12]
    return f"{seen.periods[-1]}-{digest}"


def _register(
    home: Home, programme: Programme, name: str, at: datetime, who: str
) -> None:
    register = Register(home)
    known = {line["what"].get("look") for line in register.log.lines()}
    if name not in known:
        register.add(LOOK, programme.id, at, who, look=name)
    register.log.settle()


def _tracked(seen: Look) -> pa.Table:
    rows, clock = [], seen.programme.clock
    parts = {
        "places": (seen.places, seen.estimate),
        "buffers": (seen.buffers, seen.buffer_estimate),
    }
    for area, (sums, found) in parts.items():
        row = {
            "programme": seen.programme.id,
            "area": area,
            f"first_{clock.period}": str(seen.periods[0]),
            f"last_{clock.period}": str(seen.periods[-1]),
            clock.unit: len(seen.periods),
            **asdict(sums),
            "past_lists": len(seen.past),
            "past_lists_apart": seen.independent,
            "bias": seen.usual.bias if seen.usual else None,
            "spread": seen.usual.spread if seen.usual else None,
            "variance_factor": seen.usual.variance_factor if seen.usual else None,
        }
        row |= {
            name: round(getattr(found, name), _DECIMALS) if found else None
            for name in _ESTIMATED
        }
        rows.append(row)
    schema = for_clock(TRACKED, clock)
    return conform(pa.Table.from_pylist(rows, schema=schema), schema)


def _places(seen: Look) -> pa.Table:
    rows = [
        {
            **asdict(row),
            seen.programme.clock.unit: row.periods,
            "expected": round(row.expected, _DECIMALS),
            "likely": round(row.likely, _DECIMALS),
            "word": row.word,
            "left": row.left.isoformat() if row.left else None,
        }
        for row in seen.rows
    ]
    schema = for_clock(TRACKED_PLACES, seen.programme.clock)
    return pa.Table.from_pylist(rows, schema=schema)


def _textbook(seen: Look) -> pa.Table:
    rows = []
    for row in seen.textbook:
        figures = {
            name: round(value, _DECIMALS) if isinstance(value, float) else value
            for name, value in asdict(row).items()
        }
        rows.append(figures | {"about": ABOUT[row.formula]})
    return pa.Table.from_pylist(rows, schema=TEXTBOOK)
