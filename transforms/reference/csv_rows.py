"""Small CSV files that users write by hand: each slip is told by its line."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from transforms.errors import UsageError


_MOST_DIGITS = 9
_OTHER_MARKS = {";": "semicolons", "\t": "tabs", "|": "upright lines"}


@dataclass(frozen=True)
class CsvRow:
    """One row of a file."""

    line: int
    where: str  # the file and the line, for a message
    values: Mapping[str, str]  # by column, without spaces around them


def csv_rows(
    text: str, name: str, check_header: Callable[[Sequence[str], str], None]
) -> Iterator[CsvRow]:
    """The rows of a file of that name, but for empty lines.

    `check_header` gets the columns and the name, and refuses what it cannot use.
    Raises `UsageError` for a row of another length, columns that no comma divides, and
    a text that is no CSV.
    """
    lines = csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    try:
        header = [column.strip() for column in next(lines, [])]
        _refuse_other_marks(header, name)
        check_header(header, name)
        for values in lines:
            if not any(value.strip() for value in values):
                continue
            where = f"{name}, line {lines.line_num}"
            if len(values) != len(header):
                raise UsageError(
                    f"{where}: {len(values)} values, and {len(header)} columns"
                )
            stripped = (value.strip() for value in values)
            row = dict(zip(header, stripped, strict=True))
            yield CsvRow(lines.line_num, where, row)
    except csv.Error as error:
        where = f"{name}, line {lines.line_num}"
        raise UsageError(f"{where}: not a CSV ({error})") from error


def whole_number(text: str) -> int | None:
    """The number that plain digits stand for, or None; so many digits are none."""
    is_one = text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS
    return int(text) if is_one else None


def _refuse_other_marks(header: Sequence[str], name: str) -> None:
    """`UsageError` for columns that no comma divides, as spreadsheets save them."""
    for mark, said in _OTHER_MARKS.items():
        if len(header) == 1 and mark in header[0]:
            raise UsageError(
                f"{name}, line 1: its columns are divided by {said}: save it with"
                " commas"
            )
