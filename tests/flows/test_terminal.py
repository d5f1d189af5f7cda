"""What is printed: prose whole in a terminal, and no word to a pipe nobody reads."""

import os
import sys
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any, NoReturn, TextIO

import pytest

from flows.command import cli
from flows.command.printing import terminal


def _table() -> None:
    table = terminal.PlainTable("force")
    table.row("kent")
    terminal.print_table(table)


PRINTED: dict[str, Callable[[], None]] = {
    "line": lambda: terminal.print_line("x" * 70_000),
    "json": lambda: terminal.print_json(["x" * 70_000]),
    "csv": lambda: terminal.print_csv([["x" * 70_000]]),
    "table": _table,
}


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[TextIO]:
    """Standard output as `hexbeat … | head` leaves it."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        yield stream


@pytest.mark.parametrize("printed", PRINTED.values(), ids=PRINTED)
def test_a_closed_pipe_ends_no_command_and_is_not_reported(
    printed: Callable[[], None],
    closed: TextIO,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def command(**_: Any) -> int:
        printed()
        printed()
        return 3

    monkeypatch.setattr(cli, "app", command)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 3  # what the command found, head or not
    assert capsys.readouterr().err == ""
    closed.flush()  # as the interpreter does at its end


def test_a_broken_pipe_to_another_process_is_still_an_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def command(**_: Any) -> NoReturn:
        raise BrokenPipeError("the store")

    monkeypatch.setattr(cli, "app", command)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    assert "BrokenPipeError" in capsys.readouterr().err


class _Screen(StringIO):
    """A terminal of forty columns."""

    def isatty(self) -> bool:
        return True


def test_prose_is_broken_between_words_and_elsewhere_not_at_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    path = "/a/very-long/path/of/more-than-forty-columns"
    said = f"a force-wide ranking of well-known streets {path} ends"
    for stream, isatty in ((_Screen(), True), (StringIO(), False)):
        monkeypatch.setattr(sys, "stdout", stream)
        terminal.print_line(said)
        lines = stream.getvalue().splitlines()
        assert " ".join(lines) == said
        assert (len(lines) > 1) == isatty
