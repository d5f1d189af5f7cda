"""What a command prints: progress while it runs, and how it went."""

import json
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Table

from flows.summary import EXIT_CODES
from transforms.errors import UsageError
from transforms.home import Home
from transforms.request import asked_forces, source_named
from transforms.storage import located


Model = TypeVar("Model", bound=BaseModel)


class ConsoleProgress(AbstractContextManager["ConsoleProgress"]):
    """A bar a stage on a terminal, plain lines elsewhere."""

    def __init__(self, silent: bool = False) -> None:
        self._console = Console(stderr=True)
        self._silent = silent
        self._bars = Progress(
            TextColumn("{task.description:<8}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[label]}"),
            console=self._console,
            disable=silent or not self._console.is_terminal,
        )
        self._ids: dict[str, TaskID] = {}
        self._done: dict[str, int] = {}
        self._steps: dict[str, int] = {}

    def __enter__(self) -> "ConsoleProgress":
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def start(self, stage: str, steps: int) -> None:
        """A stage begins."""
        self._steps[stage], self._done[stage] = steps, 0
        self._ids[stage] = self._bars.add_task(stage, total=steps, label="")

    def step(self, stage: str, label: str) -> None:
        """One step of it is done."""
        self._done[stage] += 1
        self._bars.update(self._ids[stage], advance=1, label=label)
        if not self._silent and not self._console.is_terminal:
            sys.stderr.write(
                f"{stage} {self._done[stage]}/{self._steps[stage]} {label}\n"
            )


def checked(model: type[Model], given: Mapping[str, Any]) -> Model:
    """The parameters, or one line that says which option is wrong."""
    try:
        return model(**given)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        said = first["msg"].removeprefix("Value error, ")
        if not where:  # of the options together
            raise UsageError(said) from error
        raise UsageError(f"{where} {first['input']!r}: {said}") from error


def check_asked(given: Mapping[str, Any], home: Home) -> None:
    """Refuse at once what the flow would refuse after its start."""
    asked_forces(home.registry, given.get("forces", ()), given.get("all_forces", False))
    source_named(given.get("source"))


def show_summary(account: Mapping[str, Any], as_json: bool) -> int:
    """Say how a run went; the exit code."""
    code = EXIT_CODES[account["outcome"]]
    if as_json:
        sys.stdout.write(json.dumps({**account, "exit_code": code}, indent=1) + "\n")
        return code
    for stage in account["stages"] or [account]:
        sys.stdout.write(f"{stage['stage']:<8} {_in_words(stage)}\n")
    if rows := account["facts"].get("accuracy"):
        show_accuracy(rows)
    for note in account["notes"]:
        sys.stdout.write(f"note     {note}\n")
    for why in account["failed"].values():
        sys.stderr.write(f"hexbeat: {why}\n")
    if account["outcome"] == "nothing to do":
        done = "Nothing to do: everything asked for is done already."
        sys.stdout.write(account["facts"].get("nothing", done) + "\n")
    return code


def show_accuracy(rows: list[dict[str, Any]]) -> None:
    """What the default score found, and the rivals; in per cent of the crime."""
    console = Console(width=None if sys.stdout.isatty() else _WIDE)
    first = min(r["first_outcome_month"] for r in rows)
    last = max(r["last_outcome_month"] for r in rows)
    console.print(
        "Share of the next month's crime found in 1 % of the area, outcomes"
        f" {first} to {last}, in per cent, and the gain over the best rolling count in"
        " points, each with its 95 % interval:"
    )
    shown = [c for c in _ACCURACY_COLUMNS if c.narrow or console.width >= _WIDE]
    table = Table(box=None, pad_edge=False)
    table.add_column("crime group", no_wrap=True)
    for column in shown:
        table.add_column(column.title, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(row["crime_group"], *(column.text(row) for column in shown))
    console.print(table)


def _interval(low: float | None, high: float | None, sign: str = "") -> str:
    if low is None or high is None:
        return ""
    return f"{100 * low:{sign}.1f} to {100 * high:{sign}.1f}"


def _percent(name: str, sign: str = "") -> Callable[[Mapping[str, Any]], str]:
    """The text of a share in per cent; nothing where it is not known."""
    return lambda r: "" if r[name] is None else f"{100 * r[name]:{sign}.1f}"


@dataclass(frozen=True)
class _Column:
    """A column of the table of accuracy, and whether a narrow terminal has it too."""

    title: str
    text: Callable[[Mapping[str, Any]], str]
    narrow: bool = False


_WIDE = 100
_ACCURACY_COLUMNS = (
    _Column("score", _percent("hit_rate"), narrow=True),
    _Column("95 %", lambda r: _interval(r["hit_rate_lo"], r["hit_rate_hi"])),
    _Column("PAI", lambda r: f"{r['pai']:.1f}"),
    _Column("PEI*", lambda r: "" if r["pei_star"] is None else f"{r['pei_star']:.2f}"),
    _Column("rolling", _percent("rolling"), narrow=True),
    _Column("Gi*", _percent("gi_star")),
    _Column("gain", _percent("gain", "+"), narrow=True),
    _Column("95 %", lambda r: _interval(r["gain_lo"], r["gain_hi"], "+"), narrow=True),
)


def _in_words(stage: Mapping[str, Any]) -> str:
    facts = stage["facts"]
    match stage["stage"]:
        case "ingest":
            first, last = facts["months"]
            return (
                f"{facts['files']} files read, {first} to {last}: {facts['rows_in']:,}"
                f" rows, {facts['rows_accepted']:,} accepted"
                f" ({facts['rows_located']:,} with a place),"
                f" {facts['rows_quarantined']:,} quarantined"
            )
        case "score":
            number = facts["forces_scored"]
            return (
                f"{number} {'force' if number == 1 else 'forces'} at {facts['as_of']},"
                f" {facts['rows']:,} rows written"
            )
        case "backtest":
            number = facts["forces"]
            forces = f"{number} {'force' if number == 1 else 'forces'}"
            return f"{facts['origins']} origins of {forces} done"
        case "pull" if "rows_in" in facts:
            return _pulled_in_words(facts)
        case "score-day" if "run_id" in facts:
            return _day_in_words(facts)
        case "maintain" if "removed" in facts:
            return _removed_in_words(facts)
        case _ if "folder" in facts:
            made = "made" if facts["created"] else "stands already"
            folder = located(facts["folder"])
            told = f"\npublic   {folder / 'public'}" if facts["public_created"] else ""
            page = folder / "internal" / "map.html"
            return f"{facts['run_id']} {made}\nmap      {page}{told}"
        case _:
            return str(stage["outcome"])


def _pulled_in_words(facts: Mapping[str, Any]) -> str:
    """What came of a force's own feed, in numbers."""
    told = (
        f"{facts['drops']:,} drops taken, {facts['unchanged']:,} held already:"
        f" {facts['rows_in']:,} rows, {facts['accepted']:,} accepted"
        f" ({facts['deleted']:,} deletions, {facts['located']:,} with a place),"
        f" {facts['quarantined']:,} quarantined, {facts['erased']:,} erased before"
    )
    lines = [told]
    lines += [
        f"{n:,} by rule {rule}" for rule, n in facts["quarantined_by_rule"].items()
    ]
    if removed := facts["removed"]["records"]:
        lines.append(f"{removed:,} records past retention_days taken out")
    return "\n         ".join(lines)


def _day_in_words(facts: Mapping[str, Any]) -> str:
    """What came of scoring a day of a force's own feed."""
    made = "made" if facts["created"] else "stands already"
    done = "scored" if facts["scored"] else "unchanged"
    files = located(facts["folder"]) / "internal"
    return f"{facts['as_of']} {done}: {facts['run_id']} {made}\nfiles    {files}"


def _removed_in_words(facts: Mapping[str, Any]) -> str:
    """What maintenance removed, or would, a line a kind."""
    verb = "would be removed" if facts["dry_run"] else "removed"
    lines = [
        f"{each['files']:,} {each['kind']}, {each['bytes'] / 1e6:,.1f} MB, {verb}"
        for each in facts["removed"]
    ]
    lines += [f"run {run} {verb}; its place is kept" for run in facts["retired"]]
    return "\n         ".join(lines or ["nothing to remove"])
