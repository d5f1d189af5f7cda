"""The commands that tell: of months, scores, publications, this installation."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from flows.commands.app import app
from flows.commands.running import home_of
from flows.options import (
    HomeFolder,
    Json,
    Release,
    flag,
    month_option,
)
from transforms.months import Month


@app.command
def status(
    *,
    home: HomeFolder = None,
    json_: Json = False,
    csv_: Annotated[
        bool, Parameter(name="--csv", negative="", help="A row for each month")
    ] = False,
) -> int:
    """What is held of each force, month by month, and how fresh it is."""
    from flows.status import show_status

    form = "json" if json_ else "csv" if csv_ else "matrix"
    return show_status(home_of(home), form)


@app.command
def explain(
    cell: Annotated[str, Parameter(name="CELL", help="H3 cell, 15 characters")],
    /,
    *,
    group: Annotated[str, Parameter(name="--group", help="Crime group")] = "all-crime",
    force: Annotated[
        str | None, Parameter(name="--force", help="Force, where several have the cell")
    ] = None,
    as_of: Annotated[
        str | None, month_option("--as-of", "As-of month (default the newest supplied)")
    ] = None,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Why a cell scores as it does, down to the lines of the raw files."""
    from flows.explanations import show_explained
    from transforms.explain import explain as explain_cell

    opened = home_of(home)
    month = Month.parse(as_of) if as_of else None
    return show_explained(explain_cell(opened, cell, group, month, force), json_)


@app.command
def verify(
    run_id: Annotated[
        str | None, Parameter(name="RUN", help="Run, if not latest")
    ] = None,
    /,
    *,
    source: Annotated[
        Path | None, Parameter(help="Folder of the releases, to hash their files too")
    ] = None,
    release: Release = None,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Hash a publication again, and what it was made from; tell what differs."""
    from flows.accounts import show_verified
    from transforms.request import source_named
    from transforms.verify import verify as verify_run

    if source:
        source_named(str(source))  # one line where there is none
    opened = home_of(home)
    found = verify_run(opened, run_id, source, release)
    return show_verified(found, as_json=json_)


@app.command
def view(
    run_id: Annotated[
        str | None, Parameter(name="RUN", help="Run, if not latest")
    ] = None,
    /,
    *,
    port: Annotated[int, Parameter(help="Port on this machine; 0 for any")] = 8765,
    home: HomeFolder = None,
) -> int:
    """Show the newest map and files in a browser of this machine."""
    from flows.viewer import serve

    opened = home_of(home)
    return serve(opened.publications, run_id, port)


@app.command
def doctor(
    *,
    repair: Annotated[
        bool, flag("--repair", "Put damaged newest entries of the lake's logs aside")
    ] = False,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Whether this installation and this home are in order, and how to mend them."""
    from flows.accounts import show_findings
    from flows.doctor import examine

    return show_findings(examine(home, repair), as_json=json_)
