"""A programme of four places in a home, made without scores, and logs about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import h3
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from transforms.homes.home import Home, open_either_home
from transforms.lake.schemas import conform
from transforms.programmes.buffers import components
from transforms.programmes.kept_folder import write_manifest
from transforms.programmes.past import past_table
from transforms.programmes.programme import (
    BUFFERS_FILE,
    CELLS_FILE,
    DATA_FILES,
    PAST_FILE,
    PLACES_FILE,
    Programme,
    canonical,
    open_programme,
    programme_id,
    programmes_folder,
)
from transforms.programmes.register import FROZEN, Register, start
from transforms.programmes.schemas import BUFFERS, FROZEN_CELLS, PLACES
from transforms.reference import cells
from transforms.reference.clocks import MONTHS


FORCE = "kent"
STARTS = date(2026, 10, 1)
NOW = datetime(2026, 11, 10, 9, tzinfo=UTC)
CENTRES = [(51.278, 1.080), (51.334, 1.422), (51.388, 0.520), (51.148, 0.872)]
LEVELS = [10.0, 6.0, 3.0, 1.0]
NAMES = ["High Street", "Harbour", "Station", None]

MAPPING = """
programme = "autumn"
format = "csv"

[columns]
place_id = "Location"
start = "Arrived"
end = "Left"
officers = "Officers"
role = "Role"
mode = "How"
arrests = "Arrests"
searches = "Searches"
weapons = "Weapons"
asb_powers = "ASB"
engagements = "Talks"

[times]
date_format = "%d/%m/%Y %H:%M"
time_zone = "Europe/London"
ambiguous = "earlier"
skipped = "shift"

[roles]
police = ["PC", "PS"]
pcso = ["PCSO"]
special = ["SC"]
warden = ["Warden"]
partner = ["Street pastor"]

[modes]
foot = ["foot"]
cycle = ["cycle"]
vehicle = ["car", "van"]

[background]
column = "Reason"
yes = ["call"]
no = ["hot spot"]
"""
HEADER = (
    "Officer name,Location,Arrived,Left,Officers,Role,How,Reason,Arrests,Searches,"
    "Weapons,ASB,Talks"
)
OFFICER = "Dorothea Quimby"  # nobody of that name may be anywhere


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of a log, as people fill it in."""

    place: str = "p01"
    start: str = "05/10/2026 18:00"
    end: str = "05/10/2026 18:15"
    officers: str = "2"
    role: str = "PC"
    mode: str = "foot"
    reason: str = "hot spot"
    arrests: str = ""
    searches: str = ""
    weapons: str = ""
    asb: str = ""
    talks: str = ""

    def text(self) -> str:
        return ",".join([OFFICER, *vars(self).values()])


def log(*rows: Row) -> bytes:
    """A log of those rows."""
    return "\n".join([HEADER, *(row.text() for row in rows), ""]).encode()


def put(folder: Path, data: bytes, name: str = "log.csv") -> Path:
    """A file of those bytes."""
    (folder / name).write_bytes(data)
    return folder / name


def made_programme(
    root: Path,
    name: str = "autumn",
    starts: date | None = STARTS,
    force: str = FORCE,
    more: int = 0,
    is_touching: bool = False,
) -> tuple[Home, Programme]:
    """A home with a programme of four places or more, each a cell of resolution 9.

    If `is_touching`, the last one is next to the first.
    """
    places = _places(more, is_touching)
    ids = places["h3_cells"].to_pylist()
    root.mkdir(exist_ok=True)
    home = open_either_home(root)
    tables = {
        PLACES_FILE: places,
        CELLS_FILE: conform(
            pa.table(
                {
                    "h3_cell": sorted(ids),
                    "level_month": places["level_month"],
                    "place_id": pa.array([None] * len(ids), pa.string()),
                }
            ),
            FROZEN_CELLS,
        ),
        BUFFERS_FILE: BUFFERS.empty_table(),
        PAST_FILE: past_table([], MONTHS),
    }
    part = programmes_folder(home) / "part"
    part.mkdir(parents=True, mode=0o700)
    for file, table in tables.items():
        pq.write_table(table, part / file)
    rule = {
        "force": force, "group": "all-crime", "top": len(ids), "spacing": 1,
        "least_incidents_12m": 36, "without": [],
    }  # fmt: skip
    identity = {
        "name": name,
        "rule": rule,
        "run_id": "2026-09-0123456789ab",
        "as_of": "2026-09",
        "buffer_m": 100.0,
        "exclusions": [],
        "hexbeat": "0",
        "files": {f: sha256((part / f).read_bytes()).hexdigest() for f in DATA_FILES},
    }
    (part / "programme.json").write_text(canonical(identity))
    write_manifest(part)
    part.rename(part.with_name(programme_id(name, identity)))
    programme = open_programme(home, name)
    Register(home).add(FROZEN, programme.id, NOW, "me", run=identity["run_id"])
    if starts:
        start(home, programme, starts, NOW, "me")
    return home, programme


def _places(more: int, is_touching: bool) -> pa.Table:
    centres = CENTRES + [(51.2 + 0.02 * row, 0.6) for row in range(more)]
    if is_touching:
        ring = h3.grid_ring(h3.latlng_to_cell(*centres[0], 9), 1)
        centres[-1] = h3.cell_to_latlng(min(ring))
    named = [h3.latlng_to_cell(lat, lon, 9) for lat, lon in centres]
    ids, count = cells.from_text(named), len(named)
    columns: dict[str, Sequence[object] | np.ndarray] = {
        "place_id": [f"p{rank:02d}" for rank in range(1, count + 1)],
        "rank": range(1, count + 1),
        "name": NAMES + [None] * more,
        "unit": ["cell"] * count,
        "h3_res": [9] * count,
        "h3_cells": named,
        "area_m2": cells.areas_m2(ids),
        "lat": [lat for lat, _ in centres],
        "lon": [lon for _, lon in centres],
        "easting": [600_000.0] * count,
        "northing": [150_000.0] * count,
        "level_month": LEVELS + [1.0] * more,
        "rate_shape": [1.0] * count,
        "month_size": [6.0] * count,
        "months_12m": [12] * count,
        "harm_score": [1.0] * count,
        "component": components([np.array([cell]) for cell in ids]),
        "flags": [""] * count,
    }
    rows = [
        {
            field.name: list(columns[field.name])[at] if field.name in columns else None
            for field in PLACES
        }
        for at in range(count)
    ]
    return pa.Table.from_pylist(rows, schema=PLACES)
