"""`powerbi_*.csv`: a star of facts and dimensions, for Power BI and its like.

The files are in the same folder as the others; their columns and
keys are in star_columns.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from transforms.lake.schemas import conform
from transforms.lake.storage import readable
from transforms.publications.edition.cells import rounded
from transforms.publications.edition.force_tables import forces_table
from transforms.publications.edition.month_edition import MonthEdition
from transforms.publications.edition.reconciliation import EVERYTHING
from transforms.publications.edition.selection import whole_or_top
from transforms.publications.formats.csv_files import write_csv
from transforms.publications.formats.outlines import as_text, hotspot_outlines
from transforms.publications.formats.power_bi_columns import (
    CELL,
    CELLS_FACT,
    HISTORY_FACT,
    HISTORY_MEASURES,
    HOTSPOT,
    HOTSPOT_MONTHS_FACT,
    MONTH,
    TOTALS_FACT,
    groups_table,
)
from transforms.reference import cells
from transforms.reference.bands import TOP_5
from transforms.reference.groups import ALL_CRIME
from transforms.reference.months import Month, window


_OF_HISTORY = [*HISTORY_MEASURES, "crime_group", "h3_cell"]
_CALENDAR_MONTHS = 12  # at least: as many as the history has


def write_fact_cells(edition: MonthEdition, path: Path) -> None:
    """The cells of all-crime, and of every other group those in its top 5 %."""
    rows = _keyed(whole_or_top(edition.cells), str(edition.as_of))
    write_csv(rounded(conform(rows, CELLS_FACT)), path)


def write_fact_history(edition: MonthEdition, path: Path) -> None:
    """Twelve as-of months of the cells that are now in the top 5 % of all-crime."""
    tables = [HISTORY_FACT.empty_table()]
    for force in edition.scored:
        ids = pa.array(cells.from_text(_top_cells(edition, force.force.id)))
        for file in force.history:
            rows = pq.ParquetFile(readable(file.path)).read(columns=_OF_HISTORY)
            mine = pc.and_(
                pc.equal(rows["crime_group"].cast(pa.string()), ALL_CRIME),
                pc.is_in(rows["h3_cell"], ids),
            )
            rows = rows.filter(mine)
            rows = rows.append_column("force", pa.repeat(force.force.id, len(rows)))
            texts = pa.array(cells.as_text(rows["h3_cell"].to_numpy()), pa.string())
            rows = rows.drop_columns(["h3_cell"]).append_column("h3_cell", texts)
            rows = _keyed(rows, file.partition["as_of"])
            tables.append(conform(rows, HISTORY_FACT))
    write_csv(rounded(pa.concat_tables(tables)), path)


def write_fact_totals(edition: MonthEdition, path: Path) -> None:
    """What became of a year's incidents: the facts of cells are not of all cells."""
    rows = edition.reconciliation
    rows = rows.filter(pc.not_equal(rows["crime_group"], EVERYTHING))
    last_day = pa.repeat(pa.scalar(edition.as_of.last_day), len(rows))
    write_csv(conform(rows.append_column("month_end", last_day), TOTALS_FACT), path)


def write_fact_hotspot_months(edition: MonthEdition, path: Path) -> None:
    """The newest twelve months of every hot spot."""
    rows = edition.hotspot_months
    recent = [str(month) for month in window(edition.as_of, _CALENDAR_MONTHS)]
    rows = rows.filter(pc.is_in(rows["month"], value_set=pa.array(recent)))
    month = rows["month"].combine_chunks().dictionary_encode()
    days = [Month.parse(text).last_day for text in month.dictionary.to_pylist()]
    ends = pa.array(days, pa.date32()).take(month.indices)
    rows = rows.append_column("month_end", ends)
    write_csv(rounded(conform(rows, HOTSPOT_MONTHS_FACT)), path)


def write_dim_hotspot(edition: MonthEdition, path: Path) -> None:
    """Every hot spot, with its outline as WKT."""
    drawn, of_row = hotspot_outlines(edition.hotspots)
    texts = pa.array(as_text(drawn)).take(of_row)
    rows = edition.hotspots.append_column("wkt", texts)
    write_csv(rounded(conform(rows, HOTSPOT)), path)


def _top_cells(edition: MonthEdition, force: str) -> list[str]:
    top = pc.field("score_band").isin(TOP_5)
    mine = (pc.field("force") == force) & (pc.field("crime_group") == ALL_CRIME)
    return list(edition.cells.filter(mine & top)["h3_cell"].to_pylist())


def _keyed(rows: pa.Table, as_of: str) -> pa.Table:
    """The rows with the keys that only this star has."""
    keys = pc.binary_join_element_wise(rows["force"], rows["h3_cell"], "/")
    last_day = pa.repeat(pa.scalar(Month.parse(as_of).last_day), len(rows))
    return rows.append_column("cell_key", keys).append_column("month_end", last_day)


def write_dim_cell(edition: MonthEdition, path: Path) -> None:
    """Each cell of the facts once for each of its forces, with its outline as WKT."""
    rows = _keyed(whole_or_top(edition.cells), str(edition.as_of))
    firsts = np.unique(rows["cell_key"].to_pylist(), return_index=True)[1]
    rows = rows.take(pa.array(firsts))
    outlines = wkt(rows["h3_cell"].to_pylist())
    write_csv(conform(rows.append_column("wkt", pa.array(outlines)), CELL), path)


def wkt(ids: list[str]) -> list[str]:
    """Hexagons as text, to six decimals: a tenth of a metre."""
    return [
        f"POLYGON (({', '.join(f'{lon:.6f} {lat:.6f}' for lon, lat in ring)}))"
        for ring in cells.boundaries(cells.from_text(ids)).tolist()
    ]


def write_dim_force(edition: MonthEdition, path: Path) -> None:
    """The forces and what their scores are based on."""
    write_csv(forces_table(edition.forces, edition.as_of), path)


def write_dim_group(edition: MonthEdition, path: Path) -> None:
    """The crime groups."""
    write_csv(groups_table(), path)


def write_dim_month(edition: MonthEdition, path: Path) -> None:
    """Every month of the facts and of coverage.csv."""
    known = {month for force in edition.forces for month in force.months}
    rows = [
        {
            "month_end": month.last_day,
            "month": str(month),
            "year": month.year,
            "quarter": f"Q{(month.month + 2) // 3}",
            "month_number": month.month,
            "month_name": month.name,
        }
        for month in sorted(known | set(window(edition.as_of, _CALENDAR_MONTHS)))
    ]
    write_csv(pa.Table.from_pylist(rows, schema=MONTH), path)
