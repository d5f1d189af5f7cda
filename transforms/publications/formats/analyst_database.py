"""`hotspots.duckdb`: a publication's tables, views and comments, for SQL users.

Without geometry, which DuckDB before 1.5 cannot read from a file, and without the
history of months, which would double the file and lies in hotspot_history.parquet.
"""

from pathlib import Path

import pyarrow as pa

import sql
from transforms.lake.schemas import about, column, plain
from transforms.publications.edition.day_edition import DayEdition
from transforms.publications.edition.edition import Edition
from transforms.publications.edition.month_edition import MonthEdition
from transforms.publications.formats.power_bi_columns import groups_table
from transforms.publications.formulas import withhold_formulas


RUN_INFO = pa.schema(
    [
        column("name", pa.string(), "Fact about this publication"),
        column("value", pa.string(), "What it is"),
    ]
)
_TOP = "The highest 1 % of cells of each force and crime group, with names"
VIEWS = {
    "top_cells": _TOP,
    "hotspots_now": (
        "Hot spots with names; change_a_month is the monthly mean of n_12m less that of"
        " n_prev_12m, over supplied months"
    ),
    "coverage_gaps": "Months not supplied, or not trusted: missing, never zero",
}
DAY_VIEWS = {
    "top_cells": _TOP,
    "day_gaps": "Days not supplied whole, or set aside: never zero",
}
_VIEWS = {"months": VIEWS, "days": DAY_VIEWS}
_TABLES = {
    "cells": "Published cells: one row per cell, force and crime group (and horizon)",
    "hotspots": "Neighbouring top cells taken together: one row for each (and horizon)",
    "hotspot_changes": "Hot spots that are new, gone and kept since an earlier as-of",
    "weekday_hours": "Incidents by crime group and hour of the week",
    "day_and_night": "Incidents of each cell by day and by night",
    "hotspot_hours": "Incidents of each hot spot by hour of the week",
    "near_repeats": "The Knox test: whether crimes are followed by others nearby",
    "areas": "Areas of the user's own: the cells in each added up",
    "coverage": "What each month or day counts as",
    "reconciliation": "What became of a year's incidents: counted, or why not",
    "accuracy": "The backtest of the scores, in the words of METHOD.md",
    "forces": "Forces, scored or not, and what their scores are based on",
    "crime_groups": "What is counted and scored together",
    "run_info": "What this publication is",
}

_ALWAYS = ("cells", "hotspots", "coverage")  # what the views are of
_NOT_IN_HERE = {
    "months": "geometry (hotspots.gpkg), history (hotspot_history.parquet)",
    "days": "geometry (hotspots.gpkg)",
}


def write_database(edition: Edition, path: Path) -> None:
    """Write the tables in their published order: the content is the same each time."""
    tables = {name: _plain(rows) for name, rows in _rows(edition).items()}
    views = _VIEWS[edition.clock.unit]
    comments = {name: _TABLES[name] for name in tables} | views
    for name, rows in tables.items():
        for field in rows.schema:
            comments[f"{name}.{field.name}"] = _in_words(field)
    sql.store(path, tables, list(views), comments)


def _rows(edition: Edition) -> dict[str, pa.Table]:
    """Its tables; none that has nothing to say."""
    rows = {
        "cells": edition.cells,
        "hotspots": edition.hotspots,
        **_of_its_clock(edition),
        "coverage": edition.coverage,
        "accuracy": edition.accuracy,
        "forces": edition.forces_table,
        "crime_groups": groups_table(edition.own),
        "run_info": _run_info(edition),
    }
    return {
        name: table for name, table in rows.items() if len(table) or name in _ALWAYS
    }


def _of_its_clock(edition: Edition) -> dict[str, pa.Table]:
    """The tables that only publications of months have, or only those of days."""
    match edition:
        case MonthEdition():
            return {"areas": edition.areas, "reconciliation": edition.reconciliation}
        case DayEdition(tables=of):
            hours = ("weekday_hours", "day_and_night", "hotspot_hours")
            return {
                "hotspot_changes": edition.hotspot_changes,
                **{name: getattr(of, name) for name in hours if of.with_hours_365d},
                "near_repeats": of.near_repeats,
            }
    raise TypeError(type(edition).__name__)


def _plain(rows: pa.Table) -> pa.Table:
    schema = pa.schema([plain(field) for field in rows.schema])
    return withhold_formulas(rows.cast(schema))


def _in_words(field: pa.Field) -> str:
    says = about(field)
    empty = f". Null: {says['null']}" if "null" in says else ""
    return says["description"] + empty


def _run_info(edition: Edition) -> pa.Table:
    facts = edition.facts | {"not_in_here": _NOT_IN_HERE[edition.clock.unit]}
    rows = [{"name": name, "value": value} for name, value in facts.items()]
    return pa.Table.from_pylist(rows, schema=RUN_INFO)
