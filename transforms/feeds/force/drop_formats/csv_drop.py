"""CSV: a header, then one row a line."""

import codecs
import csv
from functools import partial

import numpy as np

from transforms.errors import FileRejectedError
from transforms.feeds.files.csv_bytes import Coded, Rows, read_named
from transforms.feeds.files.text_bytes import NEWLINE, Text, marked_encoding, read_text
from transforms.feeds.force.drop_formats.drop import (
    Drop,
    Layout,
    RawDrop,
    Row,
    check_columns,
    no_rows,
)
from transforms.feeds.force.drop_formats.mentions import whole_line
from transforms.feeds.force.drop_formats.raw_lines import RawLines, lines_of
from transforms.feeds.force.mapping import ForceMapping
from transforms.feeds.rules import MISSHAPEN, UNREADABLE


KEYS: tuple[str, ...] = ("encoding", "delimiter")
CUT_OFF = "cut-off"  # the line that a file seems to end in the middle of
_DELIMITERS = {"comma": ",", "semicolon": ";", "vertical bar": "|", "tab": "\t"}
_ENOUGH_ROWS = 20  # to judge by their lengths what a field looks like


def read(data: bytes, mapping: Layout, where: str) -> Drop:
    """The file's rows; a last line that seems cut off is not one of them."""
    text = read_text(_as_utf8(data, mapping.encoding or "utf-8", where), where)
    delimiter = mapping.delimiter or ","
    names = _header(text.first_line, delimiter)
    _check_delimiter(text.first_line, mapping, f"{where}, line 1")
    check_columns(names, mapping.names, f"{where}, line 1")
    after_header = text.data.partition(NEWLINE)[2]
    if not after_header.strip() and not len(text.unreadable_lines):
        return no_rows(mapping, where, "a header and no rows")
    rows = read_named(text, names, mapping.names, where, delimiter=delimiter)
    left_out = [name for name in names if name not in mapping.names]
    broken = {MISSHAPEN: rows.misshapen_lines, UNREADABLE: rows.unreadable_lines}
    if not _is_cut(text, rows, names[-1]):
        is_open = _is_open(text, rows)
        return Drop(
            rows.coded,
            rows.lines,
            broken,
            repairs=text.repairs,
            is_open=is_open,
            left_out=left_out,
        )
    columns = {n: Coded(c.texts, c.codes[:-1]) for n, c in rows.coded.items()}
    broken[CUT_OFF] = rows.lines[-1:]
    return Drop(
        columns, rows.lines[:-1], broken, repairs=text.repairs, left_out=left_out
    )


def _is_cut(text: Text, rows: Rows, last_name: str) -> bool:
    """Whether the file seems to end within its last field.

    Nothing ends its last line, and that field is shorter than in every other row: half
    a number is a number, and a place far off.
    """
    few = len(rows.lines) < _ENOUGH_ROWS
    if few or not _is_open(text, rows) or last_name not in rows.coded:
        return False
    column = rows.coded[last_name]
    lengths = np.array([len(value) for value in column.texts])[column.codes]
    return bool(lengths[-1] < lengths[:-1].min())


def _is_open(text: Text, rows: Rows) -> bool:
    """Whether nothing ends the last line, and that line is a row."""
    last = rows.lines[-1:].tolist()
    return last == [text.lines] and not text.data.endswith(NEWLINE)


def _check_delimiter(line: bytes, mapping: Layout, where: str) -> None:
    """The header is not that of the mapping, but with another delimiter."""
    wanted, declared = set(mapping.names), mapping.delimiter or ","
    if wanted <= set(_header(line, declared)):
        return
    for name, delimiter in _DELIMITERS.items():
        if delimiter != declared and wanted <= set(_header(line, delimiter)):
            written = "\\t" if delimiter == "\t" else delimiter
            raise FileRejectedError(
                f"{where}: its columns are separated by a {name}: write delimiter ="
                f' "{written}" in the mapping'
            )


def _header(line: bytes, delimiter: str) -> list[str]:
    """The names in a header, which may be quoted."""
    try:
        text = line.decode("utf-8", "replace")
        return next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error:  # a name longer than any
        return []


def _as_utf8(data: bytes, encoding: str, where: str) -> bytes:
    if encoding == "utf-8" or marked_encoding(data):
        return data  # a mark says what it is, whatever the mapping says
    if data.startswith(codecs.BOM_UTF8):
        raise FileRejectedError(
            f"{where}: it begins with the byte order mark of UTF-8, but the mapping"
            f' says {encoding}: write encoding = "utf-8" in the mapping'
        )
    try:
        return data.decode(encoding).encode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileRejectedError(f"{where}, line {line}: not {encoding}") from error


def raw(data: bytes, mapping: ForceMapping) -> RawDrop:
    """Its lines after the header."""
    lines, codec = lines_of(data, mapping)
    fields = partial(_fields, delimiter=mapping.delimiter or ",")
    names = fields(lines[0].lstrip("\ufeff"))

    def row_of(line: str) -> Row | None:
        values = fields(line)
        if len(values) != len(names):
            return None
        return dict(zip(names, values, strict=True))

    return RawLines(
        original=data,
        lines=lines,
        codec=codec,
        first=2,
        reference=mapping.columns.reference,
        row_of=row_of,
        words_of=fields,
        pieces_of=whole_line,
    )


def _fields(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line.rstrip("\r")], delimiter=delimiter), [])
    except csv.Error:  # a field longer than any
        return line.split(delimiter)
