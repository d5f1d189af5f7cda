"""What `hexbeat backfill` prints of a plan, and of what it sends to the server."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from flows.command.printing.terminal import (
    PlainTable,
    print_error,
    print_json,
    print_line,
    print_table,
)
from flows.params import BackfillParams
from flows.server.own import prefect_api, server_address
from flows.sources import asked_of
from transforms.errors import UsageError
from transforms.homes.home import Home
from transforms.incidents.backfill_plan import absences, plan_backfill


_COUNTS = {
    "months": "months",
    "stored": "stored",
    "missing": "missing",
    "revised": "revised",
    "again": "again",
    "not_there": "no file",
    "files": "to read",
}


def show_plan(params: BackfillParams, home: Home, as_json: bool) -> int:
    """Print what the backfill needs, force by force, and do nothing."""
    with asked_of(params, home) as (_, request):
        rows = [plan.row for plan in plan_backfill(home.lake, request)]
        absent = list(absences(request).values())
    code = 3 if absent else 0
    if as_json:
        print_json({"plan": rows, "absent": absent, "exit_code": code})
        return code
    _print_plan(rows)
    return _complain(absent)


def _print_plan(rows: Sequence[Mapping[str, object]]) -> None:
    table = PlainTable("force", *_COUNTS.values())
    for row in rows:
        table.row(row["force"], *(f"{row[name]:,}" for name in _COUNTS))
    print_table(table)
    files = sum(int(str(row["files"])) for row in rows)
    size = sum(int(str(row["download_bytes"])) for row in rows)
    print_line(
        f"{files:,} files to read, {size / 1e6:,.1f} MB of them to download;"
        " nothing was done"
    )


def show_submitted(params: BackfillParams, home: Home, as_json: bool) -> int:
    """Send the backfill to the server, and print the state of each of its runs."""
    if server_address(home.root) is None:
        raise UsageError(
            "--submit needs a Prefect server: start hexbeat up, or set PREFECT_API_URL"
        )
    with prefect_api(home.root):
        from flows.server.submission import submit

        sent, absent = submit(params, home)
    if as_json:
        code = 3 if absent else 0
        runs = [asdict(run) for run in sent]
        print_json({"runs": runs, "absent": absent, "exit_code": code})
        return code
    for run in sent:
        name = f" {run.run}" if run.run else ""
        span = f"{run.start or ''}..{run.end or 'newest'}"
        page = f" {run.page}" if run.page else ""
        print_line(f"{span} {run.files:,} files{name} {run.state}{page}")
    return _complain(absent)


def _complain(lines: Sequence[str]) -> int:
    """Print what the source lacks; the exit code."""
    for line in lines:
        print_error(line)
    return 3 if lines else 0
