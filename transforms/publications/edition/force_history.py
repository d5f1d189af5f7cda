"""What a force's stored as-ofs say beside the newest: each file is read once."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.lake.data_files import DataFile, read_columns
from transforms.lake.schemas import conform
from transforms.lake.storage import readable
from transforms.publications.edition.force_edition import ForceEdition
from transforms.publications.edition.hotspot_past import LISTED, PAST_MONTHS
from transforms.publications.schemas import HISTORY
from transforms.reference.arrays import Cells
from transforms.reference.bands import TOP_5
from transforms.reference.groups import ALL_CRIME
from transforms.reference.months import Month


# What is kept of a cell at each as-of
MEASURES = (
    "score", "score_lo", "score_hi", "score_size", "score_rank", "score_band", "n_1m",
    "n_12m", "months_1m", "months_12m",
)  # fmt: skip
TOPS = pa.schema(
    [("h3_cell", pa.int64())]
    + [HISTORY.field(n) for n in ("force", "as_of", "crime_group", *MEASURES)]
)
_READ = ["h3_cell", "crime_group", "hotspot_id", "universe_cells", *MEASURES]


@dataclass(frozen=True)
class ForceHistory:
    """What a force's newest twelve as-ofs say: little of each."""

    universe_cells: Mapping[str, int]  # that were ranked, by as-of
    listed: pa.Table  # the cells of hot spots, with the columns of LISTED
    tops: pa.Table  # of all crime, the cells now in its top 5 %; the columns of TOPS
    before: frozenset[str]  # hot spots of all crime at the as-of before the newest


def force_history(force: ForceEdition, as_of: Month, rows: pa.Table) -> ForceHistory:
    """What those files say; `rows` are the scores at the as-of."""
    first = str(force.counted_span(as_of, PAST_MONTHS)[0])
    top = _top_cells(rows)
    universe, listed, tops = {}, [LISTED.empty_table()], [TOPS.empty_table()]
    before: frozenset[str] = frozenset()
    for number, file in enumerate(force.history, 1):
        stored = rows if file == force.scores else _read(file)
        month = file.partition["as_of"]
        universe[month] = int(stored["universe_cells"][0].as_py())
        if month >= first:
            spots = stored.filter(pc.is_valid(stored["hotspot_id"]))
            listed.append(conform(spots, LISTED))
        tops.append(conform(_of_cells(stored, top), TOPS))
        if number == len(force.history) - 1:
            of_all = stored.filter(_of_all(stored))["hotspot_id"]
            before = frozenset(of_all.drop_null().to_pylist())
    return ForceHistory(
        universe, pa.concat_tables(listed), pa.concat_tables(tops), before
    )


def _top_cells(rows: pa.Table) -> Cells:
    """The cells in the top 5 % of all crime."""
    top = pc.is_in(rows["score_band"].cast(pa.string()), pa.array(TOP_5))
    return np.asarray(rows.filter(pc.and_(_of_all(rows), top))["h3_cell"].to_numpy())


def _of_all(rows: pa.Table) -> pa.ChunkedArray:
    return pc.equal(rows["crime_group"].cast(pa.string()), ALL_CRIME)


def _of_cells(rows: pa.Table, ids: Cells) -> pa.Table:
    """The rows of all crime of those cells."""
    return rows.filter(pc.and_(_of_all(rows), pc.is_in(rows["h3_cell"], pa.array(ids))))


def _read(file: DataFile) -> pa.Table:
    rows = read_columns(readable(file.path), _READ)
    for name, value in file.partition.items():
        rows = rows.append_column(name, pa.repeat(value, len(rows)))
    return rows
