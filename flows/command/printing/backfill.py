"""What `hexbeat backfill` says of a range that it plans, or hands to the server."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from flows.asking import asked_of
from flows.params import BackfillParams
from flows.server import prefect_api, server_address
from transforms.backfill import absences, plan_backfill
from transforms.errors import UsageError
from transforms.home import Home


_COUNTS = {
    "months": "months",
    "held": "held",
    "missing": "missing",
    "revised": "revised",
    "anew": "anew",
    "not_there": "no file",
    "files": "to read",
}


def show_plan(params: BackfillParams, home: Home, as_json: bool) -> int:
    """Say what the backfill would take, force by force, and do nothing."""
    with asked_of(params, home) as (_, request):
        rows = [plan.row for plan in plan_backfill(home.lake, request)]
        absent = list(absences(request).values())
    code = 3 if absent else 0
    if as_json:
        told = {"plan": rows, "absent": absent, "exit_code": code}
        sys.stdout.write(json.dumps(told, indent=1) + "\n")
        return code
    _print_plan(rows)
    return _complain(absent)


def _print_plan(rows: Sequence[Mapping[str, object]]) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("force", no_wrap=True)
    for title in _COUNTS.values():
        table.add_column(title, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(str(row["force"]), *(f"{row[name]:,}" for name in _COUNTS))
    Console().print(table)
    files = sum(int(str(row["files"])) for row in rows)
    size = sum(int(str(row["download_bytes"])) for row in rows)
    sys.stdout.write(
        f"{files:,} files to read, {size / 1e6:,.1f} MB of them to download;"
        " nothing was done\n"
    )


def show_submitted(params: BackfillParams, home: Home, as_json: bool) -> int:
    """Hand the backfill to the server, and say how each of its runs stands there."""
    if server_address(home.root) is None:
        raise UsageError(
            "--submit needs a Prefect server: start hexbeat up, or set PREFECT_API_URL"
        )
    with prefect_api(home.root):
        from flows.submission import submit

        sent, absent = submit(params, home)
    if as_json:
        code = 3 if absent else 0
        told = {"runs": [asdict(run) for run in sent], "absent": absent}
        sys.stdout.write(json.dumps({**told, "exit_code": code}, indent=1) + "\n")
        return code
    for run in sent:
        name = f" {run.run}" if run.run else ""
        sys.stdout.write(
            f"{run.start}..{run.end} {run.files:,} files{name} {run.state}\n"
        )
    return _complain(absent)


def _complain(lines: Sequence[str]) -> int:
    """Say what the source has not; the exit code."""
    for line in lines:
        sys.stderr.write(f"hexbeat: {line}\n")
    return 3 if lines else 0
