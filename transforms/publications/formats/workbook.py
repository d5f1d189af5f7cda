"""`top_hotspots.xlsx`: the top of each force for a desk with a spreadsheet.

It is for reading and sorting; computations take a file of everything.
"""

from collections.abc import Mapping
from datetime import datetime, time
from pathlib import Path

import pyarrow as pa
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from transforms.lake.schemas import about
from transforms.publications.edition.day_edition import DayEdition
from transforms.publications.edition.edition import Edition
from transforms.publications.edition.month_edition import MonthEdition
from transforms.publications.edition.reconciliation import EVERYTHING
from transforms.publications.edition.selection import (
    TOP_CELLS,
    TOP_GROUPS,
    of_groups_shown,
    top_cells,
    top_changes,
    top_hotspots,
)
from transforms.publications.formats.force_sheet import write_force_sheets
from transforms.publications.formats.table_sheet import TableSheet
from transforms.publications.formats.worksheets import (
    OPTIONS,
    Looks,
    Words,
    for_paper,
    write_rows,
)
from transforms.publications.formulas import withhold_formulas
from transforms.publications.titles import title
from transforms.reference.bands import BANDS
from transforms.reference.groups import GROUPS


_WHAT_A_SCORE_MEANS = {
    "months": """\
A score is the number of incidents of the group expected in a cell in the next month.
score_lo to score_hi should hold that month's count in 95 of 100 such months.
Rank 1 is a force's highest score; p_top1: how likely the cell is in its true top 1 %.
expected_12m below n_12m: that much of a fall is expected with no patrol at all.
It is of recorded crime: a month and a point nearby, no hour, address or person.
""".splitlines(),
    "days": """\
A score is the number of incidents of the group expected in the next horizon_days days.
score_lo to score_hi should hold that time's count in 95 of 100 such times.
Rank 1 is the force's highest score; p_top1: how likely the cell is in its true top 1 %.
expected_365d below n_365d: that much of a fall is expected with no patrol at all.
It is of recorded crime as received so far: places, not persons. Restricted.
""".splitlines(),
}
_AS_OF = {"months": "As-of month (last day)", "days": "As-of day"}


def write_workbook(edition: Edition, path: Path) -> None:
    """Write the sheets; its one time is the end of the as-of."""
    sheets = {
        "Hot spots": top_hotspots(edition),
        "Top cells": top_cells(edition),
    }
    if isinstance(edition, DayEdition):
        sheets["Changes"] = top_changes(edition)
    if isinstance(edition, MonthEdition):
        if len(edition.areas):
            sheets["Areas"] = of_groups_shown(edition, edition.areas)
        sheets["Totals"] = edition.reconciliation
    sheets["Coverage"] = edition.coverage
    with Workbook(path, OPTIONS) as book:
        created = datetime.combine(edition.as_of.last_day, time())
        book.set_properties({"title": _title(edition), "created": created})
        looks, words = Looks(book), _words(edition)
        write_force_sheets(book, edition, looks)
        _write_read_me(book.add_worksheet("Read me"), edition, looks)
        for name, rows in (sheets | {"Columns": _columns(sheets)}).items():
            sheet = book.add_worksheet(name, TableSheet)
            for_paper(sheet, edition)
            write_rows(sheet, withhold_formulas(rows), looks, words)


def _words(edition: Edition) -> Words:
    """The names of what has an id: forces, groups and bands."""
    groups = {g.slug: g.label for g in (*GROUPS.values(), *edition.own)}
    return {
        "force": {fact["force"]: fact["name"] for fact in edition.force_facts},
        "crime_group": groups | {EVERYTHING: "Everything sent"},
        "score_band": {band.slug: band.label for band in BANDS},
    }


def _columns(sheets: Mapping[str, pa.Table]) -> pa.Table:
    """What each column of each sheet means, and its name in the other files."""
    rows = [
        {
            "sheet": sheet,
            "heading": title(field.name),
            "column": field.name,
            "meaning": about(field)["description"],
            "empty_means": about(field).get("null"),
        }
        for sheet, table in sheets.items()
        for field in table.schema
    ]
    return pa.Table.from_pylist(rows)


def _title(edition: Edition) -> str:
    return f"Hot spots of recorded crime, counts to the end of {edition.as_of}"


def _write_read_me(sheet: Worksheet, edition: Edition, looks: Looks) -> None:
    """What the workbook is and is based on: two columns, one fact in each row."""
    for_paper(sheet, edition)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 100)
    sheet.write_string(0, 0, _title(edition), looks.title)
    sheet.write_string(2, 0, _AS_OF[edition.clock.unit])
    sheet.write_datetime(2, 1, edition.as_of.last_day, looks.date)
    for row, (name, text) in enumerate(_read_me(edition), 3):
        sheet.write_string(row, 0, name, looks.wrapped)
        sheet.write_string(row, 1, text, looks.wrapped)


def _read_me(edition: Edition) -> list[tuple[str, str]]:
    labels = [GROUPS[slug].label for slug in TOP_GROUPS]
    groups = ", ".join([*labels, *(group.label for group in edition.own)])
    what = (
        f"The {TOP_CELLS} first hot spots and the {TOP_CELLS} highest cells of each"
        f" force in each of: {groups}. The other files hold the rest."
    )
    meaning = _WHAT_A_SCORE_MEANS[edition.clock.unit]
    named = ["What a score means", *[""] * (len(meaning) - 1)]
    return [
        ("Run", edition.run_id),
        ("Method", f"{edition.method.LABEL} (version {edition.method.VERSION})"),
        ("What is in it", what),
        *zip(named, meaning, strict=True),
        ("Excluded places", edition.excluded_in_words),
        *(
            (f"Coverage: {force}", words)
            for force, words in edition.coverage_in_words.items()
        ),
        ("Source", edition.attribution),
    ]
