"""`tasking.xlsx`: the figures of a pack for a desk with a spreadsheet."""

from datetime import datetime, time
from pathlib import Path

from transforms.publications.formats.worksheets import (
    OPTIONS,
    Looks,
    on_paper,
    write_sheets,
)
from transforms.tasking.pack import Pack
from transforms.tasking.page import Page
from transforms.tasking.tables import tables_of
from transforms.tasking.words import handling


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
        on_paper(first)
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
        write_sheets(book, sheets, _HEADINGS, looks)
