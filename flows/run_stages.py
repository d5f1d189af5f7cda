"""What every stage's flow shares: forces in parallel, one account, one final state."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from prefect import Flow, State, get_run_logger, runtime
from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.futures import PrefectFuture, as_completed
from prefect.states import Completed, Failed
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner
from pydantic import BaseModel

from flows import progress
from flows.reports import summary_artifact
from flows.settings import Settings
from flows.summary import Outcome, Summary
from transforms.errors import UsageError
from transforms.home import Home, open_home
from transforms.months import Month
from transforms.score import check_as_of, newest_supplied


Stage = tuple[Flow[..., Any], BaseModel]  # a flow, and its parameters
INGEST = "ingest"
_SETTLING_TRIES = 5
_TOLD_TIMES = 10  # a stage tells Prefect how far it is: each time costs half a task

_NEVER = Month(1, 1)  # an as-of month where none is supplied, which is then refused

_accounts: dict[str, dict[str, Any]] = {}  # of this process's ended runs, by flow run


def _task_runner() -> TaskRunner[PrefectFuture[Any]]:
    """Forces at once: in threads, since all that is slow lets go of the interpreter.

    Or on a cluster, whose workers need this version of hexbeat, and the same home.
    """
    settings = Settings()
    runner: TaskRunner[Any]
    if settings.task_runner == "threads":
        runner = ThreadPoolTaskRunner(max_workers=settings.workers)
    else:
        try:
            from prefect_dask.task_runners import DaskTaskRunner
        except ImportError as error:
            raise UsageError("a Dask cluster needs hexbeat[dask]") from error
        address = settings.task_runner.replace("dask://", "tcp://")
        runner = DaskTaskRunner(address=address)
    return cast("TaskRunner[PrefectFuture[Any]]", runner)


PARALLEL = _task_runner()


def home_of(address: str | None) -> Home:
    """The home that a run names, else the settings' one."""
    return open_home(address or Settings().home)


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
        done, before = (n * _TOLD_TIMES // len(futures) for n in (number, number - 1))
        if done > before:
            update_progress_artifact(artifact, 100.0 * number / len(futures))
    return accounts


def final(summary: Summary, outcome: Outcome | None = None) -> State[dict[str, Any]]:
    """The state that a stage ends in, with its account: by itself, its own outcome."""
    for what, why in summary.failed.items():
        get_run_logger().error("%s: %s", what, why)
    outcome = outcome or summary.outcome
    data = _accounts[runtime.flow_run.id] = summary.as_json()
    match outcome:
        case "failed":
            return Failed(message="; ".join(summary.failed.values()), data=data)
        case "gaps":
            number = len(summary.failed)
            gaps = "1 gap" if number == 1 else f"{number} gaps"
            message = f"{gaps}: {', '.join(summary.failed)}"
            return Completed(name="CompletedWithGaps", message=message, data=data)
        case _:
            return Completed(message=outcome, data=data)


def account_of(state: State[Any]) -> dict[str, Any]:
    """The account of a flow that was run in this process, or its error raised.

    The state alone would not do: where the answer to a run's last word is lost, and it
    is said again, the server answers with the state it holds, which has no data.
    """
    if known := _accounts.pop(str(state.state_details.flow_run_id), None):
        return known
    result = state.result(raise_on_failure=False)
    if isinstance(result, BaseException):
        raise result
    return dict(result)


def carry_out(whole: Summary, home: Home, stages: Sequence[Stage]) -> State[Any]:
    """Run the stages one after the other; the state they end in.

    Where another run brings in months meanwhile, all but the ingest is done again:
    else scores of rows that are gone would stand there, and could not be published.
    """
    at_first = [stage for stage in stages if stage[0].name == INGEST]
    accounts = _run(at_first)
    if not _failed(accounts):
        accounts += _settled(home, [stage for stage in stages if stage not in at_first])
    for account in accounts:
        whole.add(account)
    summary_artifact(whole)
    return final(whole)


def _settled(home: Home, stages: Sequence[Stage]) -> list[dict[str, Any]]:
    accounts: list[dict[str, Any]] = []
    for _ in range(_SETTLING_TRIES):
        ledger = home.lake.versions().get("coverage")
        before, accounts = accounts, _run(stages)
        for earlier, account in zip(before, accounts, strict=False):
            account["changed"] |= earlier["changed"]
            if account["changed"] and account["outcome"] == "nothing to do":
                account["outcome"] = "done"
        if home.lake.versions().get("coverage") == ledger:
            break
    return accounts


def _run(stages: Iterable[Stage]) -> list[dict[str, Any]]:
    """The accounts of those stages, up to one that fails."""
    accounts: list[dict[str, Any]] = []
    for run, params in stages:
        call = cast("Callable[..., State[Any]]", run)
        accounts.append(account_of(call(params, return_state=True)))
        if _failed(accounts):
            break
    return accounts


def _failed(accounts: Sequence[dict[str, Any]]) -> bool:
    return bool(accounts) and accounts[-1]["outcome"] == "failed"
