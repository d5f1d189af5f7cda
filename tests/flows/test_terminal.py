"""What is printed: prose whole in a terminal, and no word to a pipe nobody reads."""

import os
import sys
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any, NoReturn, TextIO

import pytest

from flows.command import cli, console
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


def test_accuracy_is_printed_by_equal_area_where_there_is_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = {"hit_rate": 0.3, "hit_rate_lo": 0.28, "hit_rate_hi": 0.32}
    found |= {"gain": 0.02, "gain_lo": 0.01, "gain_hi": 0.03, "pei_star": 0.5}
    found |= {"rolling": 0.28, "gi_star": 0.2}
    row = {"crime_group": "burglary", "pai": 30.0, "area_km2": 18.04, **found}
    row |= {"first_outcome_month": "2025-01", "last_outcome_month": "2025-12"}
    alike = {f"{name}_10km2": value - 0.1 for name, value in found.items()}
    console.show_accuracy([row | alike])
    told, header, line, compared = capsys.readouterr().out.splitlines()
    assert "10 km2 of each force, and in 1 % of its universe (on average 18.0" in told
    assert header.split()[2:4] == ["10", "km2"]
    assert header.split()[-3:] == ["1", "%", "gain"]
    assert line.split()[1] == "20.0"
    assert line.split()[-2:] == ["30.0", "+2.0"]
    assert compared.endswith("compare homes and years by 10 km2.")
    console.show_accuracy([row | dict.fromkeys(alike)])
    told, header, line = capsys.readouterr().out.splitlines()
    assert "found in 1 % of its universe" in told
    assert line.split()[1] == "30.0"


def test_a_table_is_as_wide_as_it_needs_to_be(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No cell is cut at the width that a pipe is taken to have: ids are in it."""
    monkeypatch.setenv("COLUMNS", "40")
    table = terminal.PlainTable("cell", "name")
    table.row("89194a82463ffff", "a long name " * 9)
    terminal.print_table(table)
    assert f"89194a82463ffff  {'a long name ' * 9}".strip() in capsys.readouterr().out
