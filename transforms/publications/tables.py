"""The flat files: cells and coverage as CSV, and the history as Parquet."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from transforms import cells
from transforms.coverage import reason_of
from transforms.lake import TABLES, read_files
from transforms.publications.edition import Edition
from transforms.publications.formulas import withhold_formulas
from transforms.schemas import HISTORY, PUBLISHED_COVERAGE, conform


def write_cells_csv(edition: Edition, path: Path) -> None:
    """The newest scores, for spreadsheets: empty is null, `.` the decimal mark."""
    _write_csv(edition.cells, path)


def write_coverage(edition: Edition, path: Path) -> None:
    """What each month of each force counts as, and the rows it rests on."""
    rows = [
        {
            "force": f.force.id,
            "force_name": f.force.name,
            "month": str(month),
            "status": c.status,
            **{
                name: getattr(c.entry, name)
                for name in PUBLISHED_COVERAGE.names[4:]
                if c.entry
            },
            "reason": reason_of(c),
        }
        for f in edition.forces
        for month, c in f.months.items()
    ]
    _write_csv(pa.Table.from_pylist(rows, schema=PUBLISHED_COVERAGE), path)


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


def _write_csv(table: pa.Table, path: Path) -> None:
    pacsv.write_csv(
        withhold_formulas(table), path, pacsv.WriteOptions(quoting_style="needed")
    )
