"""What every stage's flow shares: forces in parallel, one account, one final state."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from prefect import State, get_run_logger
from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.futures import PrefectFuture, as_completed
from prefect.states import Completed, Failed
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from flows import progress
from flows.settings import Settings
from flows.summary import Summary
from transforms.home import Home, open_home
from transforms.months import Month
from transforms.score import check_as_of, newest_supplied


_NEVER = Month(1, 1)  # an as-of month where none is supplied, which is then refused

# Forces at once. Threads: all that is slow lets go of the interpreter.
PARALLEL = cast(
    "TaskRunner[PrefectFuture[Any]]",
    ThreadPoolTaskRunner(max_workers=Settings().workers),
)


def home_of(folder: Path | None) -> Home:
    """The home that a run names, else the settings' one."""
    return open_home(folder or Settings().home)


def as_of_month(home: Home, asked: str | None) -> Month:
    """The as-of month of a run: the one asked, else the newest supplied."""
    newest = newest_supplied(home.lake, home.registry)
    return check_as_of(Month.parse(asked) if asked else newest or _NEVER, newest)


def gather(
    summary: Summary, futures: Mapping[str, PrefectFuture[Any]]
) -> list[dict[str, Any]]:
    """Wait for all forces; the accounts of those that have one, failures noted."""
    stage = summary.stage
    progress.start(stage, len(futures))
    artifact = cast(
        "UUID",
        create_progress_artifact(
            0.0, key=f"{stage}-progress", description=f"How far {stage} has come"
        ),
    )
    names = {future: name for name, future in futures.items()}
    accounts = []
    for number, future in enumerate(as_completed(list(futures.values())), start=1):
        future.wait()  # without it the state lags behind what has happened
        account = future.result(raise_on_failure=False)
        name = names[future]
        if isinstance(account, Exception):
            kind = type(account).__name__
            summary.failed[name] = f"{kind}: {account} (see the run's log)"
            summary.lost.append(name)
        else:
            accounts.append(account)
            if why := account.get("failed"):
                summary.failed[name] = why
                if not account.get("landed"):
                    summary.lost.append(name)
        progress.step(stage, name)
        update_progress_artifact(artifact, 100.0 * number / len(futures))
    return accounts


def final(summary: Summary) -> State[dict[str, Any]]:
    """The state that a stage ends in, with its account."""
    for what, why in summary.failed.items():
        get_run_logger().error("%s: %s", what, why)
    data = summary.as_json()
    match summary.outcome:
        case "failed":
            return Failed(message="; ".join(summary.failed.values()), data=data)
        case "gaps":
            message = f"{len(summary.failed)} gaps: {', '.join(summary.failed)}"
            return Completed(name="CompletedWithGaps", message=message, data=data)
        case outcome:
            return Completed(message=outcome, data=data)


def account_of(run: Callable[..., Any], params: object) -> dict[str, Any]:
    """Run a stage's flow inside another: its account, or its error raised."""
    result = run(params, return_state=True).result(raise_on_failure=False)
    if isinstance(result, BaseException):
        raise result
    return dict(result)
