"""What a command prints: progress while it runs, and how it went."""

import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from flows.command.printing.terminal import (
    PlainTable,
    print_error,
    print_json,
    print_line,
    print_progress,
    print_table,
    terminal,
)
from flows.summary import EXIT_CODES, counted
from transforms.homes.home import Home
from transforms.incidents.request import asked_forces, source_named
from transforms.lake.storage import located
from transforms.plain_text import plain


class ConsoleProgress(AbstractContextManager["ConsoleProgress"]):
    """A bar for each stage on a terminal, plain lines elsewhere."""

    def __init__(self, silent: bool = False) -> None:
        self._console = terminal(stderr=True)
        self._silent = silent
        self._bars = Progress(
            TextColumn("{task.description:<8}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[label]}", markup=False),
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
        self._bars.update(self._ids[stage], advance=1, label=plain(label))
        if not self._silent and not self._console.is_terminal:
            print_progress(f"{stage} {self._done[stage]}/{self._steps[stage]} {label}")

    def wait(self, text: str) -> None:
        """The run waits for something."""
        print_error(text)


def check_asked(given: Mapping[str, Any], home: Home) -> None:
    """Refuse now what the flow would refuse only after its start."""
    asked_forces(home.registry, given.get("forces", ()), given.get("all_forces", False))
    source_named(given.get("source"))


def show_summary(account: Mapping[str, Any], as_json: bool) -> int:
    """Print how a run went; the exit code."""
    code = EXIT_CODES[account["outcome"]]
    if as_json:
        print_json({**account, "exit_code": code})
        return code
    for stage in account["stages"] or [account]:
        first, *more = _in_words(stage)
        print_line(f"{stage['stage']:<8} {first}")
        for line in more:
            print_line(line)
    if rows := account["facts"].get("accuracy"):
        show_accuracy(rows)
    for note in account["notes"]:
        print_line(f"note     {note}")
    for why in account["failed"].values():
        print_error(why)
    if account["outcome"] == "nothing to do":
        done = "Nothing to do: everything is already done."
        print_line(account["facts"].get("nothing", done))
    return code


def show_accuracy(rows: list[dict[str, Any]]) -> None:
    """Print how much crime the default score and its rivals found, in per cent."""
    width = terminal().width if sys.stdout.isatty() else _WIDE
    first = min(r["first_outcome_month"] for r in rows)
    last = max(r["last_outcome_month"] for r in rows)
    mean_km2 = sum(r["area_km2"] for r in rows) / len(rows)
    equal = any(r["hit_rate_10km2"] is not None for r in rows)
    areas = ("10 km2 of each force, and in " if equal else "") + "1 % of its universe"
    print_line(
        f"Share of the next month's crime found in {areas} (on average"
        f" {mean_km2:,.1f} km2), outcomes {first} to {last}, in per cent, and the gain"
        " over the best rolling count in points, with its 95 % interval:"
    )
    columns = _EQUAL_COLUMNS if equal else _ACCURACY_COLUMNS
    shown = [c for c in columns if c.narrow or width >= _WIDE]
    table = PlainTable("crime group", *(column.title for column in shown))
    for row in rows:
        table.row(row["crime_group"], *(column.text(row) for column in shown))
    print_table(table, width)
    if equal:
        print_line(
            "1 % of the universe grows with the months that a home holds: compare homes"
            " and years by 10 km2."
        )


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
_UNDER = " " * 9  # a line that goes on with the one above
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
_EQUAL_COLUMNS = (
    _Column("10 km2", _percent("hit_rate_10km2"), narrow=True),
    _Column(
        "95 %", lambda r: _interval(r["hit_rate_lo_10km2"], r["hit_rate_hi_10km2"])
    ),
    _Column("rolling", _percent("rolling_10km2"), narrow=True),
    _Column("Gi*", _percent("gi_star_10km2")),
    _Column("gain", _percent("gain_10km2", "+"), narrow=True),
    _Column(
        "95 %",
        lambda r: _interval(r["gain_lo_10km2"], r["gain_hi_10km2"], "+"),
        narrow=True,
    ),
    _Column("1 %", _percent("hit_rate"), narrow=True),
    _Column("gain", _percent("gain", "+"), narrow=True),
)


def _in_words(stage: Mapping[str, Any]) -> list[str]:
    """The result of a stage: a line, and those under it."""
    facts = stage["facts"]
    match stage["stage"]:
        case "ingest" if "months" in facts:
            first, last = facts["months"]
            read = (
                f"{facts['files']} files read, {first} to {last}: {facts['rows_in']:,}"
                f" rows, {facts['rows_accepted']:,} accepted"
                f" ({facts['rows_located']:,} with a place),"
                f" {facts['rows_quarantined']:,} quarantined"
            )
            return [read]
        case "score":
            number = facts["forces_scored"]
            forces = counted(number, "force", "forces")
            done = (
                f"{facts['as_ofs_scored']:,} as-of months scored,"
                f" {facts['as_ofs_unchanged']:,} unchanged, {facts['rows']:,} rows"
            )
            return [f"{forces} at {facts['as_of']}: {done} written"]
        case "backtest":
            number = facts["forces"]
            forces = counted(number, "force", "forces")
            return [f"{facts['origins']} origins of {forces} done"]
        case "reread" if "reread" in facts:
            return [_reread_in_words(facts["reread"])]
        case "pull" if "rows_in" in facts:
            return _pulled_in_words(facts)
        case "score-day" if "run_id" in facts:
            return _day_in_words(facts)
        case "maintain" if "removed" in facts:
            return _removed_in_words(facts)
        case _ if "folder" in facts:
            state = "published" if facts["created"] else "already published"
            folder = located(facts["folder"])
            public = (
                [f"public   {folder / 'public'}"] if facts["public_created"] else []
            )
            page = folder / "internal" / "map.html"
            return [f"{facts['run_id']} {state}", f"map      {page}", *public]
        case _:
            return [str(stage["outcome"])]


def _pulled_in_words(facts: Mapping[str, Any]) -> list[str]:
    """What was ingested of a force's own feed, in numbers."""
    counts = (
        f"{facts['drops']:,} drops ingested, {facts['unchanged']:,} already stored:"
        f" {facts['rows_in']:,} rows, {facts['accepted']:,} accepted"
        f" ({facts['deleted']:,} deletions, {facts['located']:,} with a place),"
        f" {facts['quarantined']:,} quarantined, {facts['erased']:,} erased before"
    )
    lines = [
        f"{n:,} by rule {rule}" for rule, n in facts["quarantined_by_rule"].items()
    ]
    if facts["reread"]["drops"]:
        lines.append(_reread_in_words(facts["reread"]))
    if removed := facts["removed"]["records"]:
        lines.append(f"{removed:,} records past retention_days removed")
    return [counts, *(_UNDER + line for line in lines)]


def _reread_in_words(counts: Mapping[str, int]) -> str:
    """What came back of stored drops."""
    return (
        f"{counts['drops']:,} stored drops read again: {counts['records']:,} rows came"
        f" back as records, {counts['quarantined']:,} still quarantined"
    )


def _day_in_words(facts: Mapping[str, Any]) -> list[str]:
    """The result of scoring a day of a force's own feed."""
    state = "published" if facts["created"] else "already published"
    done = "scored" if facts["scored"] else "unchanged"
    files = located(facts["folder"]) / "internal"
    return [
        f"{facts['as_of']} {done}: {facts['run_id']} {state}",
        f"files    {files}",
    ]


def _removed_in_words(facts: Mapping[str, Any]) -> list[str]:
    """What maintenance removed, or would, a line a kind."""
    verb = "would be removed" if facts["dry_run"] else "removed"
    lines = [
        f"{each['files']:,} {each['kind']}, {each['bytes'] / 1e6:,.1f} MB, {verb}"
        for each in facts["removed"]
    ]
    lines += [f"run {run} {verb}; its folder is kept" for run in facts["retired"]]
    first, *more = lines or ["nothing to remove"]
    return [first, *(_UNDER + line for line in more)]
