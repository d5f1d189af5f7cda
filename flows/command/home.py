"""The commands that maintain a home, and the server that keeps it up to date."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from flows.command.app import app
from flows.command.options import HomeFolder, Json, flag, given, port_option
from flows.command.printing.terminal import print_error, print_line
from flows.command.running import address_of, either_home_of, flow, home_of, run_flow


@app.command
def up(
    *,
    port: Annotated[
        int, port_option("Port of the Prefect UI on this machine; 0 for any")
    ] = 4200,
    feeds: Annotated[
        tuple[str, ...],
        Parameter(
            name="--feed",
            help="Home of a force's own feed to pull as well; may be repeated",
        ),
    ] = (),
    home: HomeFolder = None,
) -> int:
    """Run a Prefect server, a worker and all deployments here, until Ctrl-C."""
    from flows.server.up import up as stay_up

    return stay_up(home_of(home), port, feeds)


@app.command
def withdraw(
    run_id: Annotated[str, Parameter(name="RUN", help="Run to withdraw")],
    /,
    *,
    why: Annotated[str, Parameter(help="Reason, shown to those who used it")],
    home: HomeFolder = None,
) -> int:
    """Withdraw a publication: its files stay, latest.json points to another."""
    from datetime import UTC, datetime

    from flows.os_user import user
    from transforms.homes.runs.catalog import withdraw as withdraw_run
    from transforms.operations.withdraw_feed import withdraw_feed
    from transforms.publications.public.releases import in_words, remember, withheld
    from transforms.records.homes import open_force_home

    opened, now = either_home_of(home), datetime.now(UTC)
    if opened.feed:
        feed = open_force_home(opened.root, print_error)
        latest = withdraw_feed(feed, run_id, why, user(), now)
    else:
        remember(opened)
        latest = withdraw_run(opened, run_id, why, now)
    print_line(f"withdrawn {run_id}")
    print_line(f"latest    {latest or 'none'}")
    for line in in_words(withheld(opened)):
        print_line(f"public    {line}")
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
    """Retire old runs and remove what nothing needs any more."""
    from flows.params import MaintainParams

    opened = either_home_of(home)
    if opened.feed:
        params = MaintainParams(home=opened.address, dry_run=dry_run)
        return run_flow("maintenance", params, opened, json_)
    options = given(home=home, dry_run=dry_run)
    return flow("maintenance", MaintainParams, options, json_)


@app.command
def backup(
    folder: Annotated[Path, Parameter(name="DIR", help="New folder for the copy")],
    /,
    *,
    home: HomeFolder = None,
) -> int:
    """Copy a home as it is at one moment, even while it is in use."""
    from time import sleep

    from transforms.homes.home import open_any_layout
    from transforms.operations.backup import backup as back_up

    opened = open_any_layout(address_of(home))
    done = back_up(opened, folder, wait=lambda: sleep(0.2))
    size = f"{done.files:,} files, {done.bytes / 1e6:,.1f} MB"
    print_line(f"backup   {folder}: {size}")
    for note in done.notes:
        print_line(f"note     {note}")
    return 0


@app.command
def migrate(*, home: HomeFolder = None) -> int:
    """Upgrade a home that an older version of hexbeat wrote."""
    from transforms.homes.home import open_any_layout
    from transforms.homes.runs.catalog import write_catalog
    from transforms.homes.runs.seal import latest_run
    from transforms.lake.layout import layout_of, refuse_other_layout
    from transforms.lake.migrations import migrate as migrate_lake

    opened = open_any_layout(address_of(home))
    for line in migrate_lake(opened.lake):
        print_line(f"migrate  {line}")
        sys.stdout.flush()
    refuse_other_layout(opened.lake.root)
    if latest_run(opened.publications):
        write_catalog(opened.publications)
    print_line(f"layout   {layout_of(opened.lake.root)}")
    return 0
