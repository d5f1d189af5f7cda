"""`top_hotspots.xlsx`: the top of each force for a desk with a spreadsheet.

It is for reading and sorting; whoever computes takes a file of everything.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from transforms.groups import GROUPS
from transforms.publications.edition import Edition
from transforms.publications.force_edition import ForceEdition
from transforms.publications.force_tables import coverage_table
from transforms.publications.formulas import withhold_formulas
from transforms.publications.geojson import TOP_CELLS, TOP_GROUPS, top_cells
from transforms.publications.worksheets import OPTIONS, Looks, write_rows
from transforms.schemas import about


_HOTSPOT_COLUMNS = (
    "force", "crime_group", "hotspot_rank", "name", "expected", "n_1m", "n_12m",
    "n_prev_12m", "months_12m", "months_prev_12m", "expected_12m", "harm_12m",
    "harm_score", "p_top1", "hotspot_class", "cells", "area_m2", "lsoa21cd", "lat",
    "lon", "as_of", "top_cell", "hotspot_id",
)  # fmt: skip
_WHAT_A_SCORE_MEANS = """\
A score is the number of incidents of the group expected in a cell in the next month.
score_lo to score_hi should hold that month's count in 95 of 100 such months.
Rank 1 is a force's highest score; p_top1: how likely the cell is in its true top 1 %.
expected_12m below n_12m: that much of a fall is expected with no patrol at all.
It is of recorded crime: a month and a point nearby, no hour, address or person.
""".splitlines()


def write_workbook(edition: Edition, path: Path) -> None:
    """Write the sheets; its one time is the end of the as-of month."""
    sheets = {
        "Hot spots": top_hotspots(edition),
        "Top cells": top_cells(edition.cells),
        "Coverage": coverage_table(edition),
    }
    with Workbook(path, OPTIONS) as book:
        made = datetime.combine(edition.as_of.last_day, time())
        book.set_properties({"title": _title(edition), "created": made})
        looks = Looks(book)
        _write_read_me(book.add_worksheet("Read me"), edition, looks)
        for name, rows in sheets.items():
            write_rows(book.add_worksheet(name), withhold_formulas(rows), looks)
        write_rows(book.add_worksheet("Columns"), _columns(sheets), looks)


def top_hotspots(edition: Edition, groups: Sequence[str] = TOP_GROUPS) -> pa.Table:
    """The first hot spots of each force in each of those groups, in order of rank."""
    spots = edition.hotspots
    wanted = pc.and_(
        pc.less_equal(spots["hotspot_rank"], TOP_CELLS),
        pc.is_in(spots["crime_group"].cast(pa.string()), pa.array(groups)),
    )
    return spots.filter(wanted).select([*_HOTSPOT_COLUMNS, *edition.layers.names])


def _columns(sheets: Mapping[str, pa.Table]) -> pa.Table:
    """What each column of each sheet means."""
    rows = [
        {
            "sheet": sheet,
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
    """What it is and rests on: two columns, a fact a row."""
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 100)
    sheet.write_string(0, 0, _title(edition), looks.title)
    sheet.write_string(2, 0, "As-of month (last day)")
    sheet.write_datetime(2, 1, edition.as_of.last_day, looks.date)
    for row, (name, text) in enumerate(_read_me(edition), 3):
        sheet.write_string(row, 0, name, looks.wrapped)
        sheet.write_string(row, 1, text, looks.wrapped)


def _read_me(edition: Edition) -> list[tuple[str, str]]:
    groups = ", ".join(GROUPS[slug].label for slug in TOP_GROUPS)
    what = (
        f"The {TOP_CELLS} first hot spots and the {TOP_CELLS} highest cells of each"
        f" force in each of: {groups}. The other files hold the rest."
    )
    named = ["What a score means", *[""] * (len(_WHAT_A_SCORE_MEANS) - 1)]
    return [
        ("Run", edition.run_id),
        ("Method", f"{edition.method.LABEL} (version {edition.method.VERSION})"),
        ("What is in it", what),
        *zip(named, _WHAT_A_SCORE_MEANS, strict=True),
        ("Excluded places", edition.excluded_in_words),
        *(
            (f"Coverage: {f.force.name}", f.unscored or _rests_on(edition, f))
            for f in edition.forces
        ),
        ("Source", edition.attribution),
    ]


def _rests_on(edition: Edition, force: ForceEdition) -> str:
    year, three = (force.supplied(edition.as_of, months) for months in (12, 36))
    return (
        f"{year} of the last 12 months supplied, {three} of the last 36; the newest is"
        f" {force.newest_month(edition.as_of)}. A month not supplied is never zero."
    )
