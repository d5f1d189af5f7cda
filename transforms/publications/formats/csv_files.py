"""How every CSV of a publication is written."""

from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv

from transforms.publications.formulas import withhold_formulas


def write_csv(table: pa.Table, path: Path) -> None:
    """Write a table as every CSV of ours is: empty is null, `.` the decimal mark."""
    pacsv.write_csv(
        withhold_formulas(table), path, pacsv.WriteOptions(quoting_style="needed")
    )
