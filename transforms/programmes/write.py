"""Writes the files of a programme, and what identifies it."""

from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from transforms.homes.home import Home
from transforms.lake.checksums import file_sha256
from transforms.programmes.around import UserLayers, context_table
from transforms.programmes.chosen import Choice, Chosen, HotSpots, Polygons
from transforms.programmes.kept_folder import write_manifest, write_sums
from transforms.programmes.method import method_text
from transforms.programmes.programme import (
    CELLS_FILE,
    CONTEXT_FILE,
    DATA_FILES,
    IDENTITY,
    PLACES_FILE,
    canonical,
)
from transforms.publications.formats.csv_files import write_csv
from transforms.publications.formats.outlines import hotspot_outlines, write_shapes
from transforms.reference import cells
from transforms.reference.clocks import Clock
from transforms.reference.groups import GROUPS, CrimeGroup


def write_programme(
    home: Home,
    folder: Path,
    name: str,
    choice: Choice,
    group: CrimeGroup,
    found: Chosen,
    run_id: str,
    buffer_m: float,
    tables: Mapping[str, pa.Table],
    clock: Clock,
    layers: UserLayers,
) -> dict[str, Any]:
    """Write all files of a programme; its identity."""
    for file, table in tables.items():
        pq.write_table(table, folder / file)
    places = tables[PLACES_FILE]
    write_csv(places, folder / "places.csv")
    if layers.layers:
        universe = np.sort(cells.from_text(tables[CELLS_FILE]["h3_cell"].to_pylist()))
        about = context_table(places, universe, layers.layers)
        write_csv(about, folder / CONTEXT_FILE)
    outlines, of_place = hotspot_outlines(places)
    write_shapes(
        folder / "places.geojson",
        "places",
        places.drop(["h3_cells"]),
        outlines[of_place.to_numpy(zero_copy_only=False)],
        DESCRIPTION=f"Places of the programme {name}. For policing alone: not for the"
        " public.",
    )
    identity: dict[str, Any] = {
        "name": name,
        "unit": found.unit,
        **_given(choice),
        "rule": _as_lists(asdict(found.rule)),
        "run_id": run_id,
        "as_of": run_id.rpartition("-")[0],
        "buffer_m": buffer_m,
        "exclusions": [asdict(one) for one in home.scoring.exclusions],
        "hexbeat": version("hexbeat"),
        "files": {file: file_sha256(folder / file) for file in DATA_FILES},
        **_own(group),
        **layers.identity,
    }
    (folder / IDENTITY).write_text(canonical(identity))
    (folder / "METHOD.md").write_text(
        method_text(name, found.rule, group, identity, tables, clock)
    )
    write_manifest(folder)
    write_sums(folder)
    return identity


def _own(group: CrimeGroup) -> dict[str, Any]:
    """A group of the user's, as it is: its settings may change, the programme not."""
    if group.slug in GROUPS:
        return {}
    return {"group": _as_lists(asdict(group))}


def _given(choice: Choice) -> dict[str, Any]:
    """What the user named, where that was no rule."""
    match choice:
        case HotSpots():
            return {"hotspots": sorted(set(choice.ids))}
        case Polygons():
            of = choice.drawn
            return {"polygons": {"sha256": of.sha256, "column": of.column}}
    return {}


def _as_lists(rule: dict[str, Any]) -> dict[str, Any]:
    """The rule as JSON spells it; places of one cell were there before `join` was."""
    named = {n: v for n, v in rule.items() if (n, v) != ("join", 1)}
    return {n: list(v) if isinstance(v, tuple) else v for n, v in named.items()}
