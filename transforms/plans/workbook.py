"""`plan.xlsx`: the plan for a desk with a spreadsheet."""

from datetime import datetime, time
from pathlib import Path

from transforms.plans.plan import Plan
from transforms.plans.tables import dropped_table, places_table, visits_table
from transforms.plans.words import handling, headline, notes, short, span
from transforms.publications.formats.worksheets import OPTIONS, Looks, write_sheets


_HEADINGS = {
    "shift_id": "Shift", "date": "Day", "unit": "Unit", "seq": "No.",
    "place_id": "Place", "name": "Name", "start": "From", "minutes": "Minutes",
    "window_from": "Busiest from", "window_to": "Busiest to", "value": "Value",
    "why": "Why there", "visits": "Visits",
}  # fmt: skip


def write_workbook(plan: Plan, path: Path) -> None:
    """Write the sheets; their one time is the first day of the plan."""
    from xlsxwriter import Workbook  # slow to load: only whoever makes a plan needs it

    sheets = {
        "Visits": visits_table(plan),
        "Places": places_table(plan),
        "Dropped": dropped_table(plan),
    }
    title = f"Patrol plan {plan.id}"
    with Workbook(path, OPTIONS) as book:
        created = datetime.combine(plan.asked.first, time())
        book.set_properties({"title": title, "created": created})
        looks = Looks(book)
        first = book.add_worksheet("Read me")
        first.set_column(0, 0, 100)
        first.write_string(0, 0, title, looks.title)
        programme = f"Programme {plan.asked.programme.id}, {span(plan)}"
        said = [
            programme,
            headline(plan),
            *notes(plan),
            *short(plan),
            handling(plan),
        ]
        for row, line in enumerate(said, start=2):
            first.write_string(row, 0, line, looks.wrapped)
        write_sheets(book, sheets, _HEADINGS, looks)
