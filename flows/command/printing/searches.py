"""What the command for searches prints: of one force all, of several a line each."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from flows.command.printing.terminal import (
    PlainTable,
    print_error,
    print_json,
    print_line,
    print_table,
)
from flows.summary import EXIT_CODES
from transforms.searches.ethnicity import GROUPS
from transforms.searches.ground import NOT_LOCATED, WHOLE
from transforms.searches.table import ALL, OBJECT
from transforms.searches.words import difference_in_words, share_in_words


_GAPS = 3
_WIDE, _NARROW, _OF_FORCE = 28, 15, 17  # characters of a name: in 80 columns
_HEADS = ("searches", "action", "found (95 %)")
_OF_GROUPS = "less White's"
Row = Mapping[str, Any]


def show_searches(account: Mapping[str, Any], out: Path | None, as_json: bool) -> int:
    """Print the searches of some forces; 3 if one of several has none to count."""
    found = account["facts"]["searches"]
    code = (
        EXIT_CODES[account["outcome"]] if not found else _GAPS * bool(account["failed"])
    )
    for why in account["failed"].values():
        print_error(why)
    if as_json:
        print_json({"searches": found, "exit_code": code})
    elif len(found) == 1:
        _show_force(found[0])
    elif found:
        _show_forces(found)
    if out and found and not as_json:
        print_line(f"written   {out}")
    return code


def _show_force(found: Mapping[str, Any]) -> None:
    rows = [row for row in found["rows"] if row["period"] == found["rows"][0]["period"]]
    whole = [row for row in rows if row["area"] == WHOLE]
    print_line(f"force     {found['force']}")
    print_line(f"beside    {_beside(found)}")
    for line in found["told"]:
        print_line(line)
    _table("area", [(r["area"], r) for r in rows if r["breakdown"] == ALL])
    print_line("")
    print_line("of the whole force; differences in percentage points")
    for part in (OBJECT, *GROUPS):
        _table(part, [(r["value"], r) for r in whole if r["breakdown"] == part])
    if folder := found.get("folder"):
        print_line(f"folder    {folder}" + ("" if found["created"] else " (was there)"))


def _beside(found: Mapping[str, Any]) -> str:
    return f"{found['rows'][0]['area']} of {found['chosen_by']}, {found['crime_group']}"


def _table(title: str, rows: Sequence[tuple[str | None, Row]]) -> None:
    groups = title in GROUPS
    width = _NARROW if groups else _WIDE
    table = PlainTable(title.ljust(width), *_HEADS, *[_OF_GROUPS] * groups)
    for name, row in rows:
        acted = row["share_action"]
        table.row(
            _cut(name or "–", width),
            f"{row['n']:,}",
            "–" if acted is None else f"{100 * acted:.0f} %",
            share_in_words(row),
            *[difference_in_words(row)] * groups,
        )
    print_line("")
    print_table(table)


def _show_forces(of_forces: Sequence[Mapping[str, Any]]) -> None:
    """A line for each: where searches and incidents were, and how often was found."""
    table = PlainTable(
        "force", "months", "searches", "placed", "at spots", "incidents", "found (95 %)"
    )
    for found in of_forces:
        rows = {
            row["area"]: row for row in reversed(found["rows"]) if _is_first(row, found)
        }
        whole, spots = rows[WHOLE], rows[found["rows"][0]["area"]]
        placed = whole["n"] - rows[NOT_LOCATED]["n"]
        table.row(
            _cut(found["force"], _OF_FORCE),
            whole["months"],
            f"{whole['n']:,}",
            _percent(placed / whole["n"] if whole["n"] else None),
            _percent(spots["share_of_searches"]),
            _percent(spots["share_of_incidents"]),
            share_in_words(whole),
        )
    print_table(table)


def _is_first(row: Row, found: Mapping[str, Any]) -> bool:
    first = found["rows"][0]["period"]
    return bool(row["breakdown"] == ALL and row["period"] == first)


def _percent(part: float | None) -> str:
    return "–" if part is None else f"{100 * part:.0f} %"


def _cut(name: str, width: int) -> str:
    return name if len(name) <= width else f"{name[: width - 1]}…"
