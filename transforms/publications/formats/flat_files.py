"""The flat files: cells and coverage as CSV, and the history as Parquet."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from transforms import cells
from transforms.concentration import generalised_gini, gini, share_of_cells_holding
from transforms.data_files import read_files
from transforms.groups import GROUPS
from transforms.publications.edition import Edition
from transforms.publications.force_edition import ForceEdition
from transforms.publications.force_tables import coverage_table
from transforms.publications.formulas import withhold_formulas
from transforms.schemas import CONCENTRATION, HISTORY, conform
from transforms.table_specs import TABLES


_DECIMALS = 6


def write_cells_csv(edition: Edition, path: Path) -> None:
    """The newest scores, for spreadsheets."""
    write_csv(edition.cells, path)


def write_coverage(edition: Edition, path: Path) -> None:
    """What each month of each force counts as, and the rows it rests on."""
    write_csv(coverage_table(edition), path)


def write_hotspots(edition: Edition, path: Path) -> None:
    """The hot spots: neighbouring top cells taken together."""
    write_csv(rounded(edition.hotspots), path)


def write_exclusions(edition: Edition, path: Path) -> None:
    """What each exclusion left out of each force before scoring."""
    write_csv(edition.excluded, path)


def write_concentration(edition: Edition, path: Path) -> None:
    """How much of the crime lies in how few cells, by force and crime group."""
    known = edition.cells.select(["force", "crime_group", "n_12m", "months_12m"])
    rows = []
    for force in edition.scored:
        mine = known.filter(pc.equal(known["force"], force.force.id))
        told = (_concentration(mine, force, s, str(edition.as_of)) for s in GROUPS)
        rows += [row for row in told if row]
    write_csv(rounded(pa.Table.from_pylist(rows, schema=CONCENTRATION)), path)


def _concentration(
    known: pa.Table, force: ForceEdition, slug: str, as_of: str
) -> dict[str, Any] | None:
    """One row; None where no incident of the group was counted in twelve months."""
    mine = known.filter(pc.equal(known["crime_group"], slug))
    recorded = pc.fill_null(mine["n_12m"], 0).to_numpy().astype(float)
    if not recorded.any():
        return None
    # cells that are not published have had no incident in 36 months
    counts = np.zeros(force.universe_cells)
    counts[: len(recorded)] = recorded
    return {
        "force": force.force.id,
        "as_of": as_of,
        "crime_group": slug,
        "incidents_12m": int(counts.sum()),
        "months_12m": mine["months_12m"][0].as_py(),
        "universe_cells": force.universe_cells,
        "cells_with_any": int((counts > 0).sum()),
        "share_of_cells_25": share_of_cells_holding(counts, 0.25),
        "share_of_cells_50": share_of_cells_holding(counts, 0.5),
        "gini": gini(counts),
        "generalised_gini": generalised_gini(counts),
    }


def write_history(edition: Edition, path: Path) -> None:
    """The scores of the newest twelve as-of months, without geometry.

    Written a force and month at a time, so that memory does not grow with the nation.
    """
    with pq.ParquetWriter(path, HISTORY, compression="zstd") as sink:
        for force in edition.forces:
            for file in force.history:
                rows = read_files([file], TABLES["scores"])
                distinct, of_row = np.unique(
                    rows["h3_cell"].to_numpy(), return_inverse=True
                )
                texts = pa.array(cells.as_text(distinct)).take(pa.array(of_row))
                named = rows.drop_columns(["h3_cell"]).append_column("h3_cell", texts)
                sink.write_table(conform(named, HISTORY))


def rounded(table: pa.Table) -> pa.Table:
    """The table with its fractions to as many decimals as anyone can use."""
    for at, field in enumerate(table.schema):
        if pa.types.is_floating(field.type):
            # adding nought takes the sign of a rounded minus nought away
            column = pc.add(pc.round(table[field.name], _DECIMALS), 0.0)
            table = table.set_column(at, field, column)
    return table


def write_csv(table: pa.Table, path: Path) -> None:
    """Write a table as every CSV of ours is: empty is null, `.` the decimal mark."""
    pacsv.write_csv(
        withhold_formulas(table), path, pacsv.WriteOptions(quoting_style="needed")
    )
