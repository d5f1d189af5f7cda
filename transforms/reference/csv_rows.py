"""Small CSV files that users write by hand: each slip is told by its line."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from transforms.errors import UsageError


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
    Raises `UsageError` for a row of another length, and a text that is no CSV.
    """
    lines = csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    try:
        header = [column.strip() for column in next(lines, [])]
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
