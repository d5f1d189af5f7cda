"""Writes what is said about searches: a programme's as a folder that never changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa

from transforms.programmes.kept_folder import keep, write_manifest
from transforms.programmes.programme import Programme, canonical
from transforms.programmes.sheet import html, write_pdf
from transforms.publications.formats.csv_files import write_csv
from transforms.scrutiny.beside import Beside
from transforms.scrutiny.page import delivered, sheet_of
from transforms.searches.schemas import SEARCHES


FOLDER = "searches"


@dataclass(frozen=True)
class Looked:
    """What looking at a programme's searches did."""

    beside: Beside
    folder: Path
    created: bool  # False if the same was seen before


def keep_searches(programme: Programme, beside: Beside) -> Looked:
    """Write the tables and the page of a programme; a no-op if they are there."""

    def write(folder: Path) -> str:
        for name, table in _tables(beside).items():
            write_csv(table, folder / name)
        return _id(programme, beside, folder)

    kept = keep(programme.folder / FOLDER, write, partial(_write_pages, beside))
    return Looked(beside, kept.folder, kept.created)


def write_rows(of_forces: Sequence[Sequence[Mapping[str, Any]]], path: Path) -> None:
    """Write the rows of some forces as one CSV with the columns of SEARCHES."""
    rows = [row for rows in of_forces for row in rows]
    write_csv(pa.Table.from_pylist(rows, schema=SEARCHES), path)


def _tables(beside: Beside) -> dict[str, pa.Table]:
    tables = {"searches.csv": beside.searches.table}
    if beside.disparity:
        tables["disparity.csv"] = beside.disparity.table
    return tables


def _write_pages(beside: Beside, folder: Path) -> None:
    sheet = sheet_of(beside)
    (folder / "searches.html").write_text(html(sheet))
    write_pdf(sheet, beside.searches.last.last_day, folder / "searches.pdf")
    write_manifest(folder)


def _id(programme: Programme, beside: Beside, built: Path) -> str:
    """The month and the hash of all that was found."""
    found = {
        f.name: sha256(f.read_bytes()).hexdigest() for f in sorted(built.iterdir())
    }
    identity = {
        "programme": programme.id,
        "files": found,
        "delivered": delivered(beside),  # a log may be read later
        "not_used": beside.disparity.not_used if beside.disparity else None,
    }
    digest = sha256(canonical(identity).encode()).hexdigest()[:12]
    return f"{beside.searches.last}-{digest}"
