"""Sheets written by whole columns, against XlsxWriter writing cell by cell."""

import zipfile
from io import BytesIO

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from transforms.publications.formats.table_sheet import TableSheet


HEADINGS = ["number", "fraction", "text", "again", "nothing"]
_TEXTS = st.sampled_from(["High Street", "A & B <c>", " spaced ", "Yr Hâf", "", "𝕏"])
_ROWS = st.lists(
    st.tuples(
        st.none() | st.integers(-(10**9), 10**9),
        st.none() | st.floats(allow_nan=False, allow_infinity=False),
        st.none() | _TEXTS,
        st.none() | _TEXTS,
        st.none(),
    ),
    max_size=40,
)
Rows = list[tuple[int | None, float | None, str | None, str | None, None]]


@settings(deadline=None, max_examples=25)
@given(_ROWS)
def test_the_bytes_are_those_of_xlsxwriter_itself(rows: Rows) -> None:
    assert _by_column(rows) == _by_cell(rows)


def test_a_number_that_is_none_is_refused() -> None:
    with Workbook(BytesIO(), {"in_memory": True}) as book:
        sheet = book.add_worksheet("one", TableSheet)
        with pytest.raises(ValueError, match="finite"):
            sheet.write_numbers(0, pa.array([1.0, float("nan")]))


def _by_cell(rows: Rows) -> dict[str, bytes]:
    sink = BytesIO()
    with Workbook(sink, {"in_memory": True}) as book:
        sheet = _headed(book, Worksheet)
        whole, fraction = (book.add_format({"num_format": n}) for n in ("0", "0.0"))
        for at in range(len(HEADINGS)):
            for row, values in enumerate(rows, 1):
                value = values[at]
                if isinstance(value, str):
                    sheet.write_string(row, at, value)
                elif value is not None:
                    look = whole if isinstance(value, int) else fraction
                    sheet.write_number(row, at, value, look)
        _after(book)
    return _files(sink)


def _by_column(rows: Rows) -> dict[str, bytes]:
    kinds = (pa.int64(), pa.float64(), pa.string(), pa.string(), pa.null())
    columns = [
        pa.array([row[at] for row in rows], kind) for at, kind in enumerate(kinds)
    ]
    sink = BytesIO()
    with Workbook(sink, {"in_memory": True}) as book:
        sheet = _headed(book, TableSheet)
        whole, fraction = (book.add_format({"num_format": n}) for n in ("0", "0.0"))
        sheet.write_numbers(0, columns[0], whole)
        sheet.write_numbers(1, columns[1], fraction)
        sheet.write_texts(2, columns[2])
        sheet.write_texts(3, columns[3])
        sheet.write_numbers(4, columns[4], whole)
        _after(book)
    return _files(sink)


def _headed(book: Workbook, kind: type[Worksheet]) -> Worksheet:
    sheet = book.add_worksheet("of one table", kind)
    for at, heading in enumerate(HEADINGS):
        sheet.write_string(0, at, heading, book.add_format({"bold": True}))
    sheet.set_column(1, 1, 30)
    sheet.autofilter(0, 0, 3, 4)
    return sheet


def _after(book: Workbook) -> None:
    """A sheet after it: texts and formats go on being numbered."""
    book.add_worksheet().write_string(0, 0, "Last", book.add_format({"italic": True}))


def _files(sink: BytesIO) -> dict[str, bytes]:
    """All but the times."""
    with zipfile.ZipFile(sink) as book:
        return {n: book.read(n) for n in book.namelist() if n != "docProps/core.xml"}
