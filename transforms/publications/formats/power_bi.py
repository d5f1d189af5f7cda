"""`powerbi_*.csv`: a star of facts and dimensions, for Power BI and its like.

The files are in the same folder as the others; their columns and
keys are in power_bi_columns.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.lake.schemas import conform
from transforms.publications.edition.cells import rounded
from transforms.publications.edition.day_edition import DayEdition
from transforms.publications.edition.edition import Edition
from transforms.publications.edition.force_history import TOPS
from transforms.publications.edition.month_edition import MonthEdition
from transforms.publications.edition.reconciliation import EVERYTHING
from transforms.publications.edition.selection import whole_or_top
from transforms.publications.formats.csv_files import write_csv
from transforms.publications.formats.outlines import as_text, hotspot_outlines
from transforms.publications.formats.power_bi_columns import (
    CELL,
    CELLS_FACT,
    DAY,
    DAY_CELL,
    DAY_CELLS_FACT,
    DAY_HOTSPOT,
    DAY_HOTSPOTS_FACT,
    HISTORY_FACT,
    HOTSPOT,
    HOTSPOT_MONTHS_FACT,
    MONTH,
    TOTALS_FACT,
    groups_table,
)
from transforms.reference import cells
from transforms.reference.days import Day
from transforms.reference.months import Month, window
from transforms.scores.timing.week import WEEKDAYS


_CELLS_FACT = {"months": CELLS_FACT, "days": DAY_CELLS_FACT}
_CELL = {"months": CELL, "days": DAY_CELL}
_HOTSPOT = {"months": HOTSPOT, "days": DAY_HOTSPOT}
_PERIOD = {"months": "month_end", "days": "date"}  # the key of the as-of
_CALENDAR_MONTHS = 12  # at least: as many as the history has


def write_fact_cells(edition: Edition, path: Path) -> None:
    """The cells of all-crime, and of every other group those in its top 5 %."""
    rows = _as_of(edition, _keyed(whole_or_top(edition.cells)))
    write_csv(rounded(conform(rows, _CELLS_FACT[edition.clock.unit])), path)


def write_fact_hotspots(edition: DayEdition, path: Path) -> None:
    """The hot spots at each horizon: what is not the same at both."""
    rows = _as_of(edition, edition.hotspots)
    write_csv(rounded(conform(rows, DAY_HOTSPOTS_FACT)), path)


def write_fact_history(edition: MonthEdition, path: Path) -> None:
    """Twelve as-of months of the cells that are now in the top 5 % of all-crime."""
    tables = [edition.earlier(force.force.id).tops for force in edition.scored]
    rows = pa.concat_tables([TOPS.empty_table(), *tables])
    texts = pa.array(cells.as_text(rows["h3_cell"].to_numpy()), pa.string())
    rows = _keyed(rows.drop_columns(["h3_cell"]).append_column("h3_cell", texts))
    rows = rows.append_column("month_end", _month_ends(rows["as_of"]))
    write_csv(rounded(conform(rows, HISTORY_FACT)), path)


def write_fact_totals(edition: MonthEdition, path: Path) -> None:
    """What became of a year's incidents: the facts of cells are not of all cells."""
    rows = edition.reconciliation
    rows = rows.filter(pc.not_equal(rows["crime_group"], EVERYTHING))
    write_csv(conform(_as_of(edition, rows), TOTALS_FACT), path)


def write_fact_hotspot_months(edition: MonthEdition, path: Path) -> None:
    """The newest twelve months of every hot spot."""
    rows = edition.hotspot_months
    recent = [str(month) for month in window(edition.as_of, _CALENDAR_MONTHS)]
    rows = rows.filter(pc.is_in(rows["month"], value_set=pa.array(recent)))
    rows = rows.append_column("month_end", _month_ends(rows["month"]))
    write_csv(rounded(conform(rows, HOTSPOT_MONTHS_FACT)), path)


def write_dim_hotspot(edition: Edition, path: Path) -> None:
    """Every hot spot once, with its outline as WKT."""
    rows = _firsts(edition.hotspots, "hotspot_id")
    drawn, of_row = hotspot_outlines(rows)
    rows = rows.append_column("wkt", pa.array(as_text(drawn)).take(of_row))
    write_csv(rounded(conform(rows, _HOTSPOT[edition.clock.unit])), path)


def _month_ends(months: pa.ChunkedArray) -> pa.Array:
    month = months.combine_chunks().dictionary_encode()
    days = [Month.parse(text).last_day for text in month.dictionary.to_pylist()]
    return pa.array(days, pa.date32()).take(month.indices)


def _keyed(rows: pa.Table) -> pa.Table:
    """The rows with the key of their cell that only this star has."""
    keys = pc.binary_join_element_wise(rows["force"], rows["h3_cell"], "/")
    return rows.append_column("cell_key", keys)


def _as_of(edition: Edition, rows: pa.Table) -> pa.Table:
    """The rows with the key of the as-of."""
    return _with_day(rows, _PERIOD[edition.clock.unit], edition.as_of)


def _with_day(rows: pa.Table, name: str, period: Month | Day) -> pa.Table:
    last_day = pa.repeat(pa.scalar(period.last_day), len(rows))
    return rows.append_column(name, last_day)


def _firsts(rows: pa.Table, key: str) -> pa.Table:
    """The first row of each value of a key, by the key."""
    at = np.unique(rows[key].to_pylist(), return_index=True)[1]
    return rows.take(pa.array(at))


def write_dim_cell(edition: Edition, path: Path) -> None:
    """Each cell of the facts once for each of its forces, with its outline as WKT."""
    rows = _firsts(_keyed(whole_or_top(edition.cells)), "cell_key")
    outlines = pa.array(wkt(rows["h3_cell"].to_pylist()))
    rows = conform(rows.append_column("wkt", outlines), _CELL[edition.clock.unit])
    write_csv(rows, path)


def wkt(ids: list[str]) -> list[str]:
    """Hexagons as text, to six decimals: a tenth of a metre."""
    return [
        f"POLYGON (({', '.join(f'{lon:.6f} {lat:.6f}' for lon, lat in ring)}))"
        for ring in cells.boundaries(cells.from_text(ids)).tolist()
    ]


def write_dim_force(edition: Edition, path: Path) -> None:
    """The forces and what their scores are based on."""
    write_csv(edition.forces_table, path)


def write_dim_group(edition: Edition, path: Path) -> None:
    """The crime groups."""
    write_csv(groups_table(edition.own), path)


def write_dim_day(edition: DayEdition, path: Path) -> None:
    """Every day of coverage.csv, the as-of among them."""
    days = [Day.parse(text).date for text in edition.coverage["day"].to_pylist()]
    rows = [
        {
            "date": day,
            "year": day.year,
            "month_number": day.month,
            "month_name": f"{day:%B}",
            "weekday_number": day.isoweekday(),
            "weekday": WEEKDAYS[day.weekday()],
        }
        for day in days
    ]
    write_csv(pa.Table.from_pylist(rows, schema=DAY), path)


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
