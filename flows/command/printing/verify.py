"""What `hexbeat verify` and `hexbeat doctor` print: one line for each finding."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING

from flows.command.printing.terminal import print_error, print_json, print_line


if TYPE_CHECKING:
    from flows.doctor.finding import Finding
    from transforms.operations.verify import Verified


def show_verified(result: "Verified", as_json: bool) -> int:
    """Print what differs; the exit code."""
    code = 0 if result.whole else 1
    if as_json:
        account = {**vars(result), "whole": result.whole, "exit_code": code}
        print_json(account)
        return code
    for line in result.differs:
        print_error(line)
    counts = ", ".join(
        f"{number:,} {layer}" for layer, number in result.checked.items()
    )
    number = len(result.differs)
    found = f"{number:,} {'difference' if number == 1 else 'differences'}"
    verdict = "all as written" if result.whole else found
    print_line(f"verify   {result.run_id or 'no run'}: {verdict}")
    print_line(f"files    {counts}")
    for note in result.notes:
        print_line(f"note     {note}")
    return code


def show_findings(findings: "Iterable[Finding]", as_json: bool) -> int:
    """Print them; the exit code: 2 where one is bad."""
    listed = list(findings)
    code = 2 if any(finding.level == "bad" for finding in listed) else 0
    if as_json:
        account = {
            "findings": [asdict(finding) for finding in listed],
            "exit_code": code,
        }
        print_json(account)
        return code
    for finding in listed:
        print_line(f"{finding.level:<5} {finding.about:<10} {finding.text}")
    return code
