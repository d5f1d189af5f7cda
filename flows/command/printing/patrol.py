"""What `hexbeat patrol plan` prints."""

from collections.abc import Mapping
from typing import Any

from flows.command.printing.terminal import (
    PlainTable,
    print_error,
    print_json,
    print_line,
    print_table,
)


_GAPS = 3


def show_plan(account: Mapping[str, Any], as_json: bool) -> int:
    """Print a plan that was made; 3 if a place has fewer visits than it must have."""
    made = account["facts"]
    code = _GAPS if made["short"] else 0
    if as_json:
        print_json({**made, "exit_code": code})
        return code
    state = "made" if made["created"] else "was made before"
    print_line(f"plan     {made['plan']} {state}")
    print_line(f"visits   {made['headline']}")
    table = PlainTable("shift", "day", "units", "visits", "dropped", left=2)
    for row in made["shifts"]:
        table.row(
            row["shift_id"], row["date"], row["units"], row["visits"], row["dropped"]
        )
    print_table(table)
    for line in made["notes"]:
        print_line(f"note     {line}")
    for line in made["short"]:
        print_error(line)
    print_line(f"take     {made['folder']}/briefing.pdf")
    return code
