"""`plan.xlsx`: the plan for a desk with a spreadsheet."""

from datetime import datetime, time
from pathlib import Path

import pyarrow as pa

from transforms.lake.schemas import about
from transforms.plans.plan import Plan
from transforms.plans.tables import dropped_table, places_table, visits_table
from transforms.plans.words import handling, headline, notes, short, span
from transforms.publications.formats.worksheets import OPTIONS, Looks, write_rows
from transforms.publications.formulas import withhold_formulas


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
        for name, rows in (sheets | {"Columns": _columns(sheets)}).items():
            sheet = book.add_worksheet(name)
            sheet.set_landscape()
            sheet.fit_to_pages(1, 0)
            headed = [_HEADINGS.get(column, column) for column in rows.column_names]
            shown = withhold_formulas(rows).rename_columns(headed)
            write_rows(sheet, shown, looks, {})


def _columns(sheets: dict[str, pa.Table]) -> pa.Table:
    """What each column of each sheet means."""
    return pa.Table.from_pylist(
        [
            {
                "sheet": sheet,
                "column": field.name,
                "meaning": about(field)["description"],
                "empty_means": about(field).get("null"),
            }
            for sheet, table in sheets.items()
            for field in table.schema
        ]
    )
