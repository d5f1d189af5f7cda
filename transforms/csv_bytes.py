"""CSV bytes to columns of text: the header checked exactly, every line accounted for.

No reader is trusted to guess. The header is compared as bytes before any parser runs,
and the physical lines counted on the bytes must equal the rows parsed plus the rows
that had the wrong number of fields.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
from numpy.typing import NDArray

from transforms.errors import FileRejectedError


_NEWLINE = b"\n"


@dataclass(frozen=True)
class Coded:
    """A column of few distinct texts: whatever is asked of it is asked once a text."""

    texts: list[str]
    codes: NDArray[np.int32]  # of each row

    def where(self, holds: Callable[[str], bool]) -> NDArray[np.bool_]:
        """Which rows' text passes a test."""
        return np.array([holds(text) for text in self.texts], dtype=bool)[self.codes]

    def numbers(self, of: Callable[[str], float]) -> NDArray[np.float64]:
        """Each row's number by its text."""
        return np.array([of(text) for text in self.texts], dtype=float)[self.codes]

    def mapped(self, to: Callable[[str], str | None]) -> pa.Array:
        """Each row's new text by its old one, dictionary-encoded; None becomes null."""
        values = pa.array([to(text) for text in self.texts], pa.string())
        encoded = values.dictionary_encode()
        codes = encoded.indices.take(pa.array(self.codes))
        return pa.DictionaryArray.from_arrays(codes, encoded.dictionary)


@dataclass(frozen=True)
class Rows:
    """The rows of one file, as text, with the line each came from."""

    coded: dict[str, Coded]
    plain: dict[str, pa.Array]
    lines: NDArray[np.int32]  # of each row; the header is line 1
    misshapen_lines: NDArray[np.int32]  # with more or fewer fields than the header

    @property
    def count(self) -> int:
        """Physical lines less the header."""
        return len(self.lines) + len(self.misshapen_lines)


def read_rows(data: bytes, header: str, where: str, plain: Sequence[str] = ()) -> Rows:
    """Read a CSV file whose header line must be exactly `header`.

    Columns named in `plain` come as plain text: for values that hardly repeat.
    Raises `FileRejectedError`, naming `where`, for anything that is not such a file.
    """
    _check_header(data, header, where)
    _check_text(data, where)
    names = header.split(",")
    misshapen: list[int] = []

    def note_misshapen(row: pacsv.InvalidRow) -> str:
        misshapen.append(row.number)
        return "skip"

    text = pa.string()
    kinds = {n: text if n in plain else pa.dictionary(pa.int32(), text) for n in names}
    try:
        table = pacsv.read_csv(
            io.BytesIO(data),
            # one block: line numbers are only known to a parser that is not parallel
            read_options=pacsv.ReadOptions(
                use_threads=False,
                column_names=names,
                skip_rows=1,
                block_size=len(data) + 1,
            ),
            parse_options=pacsv.ParseOptions(
                ignore_empty_lines=False, invalid_row_handler=note_misshapen
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=kinds,
                strings_can_be_null=False,
                quoted_strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid as error:
        raise FileRejectedError(f"{where}: not readable as CSV ({error})") from error
    return _numbered(data, table, misshapen, where)


def _check_header(data: bytes, header: str, where: str) -> None:
    first = data[: data.find(_NEWLINE)] if _NEWLINE in data[:65_536] else data[:200]
    if first.rstrip(b"\r") == header.encode():
        return
    if not data:
        raise FileRejectedError(f"{where}: the file is empty")
    shown = first[:60].decode("utf-8", "replace")
    raise FileRejectedError(
        f"{where}, line 1: not the header of this feed's file but {shown!r}"
    )


def _check_text(data: bytes, where: str) -> None:
    """Refuse what a parser would quote in its error, or take for a line's end."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        line = data.count(_NEWLINE, 0, error.start) + 1
        raise FileRejectedError(f"{where}, line {line}: not UTF-8") from error
    if data.count(b"\r") != data.count(b"\r\n"):
        raise FileRejectedError(f"{where}: a carriage return within a line")


def _numbered(data: bytes, table: pa.Table, misshapen: list[int], where: str) -> Rows:
    physical = data.count(_NEWLINE) + (not data.endswith(_NEWLINE)) - 1
    rows = table.num_rows + len(misshapen)
    if rows != physical:
        raise FileRejectedError(
            f"{where}: {physical:,} lines, but {rows:,} rows: a quote is unbalanced"
            " or holds a line break"
        )
    # a quote left open on the last line takes the file's end for its own: same count
    if table.num_rows and any(
        "\n" in v for v in table.slice(table.num_rows - 1).to_pylist()[0].values()
    ):
        raise FileRejectedError(f"{where}: a quote is unbalanced on the last line")
    if physical == 0:
        raise FileRejectedError(f"{where}: a header and no rows")
    lines = np.arange(2, physical + 2, dtype=np.int32)
    bad = np.array(misshapen, dtype=np.int32)
    coded: dict[str, Coded] = {}
    plain: dict[str, pa.Array] = {}
    for name in table.column_names:
        column = table[name].combine_chunks()
        if pa.types.is_dictionary(column.type):
            coded[name] = Coded(
                column.dictionary.to_pylist(), column.indices.to_numpy()
            )
        else:
            plain[name] = column
    return Rows(coded, plain, np.delete(lines, bad - 2), bad)


def line_offsets(data: bytes, lines: NDArray[np.int32]) -> NDArray[np.int64]:
    """Where each of those lines starts in the file, in bytes."""
    ends = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == _NEWLINE[0])
    starts = np.concatenate([[0], ends + 1]).astype(np.int64)
    return starts[lines - 1]
