"""The flat files: cells and coverage as CSV, and the history as Parquet."""

from collections.abc import Callable
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from transforms.lake.data_files import read_files
from transforms.lake.schemas import conform
from transforms.lake.tables import TABLES
from transforms.publications.edition.cells import rounded
from transforms.publications.edition.day_edition import DayEdition
from transforms.publications.edition.edition import Edition
from transforms.publications.edition.force_edition import ForceEdition
from transforms.publications.edition.month_edition import MonthEdition
from transforms.publications.formats.csv_files import write_csv
from transforms.publications.schemas import CONCENTRATION, HISTORY
from transforms.reference import cells
from transforms.reference.groups import GROUPS
from transforms.scores.concentration import (
    generalised_gini,
    gini,
    share_of_cells_holding,
)


def write_cells_csv(edition: Edition, path: Path) -> None:
    """The newest scores, for spreadsheets."""
    write_csv(edition.cells, path)


def write_coverage(edition: Edition, path: Path) -> None:
    """What each month or day counts as."""
    write_csv(edition.coverage, path)


def write_hotspots(edition: Edition, path: Path) -> None:
    """The hot spots: neighbouring top cells taken together."""
    write_csv(rounded(edition.hotspots), path)


def write_top_cells(edition: DayEdition, path: Path) -> None:
    """The highest 1 % of the cells."""
    write_csv(edition.top_cells, path)


def write_hotspot_changes(edition: DayEdition, path: Path) -> None:
    """Hot spots that are new, gone and kept; no file without an earlier day."""
    if len(edition.hotspot_changes):
        write_csv(rounded(edition.hotspot_changes), path)


def day_table(name: str) -> Callable[[DayEdition, Path], None]:
    """A writer of that table of a day."""
    rows = attrgetter(f"tables.{name}")
    return lambda edition, path: write_csv(rows(edition), path)


def hours_table(name: str) -> Callable[[DayEdition, Path], None]:
    """A writer of that table of hours; no file where no record has an hour."""
    write = day_table(name)
    return lambda edition, path: (
        write(edition, path) if edition.tables.with_hours_365d else None
    )


def write_hotspot_hours(edition: DayEdition, path: Path) -> None:
    """The hours of the week of each hot spot; no file where no record has an hour."""
    if edition.tables.with_hours_365d:
        pq.write_table(edition.tables.hotspot_hours, path, compression="zstd")


def write_exclusions(edition: MonthEdition, path: Path) -> None:
    """What each exclusion left out of each force before scoring."""
    write_csv(edition.excluded, path)


def write_reconciliation(edition: MonthEdition, path: Path) -> None:
    """What became of every incident of a year, by force and group."""
    write_csv(edition.reconciliation, path)


def write_areas(edition: MonthEdition, path: Path) -> None:
    """The user's own areas added up; no file where none contains a cell."""
    if len(edition.areas):
        write_csv(rounded(edition.areas), path)


def write_searches(edition: MonthEdition, path: Path) -> None:
    """Stop and search beside hot spots; no file where no force has any."""
    if len(edition.searches):
        write_csv(edition.searches, path)


def write_concentration(edition: MonthEdition, path: Path) -> None:
    """How concentrated crime is, by force and crime group."""
    known = edition.cells.select(["force", "crime_group", "n_12m", "months_12m"])
    rows = []
    for force in edition.scored:
        mine = known.filter(pc.equal(known["force"], force.force.id))
        by_group = (_concentration(mine, force, s, str(edition.as_of)) for s in GROUPS)
        rows += [row for row in by_group if row]
    write_csv(rounded(pa.Table.from_pylist(rows, schema=CONCENTRATION)), path)


def _concentration(
    known: pa.Table, force: ForceEdition, slug: str, as_of: str
) -> dict[str, Any] | None:
    """One row; None if no incident of the group was counted in twelve months."""
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


def write_hotspot_months(edition: MonthEdition, path: Path) -> None:
    """The months of each hot spot: its incidents, and its rank as of then."""
    pq.write_table(rounded(edition.hotspot_months), path, compression="zstd")


def write_history(edition: MonthEdition, path: Path) -> None:
    """The scores of the newest twelve as-of months, without geometry.

    Written a force at a time, so that memory does not grow with the nation.
    """
    with pq.ParquetWriter(path, HISTORY, compression="zstd") as sink:
        for force in edition.scored:
            rows = read_files(force.history, TABLES["scores"], HISTORY.names)
            distinct, of_row = np.unique(
                rows["h3_cell"].to_numpy(), return_inverse=True
            )
            texts = pa.array(cells.as_text(distinct)).take(pa.array(of_row))
            named = rows.drop_columns(["h3_cell"]).append_column("h3_cell", texts)
            sink.write_table(conform(named, HISTORY))
