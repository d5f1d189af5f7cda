"""The `hexbeat` command: the same flows that deployments run, for one's own terminal.

Prefect and the domain are imported only by the commands that need them, so that help
is there at once.
"""

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from cyclopts import App, CycloptsError, Parameter

from flows.options import (
    Asked,
    HomeFolder,
    Json,
    Layers,
    Release,
    Scored,
    flag,
    given,
    layered,
    month_option,
)
from transforms.errors import HexbeatError, UsageError
from transforms.months import Month


if TYPE_CHECKING:
    from pydantic import BaseModel

    Model = TypeVar("Model", bound=BaseModel)

app = App(
    name="hexbeat",
    suppress_keyboard_interrupt=False,
    help="From police incident feeds to honest, rolling hot spots on H3 cells.",
)


@app.command
def run(
    *,
    asked: Asked | None = None,
    scored: Scored | None = None,
    backtest: Annotated[
        bool, flag("--backtest", "Tell how well the scores would have done, too")
    ] = False,
    layers: Layers | None = None,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Do what is missing: ingest, score, publish."""
    from flows.params import RefreshParams

    options = given(asked, scored, home=home, backtest=backtest, **layered(layers))
    return _flow("refresh", RefreshParams, options, json_)


@app.command
def ingest(
    *, asked: Asked | None = None, home: HomeFolder = None, json_: Json = False
) -> int:
    """Bring the lake up to date with a source of releases."""
    from flows.params import IngestParams

    return _flow("ingest", IngestParams, given(asked, home=home), json_)


@app.command
def score(
    *, scored: Scored | None = None, home: HomeFolder = None, json_: Json = False
) -> int:
    """Bring the scores of every force in the lake up to date."""
    from flows.params import ScoreParams

    return _flow("score", ScoreParams, given(scored, home=home), json_)


@app.command
def publish(
    *,
    scored: Scored | None = None,
    public: Annotated[bool, flag("--public", "The public tier, too")] = False,
    layers: Layers | None = None,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Publish the scores as they stand."""
    from flows.params import PublishParams

    options = given(scored, home=home, public=public, **layered(layers))
    return _flow("publish", PublishParams, options, json_)


@app.command
def backfill(
    *,
    asked: Asked | None = None,
    scored: Scored | None = None,
    layers: Layers | None = None,
    dry_run: Annotated[bool, flag("--dry-run", "Tell what it would take")] = False,
    submit: Annotated[
        bool, flag("--submit", "Hand it to the Prefect server, a run for each year")
    ] = False,
    refetch: Annotated[
        bool, flag("--refetch", "Fetch and read what is held anew, too")
    ] = False,
    rescore_only: Annotated[
        bool, flag("--rescore-only", "Score what is held anew, and publish")
    ] = False,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Make a range of months whole: ingest what is missing or revised, score, publish.

    Cut off at any moment, the same command goes on where it was.
    """
    from flows.params import BackfillParams

    options = given(
        asked,
        scored,
        home=home,
        refetch=refetch,
        rescore_only=rescore_only,
        **layered(layers),
    )
    for name, month in (("--from", "start"), ("--to", "end")):
        if month not in options:
            raise UsageError(f"a backfill is of a range: give {name} YYYY-MM")
    if not (dry_run or submit):
        return _flow("backfill", BackfillParams, options, json_)
    from flows.handing_over import show_plan, show_submitted

    params, folder = _checked(BackfillParams, options)
    if dry_run:
        return show_plan(params, folder, json_)
    return show_submitted(params, folder, json_)


@app.command
def backtest(
    *,
    forces: Annotated[
        list[str] | None,
        Parameter(name="--force", negative="", help="police.uk id; default all held"),
    ] = None,
    start: Annotated[str | None, month_option("--from", "First origin")] = None,
    end: Annotated[str | None, month_option("--to", "Last origin")] = None,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """How well the scores would have done, beside the rivals, with intervals.

    An origin is a month up to which alone the scores may know; what they say is held
    against the month after it, and the third month after. Default: the newest twelve.
    """
    from flows.params import BacktestParams

    asked = {"forces": forces, "start": start, "end": end, "home": home}
    options = {name: value for name, value in asked.items() if value is not None}
    return _flow("backtest", BacktestParams, options, json_)


@app.command
def demo(*, home: HomeFolder = None, json_: Json = False) -> int:
    """The whole job on simulated feeds of three made-up forces: nothing to download."""
    from flows.params import RefreshParams
    from transforms.home import create_demo_home
    from transforms.simulator import simulate

    folder = create_demo_home(home or Path("demo")).root
    simulate(folder / "source")
    asked = Asked(all_forces=True, source=str(folder / "source"))
    options = given(asked, home=folder, backtest=True)
    return _flow("refresh", RefreshParams, options, json_)


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
    from flows.console import checked
    from flows.settings import Settings
    from flows.status import show_status
    from transforms.home import open_home

    folder = home or checked(Settings, {}).home
    form = "json" if json_ else "csv" if csv_ else "matrix"
    return show_status(open_home(folder), form)


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
    from flows.console import checked
    from flows.settings import Settings
    from transforms.home import open_home
    from transforms.request import source_named
    from transforms.verify import verify as verify_run

    if source:
        source_named(str(source))  # one line where there is none
    opened = open_home(home or checked(Settings, {}).home)
    found = verify_run(opened, run_id, source, release)
    return show_verified(found, as_json=json_)


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
    from flows.console import checked
    from flows.explanations import show_explained
    from flows.settings import Settings
    from transforms.explain import explain as explain_cell
    from transforms.home import open_home

    opened = open_home(home or checked(Settings, {}).home)
    month = Month.parse(as_of) if as_of else None
    return show_explained(explain_cell(opened, cell, group, month, force), json_)


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
    from flows.console import checked
    from flows.settings import Settings
    from flows.viewer import serve
    from transforms.home import open_home

    opened = open_home(home or checked(Settings, {}).home)
    return serve(opened.publications, run_id, port)


@app.command
def up(
    *,
    port: Annotated[int, Parameter(help="Port of the Prefect UI on this machine")] = (
        4200
    ),
    home: HomeFolder = None,
) -> int:
    """A Prefect server, a worker and all deployments on this machine, until Ctrl-C."""
    from flows.console import checked
    from flows.settings import Settings
    from flows.up import up as stay_up
    from transforms.home import open_home

    return stay_up(open_home(home or checked(Settings, {}).home).root, port)


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

    from flows.console import checked
    from flows.settings import Settings
    from transforms.catalog import withdraw as withdraw_run
    from transforms.home import open_home

    opened = open_home(home or checked(Settings, {}).home)
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
    return _flow("maintenance", MaintainParams, options, json_)


@app.command
def backup(
    folder: Annotated[Path, Parameter(name="DIR", help="New folder of the copy")],
    /,
    *,
    home: HomeFolder = None,
) -> int:
    """Copy a home as it is at one moment, beside whatever is running."""
    from time import sleep

    from flows.console import checked
    from flows.settings import Settings
    from transforms.backup import backup as back_up
    from transforms.home import open_any_layout

    opened = open_any_layout(home or checked(Settings, {}).home)
    done = back_up(opened, folder, wait=lambda: sleep(0.2))
    told = f"{done.files:,} files, {done.bytes / 1e6:,.1f} MB"
    sys.stdout.write(f"backup   {folder}: {told}\n")
    for note in done.notes:
        sys.stdout.write(f"note     {note}\n")
    return 0


@app.command
def migrate(*, home: HomeFolder = None) -> int:
    """Take a home written by an older hexbeat to the layout of this one."""
    from flows.console import checked
    from flows.settings import Settings
    from transforms.home import open_any_layout
    from transforms.layout import layout_of, refuse_other_layout
    from transforms.migrations import migrate as migrate_lake

    opened = open_any_layout(home or checked(Settings, {}).home)
    for line in migrate_lake(opened.lake):
        sys.stdout.write(f"migrate  {line}\n")
        sys.stdout.flush()
    refuse_other_layout(opened.lake.root)
    sys.stdout.write(f"layout   {layout_of(opened.lake.root)}\n")
    return 0


@app.command
def doctor(*, home: HomeFolder = None, json_: Json = False) -> int:
    """Whether this installation and this home are in order, and how to mend them."""
    from flows.accounts import show_findings
    from flows.doctor import examine

    return show_findings(examine(home), as_json=json_)


def _flow(
    name: str, model: "type[BaseModel]", options: dict[str, Any], as_json: bool
) -> int:
    """Run a flow to its end and tell how it went; the exit code."""
    from flows import progress
    from flows.console import ConsoleProgress, show_summary
    from flows.server import prefect_api
    from transforms.home import open_home

    params, folder = _checked(model, options)
    if "source" not in options and not open_home(folder).lake.files("coverage"):
        raise UsageError(f"the lake in {folder} is empty: run hexbeat ingest first")
    with prefect_api(folder), ConsoleProgress(silent=as_json) as console:
        progress.listen(console)
        run_flow: Callable[..., Any] = getattr(import_module(f"flows.{name}"), name)
        state = run_flow(params, return_state=True)
        account = state.result(raise_on_failure=False)
    if isinstance(account, BaseException):
        raise account
    return show_summary(account, as_json=as_json)


def _checked(model: "type[Model]", options: dict[str, Any]) -> "tuple[Model, Path]":
    """The parameters and the home, before a server is started: a slip is told at once.

    Where a source belongs to them, `options` has it afterwards.
    """
    from flows.console import check_asked, checked
    from flows.params import PublishParams
    from flows.settings import Settings
    from transforms.backtest.account import forces_asked
    from transforms.home import open_home
    from transforms.publications.layers import read_layers

    settings = checked(Settings, {})
    folder = options.get("home") or settings.home
    if options.get("rescore_only"):
        options.pop("forces", None)
    elif "source" in model.model_fields:
        options["source"] = options.get("source") or settings.source
        check_asked(options, open_home(folder))
    elif asked := options.get("forces"):
        forces_asked(open_home(folder), asked)
    params = checked(model, options)
    if isinstance(params, PublishParams):
        read_layers(params.layers)
    return params, folder


def main() -> None:
    """Run the command; an error that people can mend is one line."""
    try:
        code = app(exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        _complain(" ".join(str(error).split()))
        code = 2
    except HexbeatError as error:
        _complain(str(error))
        code = error.exit_code
    except OSError as error:
        _complain(f"{type(error).__name__}: {' '.join(str(error).split())}")
        code = 1
    except KeyboardInterrupt:
        _complain("stopped; run the same command again to go on")
        code = 130
    sys.exit(code if isinstance(code, int) else 0)


def _complain(text: str) -> None:
    sys.stderr.write(f"hexbeat: {text}\n")
