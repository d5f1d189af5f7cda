"""What `hexbeat tasking` prints: sums of all places, and never a place."""

from collections.abc import Mapping
from typing import Any

from flows.command.printing.terminal import print_json, print_line


_GAPS = 3


def show_pack(account: Mapping[str, Any], as_json: bool) -> int:
    """Print a pack that was made; 3 if days of its fortnight have no log."""
    [made] = account["facts"]["packs"]
    code = _GAPS if made["has_log"] and made["missing_days"] else 0
    if as_json:
        print_json({**made, "exit_code": code})
        return code
    state = "made" if made["created"] else "was made before"
    print_line(f"pack      {made['pack']} {state}")
    print_line(f"fortnight {made['first']} to {made['last']}, {made['places']} places")
    print_line(f"changed   {_changed(made)}")
    print_line(f"delivered {made['delivered']}")
    print_line(f"tracker   {made['tracker']}")
    if made["next_visits"] is not None:
        print_line(f"next      {made['next_visits']:,} visits planned")
    for line in made["to_see_to"]:
        print_line(f"missing   {line}")
    for name in ("tasking", "lead", "panel"):
        print_line(f"{name:<9} {made['folder']}/{name}.pdf")
    return code


def _changed(made: Mapping[str, Any]) -> str:
    if not made["new_periods"]:
        return "no new month or day to tell what rose or fell"
    return f"{made['rose']} rose, {made['fell']} fell, {made['left']} left"
