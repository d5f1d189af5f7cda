"""The commands that do the work: each runs the same flow as a deployment."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from flows.command.app import app
from flows.command.options import (
    Asked,
    HomeFolder,
    Json,
    Layers,
    Scored,
    TaskRunner,
    flag,
    given,
    layered,
    month_option,
)
from flows.command.running import checked_for, flow
from transforms.errors import UsageError


@app.command
def run(
    *,
    asked: Asked | None = None,
    scored: Scored | None = None,
    backtest: Annotated[bool, flag("--backtest", "Also run a backtest")] = False,
    layers: Layers | None = None,
    task_runner: TaskRunner = None,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Ingest, score and publish whatever is missing or out of date."""
    from flows.params import RefreshParams

    options = given(asked, scored, home=home, backtest=backtest, **layered(layers))
    return flow("refresh", RefreshParams, options, json_, task_runner)


@app.command
def ingest(
    *,
    asked: Asked | None = None,
    task_runner: TaskRunner = None,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Bring the lake up to date with a source of releases."""
    from flows.params import IngestParams

    return flow("ingest", IngestParams, given(asked, home=home), json_, task_runner)


@app.command
def score(
    *,
    scored: Scored | None = None,
    task_runner: TaskRunner = None,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Bring the scores of every force in the lake up to date."""
    from flows.params import ScoreParams

    return flow("score", ScoreParams, given(scored, home=home), json_, task_runner)


@app.command
def publish(
    *,
    scored: Scored | None = None,
    public: Annotated[bool, flag("--public", "Also make the public tier")] = False,
    layers: Layers | None = None,
    task_runner: TaskRunner = None,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Publish the current scores."""
    from flows.params import PublishParams

    options = given(scored, home=home, public=public, **layered(layers))
    return flow("publish", PublishParams, options, json_, task_runner)


@app.command
def backfill(
    *,
    asked: Asked | None = None,
    scored: Scored | None = None,
    layers: Layers | None = None,
    dry_run: Annotated[bool, flag("--dry-run", "Only show what it would do")] = False,
    submit: Annotated[
        bool, flag("--submit", "Send it to the Prefect server, one run for each year")
    ] = False,
    refetch: Annotated[
        bool, flag("--refetch", "Also fetch and read again what is stored")
    ] = False,
    rescore_only: Annotated[
        bool, flag("--rescore-only", "Only score again what is stored, and publish")
    ] = False,
    task_runner: TaskRunner = None,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Complete a range of months: ingest what is missing or revised, score, publish.

    If it is interrupted, run it again: it continues where it stopped.
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
        if month not in options and not rescore_only:
            raise UsageError(f"a backfill is of a range: give {name} YYYY-MM")
    also = {
        "--dry-run": dry_run,
        "--task-runner": task_runner is not None,
        "--whole-zips": asked is not None and asked.whole_zips,  # downloads to here
    }
    for other in [name for name, is_given in also.items() if submit and is_given]:
        raise UsageError(f"--submit and {other} do not go together")
    options["dry_run"] = dry_run
    if not (dry_run or submit):
        return flow("backfill", BackfillParams, options, json_, task_runner)
    from flows.command.printing.backfill import show_plan, show_submitted

    params, opened = checked_for(BackfillParams, options)
    if dry_run:
        return show_plan(params, opened, json_)
    return show_submitted(params, opened, json_)


@app.command
def backtest(
    *,
    forces: Annotated[
        list[str] | None,
        Parameter(
            name="--force", negative="", help="police.uk id; default: all stored"
        ),
    ] = None,
    start: Annotated[str | None, month_option("--from", "First origin")] = None,
    end: Annotated[str | None, month_option("--to", "Last origin")] = None,
    task_runner: TaskRunner = None,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Measure how well past scores would have done, compared with rolling counts.

    The scores of each origin (an as-of month) use only what was known by then. They are
    compared with the month after it, and the third month after. Default: the newest
    twelve origins.
    """
    from flows.params import BacktestParams

    asked = {"forces": forces, "start": start, "end": end, "home": home}
    options = {name: value for name, value in asked.items() if value is not None}
    return flow("backtest", BacktestParams, options, json_, task_runner)


@app.command
def demo(*, home: HomeFolder = None, json_: Json = False) -> int:
    """Run the whole job on made-up forces: nothing to download.

    Three have months, as the public feed does, and end in a map. A fourth has a feed of
    its own and patrols by lot: what that prevents is planted, and found again.
    """
    from flows.command.printing.demo import show_trial
    from flows.params import RefreshParams
    from transforms.homes.home import create_demo_home
    from transforms.simulator import simulate

    if home and "://" in home:
        raise UsageError(f"{home}: the demo lives in a folder")
    folder = create_demo_home(Path(home or "demo")).root
    simulate(folder / "source")
    asked = Asked(all_forces=True, source=str(folder / "source"))
    options = given(asked, home=str(folder), backtest=True)
    code = flow("refresh", RefreshParams, options, json_)
    if code in (0, 3):  # done, or done with gaps
        show_trial(folder / "patrol", json_)
    return code
