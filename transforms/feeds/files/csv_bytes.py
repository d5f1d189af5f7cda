"""CSV bytes to columns of text: the header checked exactly, every line accounted for.

No reader is trusted to guess. The header is compared as bytes before any parser runs,
and the physical lines counted on the bytes must equal the rows parsed plus the rows
that had the wrong number of fields.
"""

import csv
import io
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
from numpy.typing import NDArray

from transforms.errors import FileRejectedError
from transforms.feeds.files.text_bytes import NEWLINE, Text, read_text
from transforms.reference.arrays import Floats, Integers, Lines, Mask


# A file with more such rows than this is not that file with a slip in it. Small files
# may have a few.
_MISSHAPEN_SHARE = 0.001
_A_FEW_ROWS = 5
_MAX_ROWS = 10_000_000


@dataclass(frozen=True)
class Coded:
    """A column of few distinct texts: each question is answered once for each text."""

    texts: list[str]
    codes: NDArray[np.int32]  # of each row

    def where(self, holds: Callable[[str], bool]) -> Mask:
        """Which rows' text passes a test."""
        return np.array([holds(text) for text in self.texts], dtype=bool)[self.codes]

    def equals(self, text: str) -> Mask:
        """Which rows have exactly that text."""
        at = self.texts.index(text) if text in self.texts else -1
        return np.asarray(self.codes == at)

    def numbers(self, of: Callable[[str], float]) -> Floats:
        """Each row's number by its text."""
        return np.array([of(text) for text in self.texts], dtype=float)[self.codes]

    def mapped(self, to: Callable[[str], str | None]) -> pa.Array:
        """Each row's new text by its old one, dictionary-encoded; None becomes null."""
        values = pa.array([to(text) for text in self.texts], pa.string())
        encoded = values.dictionary_encode()
        codes = encoded.indices.take(pa.array(self.codes))
        return pa.DictionaryArray.from_arrays(codes, encoded.dictionary)


@dataclass(frozen=True, kw_only=True)
class Rows:
    """The rows of one file, as text, with the line each came from."""

    coded: dict[str, Coded]
    plain: dict[str, pa.Array]
    lines: Lines  # of each row; the header is line 1
    misshapen_lines: Lines  # with more or fewer fields than the header
    unreadable_lines: Lines  # not UTF-8
    repairs: Sequence[str]  # what was mended in the whole file, in words

    @property
    def count(self) -> int:
        """Physical lines less the header."""
        return len(self.lines) + len(self.misshapen_lines) + len(self.unreadable_lines)


def too_many(bad: int, rows: int, share: float) -> bool:
    """Whether so many bad rows say something of the file rather than of those rows."""
    return bad > max(_A_FEW_ROWS, share * rows)


def read_rows(data: bytes, header: str, where: str, plain: Sequence[str] = ()) -> Rows:
    """Read a CSV file whose columns must be those of `header`.

    Columns named in `plain` come as plain text: for values that hardly repeat. The same
    columns in another order, or more of them, are read by name and listed in `repairs`.
    Raises `FileRejectedError`, naming `where`, for anything that is not such a file.
    """
    text = read_text(data, where)
    names, repairs = _columns(text, header, where)
    rows = read_named(text, names, header.split(","), where, plain)
    return replace(rows, repairs=[*rows.repairs, *repairs])


def read_named(
    text: Text,
    names: list[str],
    wanted: Sequence[str],
    where: str,
    plain: Sequence[str] = (),
    delimiter: str = ",",
) -> Rows:
    """The wanted columns of a file whose header is known to name its columns so."""
    misshapen: list[int] = []
    table = _parse(text, names, plain, where, misshapen, delimiter)
    _check_lines(text, table, misshapen, where, delimiter)
    kept = table.select(list(wanted))
    bad = np.array(misshapen, dtype=np.int32)
    lines = np.delete(np.arange(2, text.lines + 1, dtype=np.int32), bad - 2)
    if len(text.unreadable_lines):
        readable = ~np.isin(lines, text.unreadable_lines)
        kept, lines = kept.filter(pa.array(readable)), lines[readable]
    coded: dict[str, Coded] = {}
    of_plain: dict[str, pa.Array] = {}
    for name in kept.column_names:
        column = kept[name].combine_chunks()
        if pa.types.is_dictionary(column.type):
            coded[name] = Coded(
                column.dictionary.to_pylist(), column.indices.to_numpy()
            )
        else:
            of_plain[name] = column
    return Rows(
        coded=coded,
        plain=of_plain,
        lines=lines,
        misshapen_lines=bad,
        unreadable_lines=text.unreadable_lines,
        repairs=text.repairs,
    )


def _columns(text: Text, header: str, where: str) -> tuple[list[str], list[str]]:
    """The file's columns in their order, and what differs from the header expected."""
    wanted = header.split(",")
    names = text.first_line.decode("utf-8", "replace").split(",")
    if names == wanted:
        return names, []
    known = set(names)
    if len(known) < len(names) or "" in known or not set(wanted) <= known:
        raise FileRejectedError(
            f"{where}, line 1: not the header of this feed's file but"
            f" {_looks_like(text.first_line, names)}"
        )
    more = [name for name in names if name not in wanted]
    ordered = [name for name in names if name in wanted] == wanted
    repairs = [f"unknown columns ignored: {', '.join(more)}"] if more else []
    return names, repairs if ordered else [*repairs, "columns reordered"]


def _looks_like(line: bytes, names: list[str]) -> str:
    """What stands there, without a word of it: a first row may be an incident."""
    start = line.lstrip().lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<")):
        return "a web page or XML"
    if start.startswith((b"{", b"[")):
        return "JSON"
    if start.startswith(b"pk"):
        return "a zip"
    return f"a line of {len(names)} other fields"


def _parse(
    text: Text,
    names: list[str],
    plain: Sequence[str],
    where: str,
    misshapen: list[int],
    delimiter: str,
) -> pa.Table:
    """The table of all well-shaped rows; the lines of the others go to `misshapen`."""

    def note(row: pacsv.InvalidRow) -> str:
        misshapen.append(row.number)
        return "skip"

    kind = pa.dictionary(pa.int32(), pa.string())
    try:
        return pacsv.read_csv(
            pa.BufferReader(text.data),
            # one block: line numbers are only known to a parser that is not parallel
            read_options=pacsv.ReadOptions(
                use_threads=False,
                column_names=names,
                skip_rows=1,
                block_size=len(text.data) + 1,
            ),
            parse_options=pacsv.ParseOptions(
                delimiter=delimiter,
                ignore_empty_lines=False,
                invalid_row_handler=note,
            ),
            convert_options=pacsv.ConvertOptions(
                column_types={n: pa.string() if n in plain else kind for n in names},
                check_utf8=False,  # it was, line by line
                strings_can_be_null=False,
                quoted_strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid as error:
        # its own words may quote a row
        raise FileRejectedError(f"{where}: not readable as CSV") from error


def _check_lines(
    text: Text, table: pa.Table, misshapen: list[int], where: str, delimiter: str
) -> None:
    """Every physical line is a row, and the odd ones are few and not the last."""
    rows = table.num_rows + len(misshapen)
    if rows != text.lines - 1:
        raise FileRejectedError(
            f"{where}{_first_merged(text, delimiter)}: {text.lines - 1:,} lines, but"
            f" {rows:,} rows: a quote is unbalanced or contains a line break"
        )
    if not rows:
        raise FileRejectedError(f"{where}: a header and no rows")
    if rows > _MAX_ROWS:
        raise FileRejectedError(f"{where}: over {_MAX_ROWS:,} rows")
    # a quote left open on the last line takes the file's end for its own: same count
    last_line = text.data[text.data.rfind(NEWLINE, 0, -1) :]
    last = table.slice(max(table.num_rows - 1, 0)) if b'"' in last_line else table[:0]
    if any("\n" in value for row in last.to_pylist() for value in row.values()):
        raise FileRejectedError(f"{where}: a quote is unbalanced on the last line")
    if text.lines in misshapen:
        why = (
            "the last line is whole and no row: it has more or fewer fields than the"
            " header; if it is a trailer, such as a count of rows, have the export"
            " leave it out, else get the file again"
            if text.data.endswith(NEWLINE)
            else "the last row is cut off; get the file again"
        )
        raise FileRejectedError(f"{where}, line {text.lines}: {why}")
    if too_many(len(misshapen), rows, _MISSHAPEN_SHARE):
        raise FileRejectedError(
            f"{where}, line {misshapen[0]}: {len(misshapen):,} of {rows:,} rows have"
            " more or fewer fields than the header"
        )


def _first_merged(text: Text, delimiter: str) -> str:
    """Where a quote first swallows the next line, as far as it can be known."""
    read = csv.reader(io.StringIO(text.data.decode(), newline=""), delimiter=delimiter)
    ends = 0
    with suppress(csv.Error):  # it ran on past all bounds: the row after `ends` did
        for _ in read:
            if read.line_num > ends + 1:
                break
            ends = read.line_num
        else:
            return ""
    return f", line {ends + 1}"


def line_offsets(data: bytes, lines: Lines) -> Integers:
    """Where each of those lines starts in the file, in bytes."""
    ends = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == NEWLINE[0])
    starts = np.concatenate([[0], ends + 1]).astype(np.int64)
    return starts[lines - 1]
