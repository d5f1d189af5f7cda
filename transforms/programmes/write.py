"""Writes the files of a programme, and what identifies it."""

from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from transforms.homes.home import Home
from transforms.homes.runs.seal import sums_text
from transforms.lake.checksums import file_sha256
from transforms.programmes.kept_folder import write_manifest
from transforms.programmes.method import method_text
from transforms.programmes.programme import (
    DATA_FILES,
    IDENTITY,
    PLACES_FILE,
    canonical,
)
from transforms.programmes.rule import Rule
from transforms.publications.formats.csv_files import write_csv
from transforms.publications.formats.outlines import write_geojson


def write_programme(
    home: Home,
    folder: Path,
    name: str,
    rule: Rule,
    run_id: str,
    buffer_m: float,
    tables: Mapping[str, pa.Table],
) -> dict[str, Any]:
    """Write all files of a programme; its identity."""
    for file, table in tables.items():
        pq.write_table(table, folder / file)
    places = tables[PLACES_FILE]
    write_csv(places, folder / "places.csv")
    write_geojson(
        folder / "places.geojson",
        "places",
        places,
        f"Places of the programme {name}. For policing alone: not for the public.",
    )
    identity: dict[str, Any] = {
        "name": name,
        "rule": {**asdict(rule), "without": list(rule.without)},
        "run_id": run_id,
        "as_of": run_id.rpartition("-")[0],
        "buffer_m": buffer_m,
        "exclusions": [asdict(one) for one in home.scoring.exclusions],
        "hexbeat": version("hexbeat"),
        "files": {file: file_sha256(folder / file) for file in DATA_FILES},
    }
    (folder / IDENTITY).write_text(canonical(identity))
    (folder / "METHOD.md").write_text(method_text(name, rule, identity, tables))
    write_manifest(folder)
    sums = {file.name: file_sha256(file) for file in sorted(folder.iterdir())}
    (folder / "SHA256SUMS").write_text(sums_text(sums))
    return identity
