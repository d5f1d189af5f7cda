"""The commands that show: months, scores, publications, this installation."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from flows.command.app import app
from flows.command.options import (
    HomeFolder,
    Json,
    Release,
    flag,
    port_option,
)
from flows.command.printing.terminal import print_error
from flows.command.running import either_home_of, home_of
from transforms.errors import UsageError
from transforms.reference.days import Day
from transforms.reference.months import Month


@app.command
def status(
    *,
    home: HomeFolder = None,
    json_: Json = False,
    csv_: Annotated[
        bool, Parameter(name="--csv", negative="", help="A row for each month")
    ] = False,
) -> int:
    """Show what is stored for each force, month by month, and how fresh it is."""
    from flows.command.printing.status import show_status

    form = "json" if json_ else "csv" if csv_ else "matrix"
    return show_status(home_of(home), form)


@app.command
def explain(
    cell: Annotated[
        str,
        Parameter(name="CELL", help="H3 cell, 15 characters, or the id of a hot spot"),
    ],
    /,
    *,
    group: Annotated[str, Parameter(name="--group", help="Crime group")] = "all-crime",
    force: Annotated[
        str | None, Parameter(name="--force", help="Force, if several have the cell")
    ] = None,
    as_of: Annotated[
        str | None,
        Parameter(
            name="--as-of",
            help="As-of month, YYYY-MM (default: newest supplied); of a force's own"
            " feed a day, YYYY-MM-DD (default: newest scored)",
        ),
    ] = None,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Show why a cell has its score, down to the lines of the raw files.

    Of a hot spot: its range, cells and mix, its months and its earlier ranks.

    Of a force's own feed: the counts and scores of the cell, and nothing of a record.
    """
    from flows.command.printing.explain import show_explained, show_explained_day
    from flows.command.printing.explain_hotspot import show_explained_hotspot
    from transforms.records.homes import open_force_home
    from transforms.scores.days.explain import explain_day
    from transforms.scores.explain import explain as explain_cell
    from transforms.scores.explain_hotspot import explain_hotspot

    opened = either_home_of(home)
    if opened.feed:
        own = open_force_home(opened.root)
        day = Day.parse(as_of) if as_of else None
        known = opened.registry[own.force]
        return show_explained_day(
            explain_day(own.lake.pinned(), known, cell, group, day, own.groups), json_
        )
    month = Month.parse(as_of) if as_of else None
    if "-" in cell:  # which no cell has
        return show_explained_hotspot(explain_hotspot(opened, cell, month), json_)
    return show_explained(explain_cell(opened, cell, group, month, force), json_)


@app.command
def verify(
    run_id: Annotated[
        str | None, Parameter(name="RUN", help="Run, if not latest")
    ] = None,
    /,
    *,
    source: Annotated[
        Path | None, Parameter(help="Folder of the releases, to check their files too")
    ] = None,
    release: Release = None,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Check the hashes of a publication and of what it was made from."""
    from flows.command.printing.verify import show_verified
    from transforms.incidents.request import source_named
    from transforms.operations.verify import verify as verify_run
    from transforms.operations.verify_feed import verify_feed
    from transforms.records.homes import open_force_home

    if source:
        source_named(str(source))  # one line where there is none
    opened = either_home_of(home)
    if opened.feed and (source or release):
        raise UsageError("--source and --release are of the public feed's homes")
    verified = (
        verify_feed(open_force_home(opened.root, print_error), run_id)
        if opened.feed
        else verify_run(opened, run_id, source, release)
    )
    return show_verified(verified, as_json=json_)


@app.command
def view(
    run_id: Annotated[
        str | None, Parameter(name="RUN", help="Run, if not latest")
    ] = None,
    /,
    *,
    port: Annotated[int, port_option("Port on this machine; 0 for any")] = 8765,
    home: HomeFolder = None,
) -> int:
    """Open the newest map and files in a browser on this machine."""
    from secrets import token_urlsafe

    from flows.command.viewer import serve

    opened = either_home_of(home)
    # others of this machine reach the port as well, and may not look into that home
    secret = token_urlsafe() if opened.feed else ""
    return serve(opened.publications, run_id, port, secret)


@app.command
def doctor(
    *,
    repair: Annotated[
        bool, flag("--repair", "Move damaged newest entries of the lake's logs aside")
    ] = False,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Check this installation and this home, and say how to fix what is wrong."""
    from flows.command.printing.verify import show_findings
    from flows.doctor.checks import examine

    return show_findings(examine(home, repair), as_json=json_)
