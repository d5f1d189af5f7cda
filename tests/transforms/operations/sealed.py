"""Whether two publications of the same input are the same: byte by byte, but for one.

DuckDB lays out the blocks of its file as they come. So that one file is held against
the other by what is in it. Its sum and size stand in three files more, and theirs in
each other: those sums and sizes are passed over, and every other byte counts.
"""

from pathlib import Path
from typing import Any

import duckdb

from transforms.lake.checksums import file_sha256


DATABASE = "hotspots.duckdb"
LISTS = ("datapackage.json", "manifest.json", "SHA256SUMS")


def differing(one: Path, other: Path) -> list[str]:
    """The files of two tiers that are not the same, or are in one alone."""
    names = {path.name for tier in (one, other) for path in tier.iterdir()}
    return [name for name in sorted(names) if not _same(one, other, name)]


def _same(one: Path, other: Path, name: str) -> bool:
    if not (one / name).exists() or not (other / name).exists():
        return False
    if name == DATABASE:
        return content(one / name) == content(other / name)
    return _told(one, name) == _told(other, name)


def _told(tier: Path, name: str) -> bytes:
    """A file's bytes; a list's without the sums that a database carries with it."""
    told = (tier / name).read_bytes()
    if name not in LISTS:
        return told
    for carried in (DATABASE, *LISTS):
        if (tier / carried).exists():
            size = (tier / carried).stat().st_size
            told = told.replace(file_sha256(tier / carried).encode(), b"")
            told = told.replace(f'"bytes": {size},'.encode(), b"")
    return told


def content(file: Path) -> dict[str, Any]:
    """Everything in a DuckDB file: definitions, comments, and rows in their order."""
    asked = {
        "tables": "select table_name, sql, comment from duckdb_tables()",
        "views": (
            "select view_name, sql, comment from duckdb_views() where not internal"
        ),
        "columns": (
            "select table_name, column_name, data_type, comment from duckdb_columns()"
            " where not internal"
        ),
    }
    with duckdb.connect(file, read_only=True) as con:
        found: dict[str, Any] = {
            name: sorted(con.execute(query).fetchall(), key=str)
            for name, query in asked.items()
        }
        rows = {
            name: con.table(name).to_arrow_table() for name, _, _ in found["tables"]
        }
    return {**found, "rows": rows}
