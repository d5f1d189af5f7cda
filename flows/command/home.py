"""The commands that keep a home, and the server that keeps it fresh."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from flows.commands.app import app
from flows.commands.running import address_of, flow, home_of
from flows.options import (
    HomeFolder,
    Json,
    flag,
    given,
)


@app.command
def up(
    *,
    port: Annotated[int, Parameter(help="Port of the Prefect UI on this machine")] = (
        4200
    ),
    home: HomeFolder = None,
) -> int:
    """A Prefect server, a worker and all deployments on this machine, until Ctrl-C."""
    from flows.up import up as stay_up

    return stay_up(home_of(home), port)


@app.command
def withdraw(
    run_id: Annotated[str, Parameter(name="RUN", help="Run to withdraw")],
    /,
    *,
    why: Annotated[str, Parameter(help="Why, for those who have used it")],
    home: HomeFolder = None,
) -> int:
    """Take back a publication: its files stay, the pointer moves on."""
    from datetime import UTC, datetime

    from transforms.catalog import withdraw as withdraw_run

    opened = home_of(home)
    latest = withdraw_run(opened, run_id, why, datetime.now(UTC))
    sys.stdout.write(f"withdrawn {run_id}\nlatest    {latest or 'none'}\n")
    return 0


@app.command
def maintain(
    *,
    dry_run: Annotated[
        bool, flag("--dry-run", "Only count what would be removed")
    ] = False,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Retire old runs and remove what nothing needs any more, by kind."""
    from flows.params import MaintainParams

    options = given(home=home, dry_run=dry_run)
    return flow("maintenance", MaintainParams, options, json_)


@app.command
def backup(
    folder: Annotated[Path, Parameter(name="DIR", help="New folder of the copy")],
    /,
    *,
    home: HomeFolder = None,
) -> int:
    """Copy a home as it is at one moment, beside whatever is running."""
    from time import sleep

    from transforms.backup import backup as back_up
    from transforms.home import open_any_layout

    opened = open_any_layout(address_of(home))
    done = back_up(opened, folder, wait=lambda: sleep(0.2))
    told = f"{done.files:,} files, {done.bytes / 1e6:,.1f} MB"
    sys.stdout.write(f"backup   {folder}: {told}\n")
    for note in done.notes:
        sys.stdout.write(f"note     {note}\n")
    return 0


@app.command
def migrate(*, home: HomeFolder = None) -> int:
    """Take a home written by an older hexbeat to the layout of this one."""
    from transforms.home import open_any_layout
    from transforms.layout import layout_of, refuse_other_layout
    from transforms.migrations import migrate as migrate_lake

    opened = open_any_layout(address_of(home))
    for line in migrate_lake(opened.lake):
        sys.stdout.write(f"migrate  {line}\n")
        sys.stdout.flush()
    refuse_other_layout(opened.lake.root)
    sys.stdout.write(f"layout   {layout_of(opened.lake.root)}\n")
    return 0
