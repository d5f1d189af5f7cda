"""A force's own sheet of the workbook: its first hot spots, on one landscape page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from transforms.publications.edition.day_edition import DayEdition
from transforms.publications.edition.edition import Edition
from transforms.publications.edition.month_edition import MonthEdition
from transforms.publications.formats.worksheets import Looks, for_paper
from transforms.publications.formulas import withhold_formulas
from transforms.reference.days import HORIZONS_DAYS
from transforms.reference.forces import Force
from transforms.reference.groups import ALL_CRIME, GROUPS
from transforms.scores.timing.week import BUSY_HOURS


TOP_SPOTS = 20
_MOSTLY = 3  # crime groups named of what is recorded in a hot spot
_LONGEST_NAME = 31  # of a sheet, in Excel
_FIRST_ROW = 4
_TWO_LINES = 28  # points
_NEXT_DAY = HORIZONS_DAYS[0]

Row = dict[str, Any]


@dataclass(frozen=True)
class _Column:
    heading: str
    width: float
    text: Callable[[Row], str | int | float | None]
    decimals: int = 1


def _range(spot: Row) -> str:
    return f"{spot['expected_lo']:,} to {spot['expected_hi']:,}"


def _change(spot: Row) -> str | None:
    """How its place in the list has changed since the as-of before."""
    if spot["change"] != "kept":
        return "new" if spot["change"] else None
    before, now = spot["previous_rank"], spot["hotspot_rank"]
    return "same place" if before == now else f"was no. {before}"


def _mostly(spot: Row) -> str | None:
    """What is recorded there most, by name."""
    parts = [part.rpartition(" ") for part in (spot["mix_12m"] or "").split("; ")]
    named = [
        f"{GROUPS[slug].label} {int(number):,}"
        for slug, _, number in parts
        if slug in GROUPS
    ]
    return ", ".join(named[:_MOSTLY]) or None


def _busiest(spot: Row) -> str | None:
    """The weekday and the four hours with most; of few incidents none."""
    if (start := spot["busiest_from"]) is None:
        return None
    end = (start + BUSY_HOURS) % 24
    return f"{spot['busiest_weekday']}, {start:02}:00 to {end:02}:00"


def _expected(spot: Row) -> float:
    number = float(spot["expected"])
    return round(number) if number >= 10 else round(number, 1)


_FIRST = (
    _Column("No.", 5, lambda spot: spot["hotspot_rank"]),
    _Column("Around", 27, lambda spot: spot["name"] or spot["top_cell"]),
)
_GRID = (
    _Column("Easting (m)", 9, lambda spot: spot["easting"]),
    _Column("Northing (m)", 9, lambda spot: spot["northing"]),
)
_OF_MONTHS = (
    *_FIRST,
    _Column("Expected next month", 10, _expected),
    _Column("Likely range", 11, _range),
    _Column("Last month", 8, lambda spot: spot["n_1m"]),
    _Column("Last 12 months", 9, lambda spot: spot["n_12m"]),
    _Column("Since the month before", 12, _change),
    _Column("Mostly, in 12 months (all categories)", 72, _mostly),
    _Column("Area (km²)", 7, lambda spot: round(spot["area_m2"] / 1e6, 1)),
    *_GRID,
)
_OF_DAYS = (
    *_FIRST,
    _Column("Expected next day", 10, lambda spot: round(spot["expected"], 2), 2),
    _Column("Busiest weekday, and four hours on end", 26, _busiest),
    _Column("Last 7 days", 8, lambda spot: spot["n_7d"]),
    _Column("Last 28 days", 8, lambda spot: spot["n_28d"]),
    _Column("The 28 days before", 11, lambda spot: spot["n_prev_28d"]),
    _Column("Last 365 days", 9, lambda spot: spot["n_365d"]),
    _Column("Since the scored day before", 16, _change),
    _Column("Area (km²)", 7, lambda spot: round(spot["area_m2"] / 1e6, 2), 2),
    *_GRID,
)


def write_force_sheets(book: Workbook, edition: Edition, looks: Looks) -> None:
    """A sheet for each force: its first hot spots, with a link to each on a map."""
    match edition:
        case MonthEdition():
            for force in edition.scored:
                about = _about_months(force.supplied(edition.as_of, 12), edition)
                _write_sheet(book, edition, force.force, about, _OF_MONTHS, looks)
        case DayEdition(force=force):
            _write_sheet(book, edition, force, _about_days(edition), _OF_DAYS, looks)


def _write_sheet(
    book: Workbook,
    edition: Edition,
    force: Force,
    about: str,
    columns: Sequence[_Column],
    looks: Looks,
) -> None:
    sheet = book.add_worksheet(force.name[:_LONGEST_NAME])
    for_paper(sheet, edition, pages_tall=1)
    sheet.write_string(0, 0, f"{force.name}: hot spots of all crime", looks.title)
    sheet.write_string(1, 0, about)
    sheet.write_string(2, 0, GROUPS[ALL_CRIME].note)
    for at, column in enumerate(columns):
        sheet.set_column(at, at, column.width)
        sheet.write_string(_FIRST_ROW, at, column.heading, looks.heading)
    sheet.write_string(_FIRST_ROW, len(columns), "Map", looks.heading)
    for row, spot in enumerate(_spots(edition, force), _FIRST_ROW + 1):
        _write_spot(sheet, row, spot, columns, looks)
    sheet.set_row(_FIRST_ROW, _TWO_LINES)
    sheet.freeze_panes(_FIRST_ROW + 1, 2)


def _about_months(supplied: int, edition: MonthEdition) -> str:
    return (
        f"Data up to {edition.as_of.in_words}; {supplied} of the last 12 months"
        " supplied. The likely range should hold next month's number in 95 of 100 such"
        " months."
    )


def _about_days(edition: DayEdition) -> str:
    of = edition.tables
    supplied = edition.of_shipped("days_365d")
    return (
        f"Data up to {edition.as_of.in_words}; {supplied} of the last 365 days"
        f" supplied. {of.with_hours_365d:,} of {of.records_365d:,} records have an"
        " hour. Restricted."
    )


def _spots(edition: Edition, force: Force) -> list[Row]:
    wanted = (
        (pc.field("force") == force.id)
        & (pc.field("crime_group") == ALL_CRIME)
        & (pc.field("hotspot_rank") <= TOP_SPOTS)
    )
    if isinstance(edition, DayEdition):
        wanted &= pc.field("horizon_days") == _NEXT_DAY
    rows: pa.Table = withhold_formulas(edition.hotspots.filter(wanted))
    return list(rows.to_pylist())


def _write_spot(
    sheet: Worksheet, row: int, spot: Row, columns: Sequence[_Column], looks: Looks
) -> None:
    sheet.set_row(row, _TWO_LINES)
    for at, column in enumerate(columns):
        value = column.text(spot)
        if isinstance(value, str):
            sheet.write_string(row, at, value, looks.indented)
        elif value is not None:
            sheet.write_number(row, at, value, looks.of_number(value, column.decimals))
    # of numbers alone: no text of the data can become part of an address
    place = f"{spot['lat']:.6f}", f"{spot['lon']:.6f}"
    address = (
        f"https://www.openstreetmap.org/?mlat={place[0]}&mlon={place[1]}"
        f"#map=17/{place[0]}/{place[1]}"
    )
    sheet.write_url(row, len(columns), address, looks.link, "map")
