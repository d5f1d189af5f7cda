"""Printing: every text comes out as plain lines, even if others wrote it.

No other module writes to the terminal.
"""

import csv
import io
import json
import os
import sys
import traceback
from collections.abc import Iterable
from shutil import get_terminal_size
from textwrap import fill
from typing import Any, Literal, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from transforms.plain_text import plain, plain_lines, plain_values


_WIDEST = 1_000  # columns: no table is as wide, so none is cut


def _write(stream: TextIO, text: str, now: bool = False) -> None:
    """Write, or go on in silence where nobody reads any more (`hexbeat … | head`).

    The command still does its work, and ends with the exit code that is true.
    """
    try:
        stream.write(text)
        if now:
            stream.flush()
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def is_unread(stream: TextIO) -> bool:
    """Whether the stream is a pipe that nobody reads any more."""
    try:
        stream.flush()
    except BrokenPipeError:
        return True
    return False


def flush_all() -> None:
    """Write out what is still in memory; nobody may be left to read it."""
    for stream in (sys.stdout, sys.stderr):
        _write(stream, "", now=True)


def print_line(text: str) -> None:
    """Print one line of a result; at once, since the next may take long."""
    _write(sys.stdout, f"{_whole_words(plain(text), sys.stdout)}\n", now=True)


def print_error(text: object) -> None:
    """Print one line about what is wrong, or on its way."""
    _write(sys.stderr, f"{_whole_words(f'hexbeat: {plain(text)}', sys.stderr)}\n")


def _whole_words(line: str, stream: TextIO) -> str:
    """A line that is broken between words where a terminal would break one.

    A line elsewhere stays one line, for what reads it.
    """
    if not stream.isatty() or len(line) <= (width := get_terminal_size().columns):
        return line
    return fill(line, width, break_long_words=False, break_on_hyphens=False)


def print_progress(text: str) -> None:
    """Print how far a run has come, where no bar can be drawn."""
    _write(sys.stderr, f"{plain(text)}\n")


def print_json(account: Any) -> None:
    """Print a result for machines."""
    _write(sys.stdout, json.dumps(plain_values(account), indent=1) + "\n")


def print_csv(rows: Iterable[Iterable[object]]) -> None:
    """Print a table for machines."""
    text = io.StringIO()
    sheet = csv.writer(text, lineterminator="\n")
    for row in rows:
        sheet.writerow(["" if cell is None else plain(cell) for cell in row])
    _write(sys.stdout, text.getvalue())


def print_traceback(error: BaseException) -> None:
    """Print a fault of ours at length; what others say in it stays plain."""
    _write(sys.stderr, plain_lines("".join(traceback.format_exception(error))))


class PlainTable(Table):
    """A table whose cells are texts: no markup is read in them."""

    def __init__(self, *titles: str, left: int = 1) -> None:
        """Columns by their titles, the first `left` of them to the left."""
        super().__init__(box=None, pad_edge=False)
        for number, title in enumerate(titles):
            justify: Literal["left", "right"] = "left" if number < left else "right"
            self.add_column(title, justify=justify, no_wrap=True)

    def row(self, *cells: object) -> None:
        """One row."""
        self.add_row(*(Text(plain(cell)) for cell in cells))


def print_table(table: Table, width: int | None = None, fits: bool = False) -> None:
    """Print it as wide as it needs to be; if it `fits`, as wide as the terminal is."""
    on_screen = fits and sys.stdout.isatty()
    needed = width or (None if on_screen else _WIDEST)
    console = terminal(width=needed, soft_wrap=not on_screen)
    with console.capture() as printed:
        console.print(table)
    _write(sys.stdout, printed.get())


def terminal(**options: Any) -> Console:
    """The terminal, which draws and reads no markup."""
    return Console(markup=False, highlight=False, **options)
