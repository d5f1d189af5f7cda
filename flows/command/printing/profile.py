"""What `hexbeat profile` prints."""

from collections.abc import Mapping
from typing import Any

from flows.command.printing.terminal import print_error, print_json, print_line


_GAPS = 3


def show_profiles(account: Mapping[str, Any], as_json: bool) -> int:
    """Print where each profile is; 3 if some area had too little to speak of."""
    facts = account["facts"]
    code = _GAPS if facts["too_few"] else 0
    if as_json:
        print_json({**facts, "exit_code": code})
        return code
    for made in facts["profiles"]:
        print_line(f"{made['id']}: {made['route']}")
        state = "written" if made["created"] else "was there"
        print_line(f"  {state}: {made['folder']}")
    for line in facts["too_few"]:
        print_error(line)
    return code
