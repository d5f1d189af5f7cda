"""What `hexbeat verify` and `hexbeat doctor` print: one line for each thing found."""

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from flows.doctor import Finding
    from transforms.verify import Verified


def show_verified(found: "Verified", as_json: bool) -> int:
    """Say what differs; the exit code."""
    code = 0 if found.whole else 1
    if as_json:
        account = {**vars(found), "whole": found.whole, "exit_code": code}
        sys.stdout.write(json.dumps(account, indent=1) + "\n")
        return code
    for line in found.differs:
        sys.stderr.write(f"hexbeat: {line}\n")
    counts = ", ".join(f"{number:,} {layer}" for layer, number in found.checked.items())
    verdict = "all as written" if found.whole else f"{len(found.differs)} differences"
    sys.stdout.write(f"verify   {found.run_id or 'no run'}: {verdict}\n")
    sys.stdout.write(f"files    {counts}\n")
    for note in found.notes:
        sys.stdout.write(f"note     {note}\n")
    return code


def show_findings(findings: "Iterable[Finding]", as_json: bool) -> int:
    """Print them; the exit code: 2 where one is bad."""
    listed = list(findings)
    code = 2 if any(found.level == "bad" for found in listed) else 0
    if as_json:
        account = {"findings": [asdict(found) for found in listed], "exit_code": code}
        sys.stdout.write(json.dumps(account, indent=1) + "\n")
        return code
    for found in listed:
        sys.stdout.write(f"{found.level:<5} {found.about:<10} {found.text}\n")
    return code
