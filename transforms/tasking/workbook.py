"""`tasking.xlsx`: the figures of a pack for a desk with a spreadsheet."""

from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from transforms.lake.schemas import about
from transforms.publications.formats.worksheets import OPTIONS, Looks, write_rows
from transforms.publications.formulas import withhold_formulas
from transforms.tasking.pack import Pack
from transforms.tasking.page import Page
from transforms.tasking.tables import tables_of
from transforms.tasking.words import handling


if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

_A4 = 9  # in Excel's list of papers
_HEADINGS = {
    "place_id": "Place", "name": "Name", "expected_month": "Expected a month",
    "counted": "Counted", "expected": "Expected then", "low": "Low", "high": "High",
    "change": "Change", "planned_minutes": "Planned min",
    "patrol_minutes": "Delivered min",
    "officer_hours": "Officer-hours", "visits": "Visits",
    "days_without_visit": "Days without", "days": "Days with a log", "dose": "Dose",
    "next_visits": "Next visits", "why": "Why here", "way_of_working": "Way of working",
    "date": "Day", "shift_id": "Shift", "units": "Units", "measure": "Measure",
    "role": "Of whom", "fortnight": "Fortnight", "since_start": "Since start",
    "unit": "Unit", "places": "Places", "what": "What is tried", "who": "Who",
    "since": "Since", "until": "Until", "area": "Area",
}  # fmt: skip


def write_workbook(pack: Pack, page: Page, path: Path) -> None:
    """Write the sheets; their one time is the last day of the fortnight."""
    from xlsxwriter import Workbook  # slow to load: only whoever makes a pack needs it

    sheets = {name: rows for name, rows in tables_of(pack).items() if len(rows)}
    with Workbook(path, OPTIONS) as book:
        created = datetime.combine(pack.fortnight.last, time())
        book.set_properties({"title": page.title, "created": created})
        looks = Looks(book)
        first = book.add_worksheet("Read me")
        first.set_column(0, 0, 110)
        _for_paper(first)
        first.write_string(0, 0, page.title, looks.title)
        first.write_string(1, 0, f"{page.subtitle}. {handling(pack)}", looks.wrapped)
        said = [
            (text, look)
            for box in page.boxes
            for text, look in (
                ("", looks.wrapped),
                (box.title, looks.heading),
                *((line, looks.wrapped) for line in box.lines),
            )
        ]
        for at, (text, look) in enumerate(said, start=2):
            first.write_string(at, 0, text, look)
        for name, rows in (sheets | {"Columns": _columns(sheets)}).items():
            sheet = book.add_worksheet(name)
            sheet.set_landscape()
            _for_paper(sheet)
            headed = [_HEADINGS.get(column, column) for column in rows.column_names]
            shown = withhold_formulas(rows).rename_columns(headed)
            write_rows(sheet, shown, looks, {})


def _for_paper(sheet: "Worksheet") -> None:
    """Print it on pages of its width."""
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)


def _columns(sheets: dict[str, pa.Table]) -> pa.Table:
    """What each column of each sheet means."""
    return pa.Table.from_pylist(
        [
            {
                "sheet": sheet,
                "column": _HEADINGS.get(field.name, field.name),
                "meaning": about(field)["description"],
                "empty_means": about(field).get("null"),
            }
            for sheet, table in sheets.items()
            for field in table.schema
        ]
    )
