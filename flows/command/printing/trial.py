"""What the commands of trials print."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from flows.command.printing.terminal import (
    PlainTable,
    print_json,
    print_line,
    print_table,
)
from transforms.trials.expected_power import Power


Account = Mapping[str, Any]
_GAPS = 3


def show_designed(trial: Account, as_json: bool) -> int:
    """Print the account of a trial that was drawn; 3 if it can hardly show anything."""
    code = _GAPS if trial["is_weak"] else 0
    if as_json:
        print_json({**_shown(trial), "exit_code": code})
        return code
    state = "drawn and sealed" if trial["created"] else "was drawn before"
    print_line(f"trial      {trial['trial']} {state}")
    days = f"{trial['first_day']} to {trial['last_day']}"
    print_line(f"days       {days}, {trial['places']} places")
    print_line(f"commitment {trial['commitment']}")
    print_line("           Give it out now: it shows later that no day was swapped.")
    for line in trial["power"]["lines"]:
        print_line(f"power      {line}")
    print_line(f"protocol   {trial['folder']}/protocol.md")
    return code


def _shown(account: Account) -> dict[str, Any]:
    """An account without what only other accounts need."""
    inside = ("programme", "is_weak", "told", "not_concluded")
    return {name: value for name, value in account.items() if name not in inside}


def show_power(power: Power, as_json: bool) -> int:
    """Print what a trial can show; 3 if it can hardly show anything."""
    code = _GAPS if power.is_weak else 0
    if as_json:
        print_json(asdict(power) | {"exit_code": code})
    else:
        for line in power.lines:
            print_line(line)
    return code


def show_issued(
    issued: Account, patrols: Mapping[str, Sequence[str]], as_json: bool
) -> int:
    """Print the patrols of a week, from its file; 0."""
    if as_json:
        shown = {name: issued[name] for name in ("created", "folder")}
        print_json({"week": patrols, **shown})
        return 0
    table = PlainTable("day", "", "places", left=3)
    for day, places in patrols.items():
        table.row(day, f"{date.fromisoformat(day):%a}", " ".join(places))
    print_table(table)
    print_line(f"folder   {issued['folder']}")
    return 0


def show_revealed(revealed: Account, seed: str, as_json: bool) -> int:
    """Print a seed; 0."""
    if as_json:
        shown = {name: revealed[name] for name in ("trial", "commitment", "folder")}
        print_json({**shown, "seed": seed})
        return 0
    print_line(f"commitment {revealed['commitment']}")
    print_line(f"seed       {seed}")
    print_line(f"schedule   {revealed['folder']}/schedule.csv")
    return 0


def show_analysed(found: Account, as_json: bool) -> int:
    """Print what a trial showed; 3 with days missing, or if it could show little."""
    code = _GAPS if found["missing"] or found["is_weak"] else 0
    if as_json:
        print_json({**_shown(found), "exit_code": code})
        return code
    for line in (found["headline"], *found["told"]):
        print_line(line)
    print_line("What cannot be concluded:")
    for line in found["not_concluded"]:
        print_line(f"- {line}")
    print_line(f"page     {found['folder']}/trial.html")
    return code
