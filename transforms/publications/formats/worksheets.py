"""Sheets of a workbook: text is always text, a period a real date, null is empty."""

from collections.abc import Mapping
from datetime import date

import pyarrow as pa
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from transforms.lake.schemas import about, plain
from transforms.publications.edition.edition import Edition
from transforms.publications.formats.table_sheet import TableSheet
from transforms.publications.formulas import withhold_formulas
from transforms.publications.titles import title
from transforms.reference.days import Day
from transforms.reference.months import Month


# Cells are written by type; these conversions are off in case one is not.
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
}
_PERIODS = (
    "as_of",
    "previous_as_of",
    "month",
    "day",
    "release",
)  # columns of months or of days
_NUMBERS = {
    "lat": "0.000000",
    "lon": "0.000000",
    "area_m2": "#,##0",
    "p_top1": "0.0%",
}
_FRACTION, _WHOLE, _DATE = "#,##0.00", "#,##0", "yyyy-mm-dd"
_TENTHS = "#,##0.0"
_WIDEST = 48
_FIGURES = 9  # characters of a number, at most
_FIRST_DAY = date(1899, 12, 30)  # day 0 of Excel, after February 1900
_A4 = 9  # in Excel's list of papers
_LONGEST_FOOTER = 200
Words = Mapping[str, Mapping[str, str]]  # of columns whose values have names


class Looks:
    """The formats of a workbook, each created once."""

    def __init__(self, book: Workbook) -> None:
        self.heading: Format = book.add_format({"bold": True, "bottom": 1})
        self.title: Format = book.add_format({"bold": True, "font_size": 14})
        self.wrapped: Format = book.add_format({"text_wrap": True, "valign": "top"})
        self.indented: Format = book.add_format(
            {"text_wrap": True, "valign": "top", "align": "left", "indent": 1}
        )
        self.link: Format = book.add_format(
            {"underline": 1, "font_color": "#0000ee", "valign": "top", "indent": 1}
        )
        self.heading.set_text_wrap()
        self.heading.set_align("top")
        names = (_FRACTION, _WHOLE, _DATE, _TENTHS, *_NUMBERS.values())
        self._numbers = {
            n: book.add_format({"num_format": n, "valign": "top"}) for n in names
        }

    @property
    def date(self) -> Format:
        return self._numbers[_DATE]

    def of_number(self, number: float, decimals: int) -> Format:
        """Of a number that is shown as it is: a whole one without decimals."""
        shown = {1: _TENTHS, 2: _FRACTION}[decimals]
        return self._numbers[_WHOLE if isinstance(number, int) else shown]

    def of(self, field: pa.Field) -> Format:
        """How the numbers of a column are shown."""
        plainly = _FRACTION if pa.types.is_floating(field.type) else _WHOLE
        return self._numbers[_NUMBERS.get(field.name, plainly)]


def on_paper(sheet: Worksheet, pages_tall: int = 0) -> None:
    """Print it on landscape pages of its width; by default as many as needed."""
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, pages_tall)


def for_paper(sheet: Worksheet, edition: Edition, pages_tall: int = 0) -> None:
    """Print it like `on_paper`, with the run and the licence below."""
    on_paper(sheet, pages_tall)
    # & starts a code, and a figure after it would be part of the code
    said = f"Run {edition.run_id}. {edition.attribution}".replace("&", "&&")
    sheet.set_footer(f"&L&7{said[:_LONGEST_FOOTER]}&R&7&P / &N")


def write_sheets(
    book: Workbook,
    sheets: Mapping[str, pa.Table],
    headings: Mapping[str, str],
    looks: Looks,
) -> None:
    """A sheet for each table, and one that says what their columns mean.

    `headings` has the plain words for columns of any of the tables.
    """
    columns = [
        {
            "sheet": sheet,
            "heading": headings.get(field.name, field.name),
            "meaning": about(field)["description"],
            "empty_means": about(field).get("null"),
        }
        for sheet, table in sheets.items()
        for field in table.schema
    ]
    meanings = {"Columns": pa.Table.from_pylist(columns)}
    for name, rows in {**sheets, **meanings}.items():
        sheet = book.add_worksheet(name, TableSheet)
        on_paper(sheet)
        headed = [headings.get(column, column) for column in rows.column_names]
        write_rows(sheet, withhold_formulas(rows).rename_columns(headed), looks, {})


def write_rows(sheet: TableSheet, rows: pa.Table, looks: Looks, words: Words) -> None:
    """A table with plain headings, a filter, and columns of fitting width.

    `words` are shown in place of the values of some columns.
    """
    sheet.repeat_rows(0)
    for at, field in enumerate(rows.schema):
        heading, shown = title(field.name), words.get(field.name, {})
        sheet.write_string(0, at, heading, looks.heading)
        values = rows[field.name].combine_chunks()
        longest = _FIGURES
        if not pa.types.is_string(plain(field).type):
            sheet.write_numbers(at, values, looks.of(field))
        else:
            coded = values.dictionary_encode()
            known = coded.dictionary.to_pylist()
            texts = [shown.get(text, text) for text in known]
            longest = max(map(len, texts), default=_FIGURES)
            if field.name in _PERIODS:
                days = pa.array(map(_serial, known), pa.int32())
                sheet.write_numbers(at, days.take(coded.indices), looks.date)
            else:
                sheet.write_texts(at, pa.array(texts, pa.string()).take(coded.indices))
        widest_word = max(map(len, heading.split()))
        sheet.set_column(at, at, min(max(widest_word + 5, longest + 1), _WIDEST))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(rows), rows.num_columns - 1)


def _serial(period: str) -> int:
    """The last day of a month, or a day, as Excel counts days."""
    is_day = period.count("-") == 2
    last_day = (Day if is_day else Month).parse(period).last_day
    return (last_day - _FIRST_DAY).days
