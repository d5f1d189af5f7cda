"""The commands that do the work: each runs the flow that deployments run."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from flows.commands.app import app
from flows.commands.running import checked_for, flow
from flows.options import (
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
from transforms.errors import UsageError


@app.command
def run(
    *,
    asked: Asked | None = None,
    scored: Scored | None = None,
    backtest: Annotated[
        bool, flag("--backtest", "Tell how well the scores would have done, too")
    ] = False,
    layers: Layers | None = None,
    task_runner: TaskRunner = None,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Do what is missing: ingest, score, publish."""
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
    public: Annotated[bool, flag("--public", "The public tier, too")] = False,
    layers: Layers | None = None,
    home: HomeFolder = None,
    json_: Json = False,
) -> int:
    """Publish the scores as they stand."""
    from flows.params import PublishParams

    options = given(scored, home=home, public=public, **layered(layers))
    return flow("publish", PublishParams, options, json_)


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
    task_runner: TaskRunner = None,
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
    also = {
        "--dry-run": dry_run,
        "--task-runner": task_runner is not None,
        "--whole-zips": asked is not None and asked.whole_zips,  # they would come here
    }
    for other in [name for name, is_given in also.items() if submit and is_given]:
        raise UsageError(f"--submit and {other} do not go together")
    options["dry_run"] = dry_run
    if not (dry_run or submit):
        return flow("backfill", BackfillParams, options, json_, task_runner)
    from flows.handing_over import show_plan, show_submitted

    params, opened = checked_for(BackfillParams, options)
    if dry_run:
        return show_plan(params, opened, json_)
    return show_submitted(params, opened, json_)


@app.command
def backtest(
    *,
    forces: Annotated[
        list[str] | None,
        Parameter(name="--force", negative="", help="police.uk id; default all held"),
    ] = None,
    start: Annotated[str | None, month_option("--from", "First origin")] = None,
    end: Annotated[str | None, month_option("--to", "Last origin")] = None,
    task_runner: TaskRunner = None,
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
    return flow("backtest", BacktestParams, options, json_, task_runner)


@app.command
def demo(*, home: HomeFolder = None, json_: Json = False) -> int:
    """The whole job on simulated feeds of three made-up forces: nothing to download."""
    from flows.params import RefreshParams
    from transforms.home import create_demo_home
    from transforms.simulator import simulate

    if home and "://" in home:
        raise UsageError(f"{home}: the demo lives in a folder")
    folder = create_demo_home(Path(home or "demo")).root
    simulate(folder / "source")
    asked = Asked(all_forces=True, source=str(folder / "source"))
    options = given(asked, home=str(folder), backtest=True)
    return flow("refresh", RefreshParams, options, json_)
