"""`hotspots.duckdb`: a publication's tables, views and comments, for SQL users.

Without geometry, which DuckDB before 1.5 cannot read from a file, and without the
history, which would double the file and lies in hotspot_history.parquet.
"""

from pathlib import Path

import pyarrow as pa

import sql
from transforms.lake.schemas import about, column, plain
from transforms.publications.edition.force_tables import forces_table
from transforms.publications.edition.month_edition import MonthEdition
from transforms.publications.formats.power_bi_columns import groups_table
from transforms.publications.formulas import withhold_formulas


RUN_INFO = pa.schema(
    [
        column("name", pa.string(), "Fact about this publication"),
        column("value", pa.string(), "What it is"),
    ]
)
VIEWS = {
    "top_cells": "The highest 1 % of cells of each force and crime group, with names",
    "hotspots_now": (
        "Hot spots with names; change_a_month is the monthly mean of n_12m less that of"
        " n_prev_12m, over supplied months"
    ),
    "coverage_gaps": "Months not supplied, or not trusted: missing, never zero",
}
_TABLES = {
    "cells": "Published cells: one row per cell, force and crime group",
    "hotspots": "Neighbouring top cells taken together: one row for each",
    "areas": "Areas of the user's own: the cells in each added up",
    "coverage": "What each month of each force counts as",
    "reconciliation": "What became of a year's incidents: counted, or why not",
    "accuracy": "The backtest of the scores, in the words of METHOD.md",
    "forces": "Forces, scored or not, and what their scores are based on",
    "crime_groups": "What is counted and scored together",
    "run_info": "What this publication is",
}


def write_database(edition: MonthEdition, path: Path) -> None:
    """Write the tables in their published order: the content is the same each time."""
    tables = {name: _plain(rows) for name, rows in _rows(edition).items()}
    comments = {name: _TABLES[name] for name in tables} | VIEWS
    for name, rows in tables.items():
        for field in rows.schema:
            comments[f"{name}.{field.name}"] = _in_words(field)
    sql.store(path, tables, list(VIEWS), comments)


def _rows(edition: MonthEdition) -> dict[str, pa.Table]:
    rows = {
        "cells": edition.cells,
        "hotspots": edition.hotspots,
        "areas": edition.areas,
        "coverage": edition.coverage,
        "reconciliation": edition.reconciliation,
        "accuracy": edition.accuracy,
        "forces": forces_table(edition.forces, edition.as_of),
        "crime_groups": groups_table(),
        "run_info": _run_info(edition),
    }
    there = {"areas": len(edition.areas), "accuracy": len(edition.accuracy)}
    return {name: table for name, table in rows.items() if there.get(name, 1)}


def _plain(rows: pa.Table) -> pa.Table:
    schema = pa.schema([plain(field) for field in rows.schema])
    return withhold_formulas(rows.cast(schema))


def _in_words(field: pa.Field) -> str:
    says = about(field)
    empty = f". Null: {says['null']}" if "null" in says else ""
    return says["description"] + empty


def _run_info(edition: MonthEdition) -> pa.Table:
    facts = {
        **edition.facts,
        "not_in_here": "geometry (hotspots.gpkg), history (hotspot_history.parquet)",
    }
    rows = [{"name": name, "value": value} for name, value in facts.items()]
    return pa.Table.from_pylist(rows, schema=RUN_INFO)
