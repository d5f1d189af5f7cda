"""The past of a map page, read a force and month at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from transforms.months import Month, window
from transforms.publications.force_edition import ForceEdition
from transforms.publications.map_rows import PAST, Past
from transforms.storage import readable


AS_OF_MONTHS = 12


def as_ofs(as_of: Month) -> tuple[str, ...]:
    """The as-of months of a page, oldest first."""
    return tuple(str(month) for month in window(as_of, AS_OF_MONTHS))


def pasts(forces: Sequence[ForceEdition], as_of: Month) -> Iterator[Past]:
    """The earlier scores of those forces: memory holds one file's at a time."""
    for force in forces:
        for file in force.history:
            month = file.partition["as_of"]
            if month != str(as_of):
                yield Past(force.force.id, month, _read(file.path))


def ranked(force: ForceEdition, as_of: Month) -> tuple[int, ...]:
    """How many cells the force's universe had at each as-of; 0 without a score."""
    cells = {file.partition["as_of"]: file.path for file in force.history}
    return tuple(
        _universe(cells[month]) if month in cells else 0 for month in as_ofs(as_of)
    )


def _read(path: str | Path) -> pa.Table:
    table = pq.ParquetFile(readable(path)).read(columns=PAST.names).select(PAST.names)
    return table.cast(PAST).combine_chunks()


def _universe(path: str | Path) -> int:
    rows = pq.ParquetFile(readable(path)).read_row_group(0, columns=["universe_cells"])
    return int(rows["universe_cells"][0].as_py())
