"""What all stages share: forces in parallel, one summary, one final state."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import version
from typing import Any, cast
from uuid import UUID

from prefect import Flow, State, Task, get_run_logger, runtime, tags
from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.client.orchestration import get_client
from prefect.context import FlowRunContext
from prefect.futures import PrefectFuture, as_completed
from prefect.states import Completed, Failed
from pydantic import BaseModel

from flows import progress
from flows.artifacts import late_forces, summary_artifact
from flows.events import RUN_TAG
from flows.heartbeats import end_without_waiting
from flows.plain_logs import log_plainly
from flows.settings import Settings
from flows.summary import Outcome, Summary
from flows.task_runner import Parallel, parallel
from transforms.homes.full_disk import DiskFullError
from transforms.homes.home import Home, open_either_home, open_home
from transforms.lake.storage import said_by_store
from transforms.plain_text import plain


Stage = tuple[Flow[..., Any], BaseModel]  # a flow, and its parameters
INGEST = "ingest"
VERSION = version("hexbeat")  # of every flow: Prefect's own would hash a file of ours
_SETTLING_TRIES = 5
_UPDATES = 10  # of a stage's progress in Prefect: each costs half a task

# Facts of a stage that was repeated: work that adds up, and whether anything was made.
_COUNTED = ("rows", "as_ofs_scored", "origins")
_MADE = ("created", "public_created")

_STATE_CHARACTERS = 500
_NAME_CHARACTERS = 200

log_plainly()
end_without_waiting()
_accounts: dict[str, dict[str, Any]] = {}  # of this process's ended runs, by flow run


def home_of(address: str | None) -> Home:
    """The home that a run names; default: that of the settings."""
    return open_home(address or Settings().home)


def either_home_of(address: str | None) -> Home:
    """The same, of the public feed or of a force's own."""
    return open_either_home(address or Settings().home)


class _Bar:
    """The progress of a stage in Prefect's UI, if it has several tasks to wait for."""

    def __init__(self, stage: str, tasks: int) -> None:
        self._tasks, self._artifact = tasks, None
        if tasks > 1:  # of one there is nothing to see between none and all
            key, told = f"{stage}-progress", f"Progress of {stage}"
            made = create_progress_artifact(0.0, key=key, description=told)
            self._artifact = cast("UUID", made)

    def reach(self, number: int) -> None:
        """So many are done."""
        done, before = (n * _UPDATES // self._tasks for n in (number, number - 1))
        if self._artifact and done > before:
            update_progress_artifact(self._artifact, 100.0 * number / self._tasks)


def gather(
    summary: Summary, futures: Mapping[str, PrefectFuture[Any]]
) -> list[dict[str, Any]]:
    """Wait for all forces; the accounts of those that have one, failures noted."""
    stage = summary.stage
    progress.start(stage, len(futures))
    bar = _Bar(stage, len(futures))
    names = {future: name for name, future in futures.items()}
    accounts = []
    for number, future in enumerate(as_completed(list(futures.values())), start=1):
        name = names[future]
        if account := _account_of(summary, name, future):
            accounts.append(account)
        progress.step(stage, name)
        bar.reach(number)
    return accounts


def step(
    summary: Summary, name: str, task: Task[..., Any], *given: Any
) -> dict[str, Any]:
    """Run a task to its end: its account, or nothing where it failed, which is noted.

    It is retried by itself: tasks that came before it are not run again.
    """
    account = _account_of(summary, name, task.submit(*given))
    progress.step(summary.stage, name)
    return {} if name in summary.failed else account


def _account_of(
    summary: Summary, name: str, future: PrefectFuture[Any]
) -> dict[str, Any]:
    """A task's account, its failure noted; empty where an error ended it."""
    future.wait()  # without it the state lags behind what has happened
    account = future.result(raise_on_failure=False)
    if isinstance(account, Exception):
        summary.failed[name] = plain(_why(account))
        account = {}
    elif why := account.get("failed"):
        summary.failed[name] = why
        if code := account.get("exit_code"):
            summary.facts["exit_code"] = code
    if name in summary.failed and name in summary.asked and not account.get("landed"):
        summary.lost.append(name)
    return dict(account)


def _why(error: Exception) -> str:
    """An error that ended a task, in a line."""
    if isinstance(error, DiskFullError):
        return str(error)
    what = said_by_store(str(error)) or f"{type(error).__name__}: {error}"
    return f"{what} (see the run's log)"


def final(
    summary: Summary, outcome: Outcome | None = None, is_named: bool = False
) -> State[dict[str, Any]]:
    """The final state of a stage, with its account; default: by its own outcome.

    Where something failed, the run's name says so, if it does not already.
    """
    for what, why in summary.failed.items():
        line = why if why.startswith(what) else f"{what}: {why}"
        get_run_logger().error(line)
    if summary.failed and not is_named:
        name_by_outcome(summary)
    outcome = outcome or summary.outcome
    data = _accounts[runtime.flow_run.id] = summary.as_json()
    message = plain(summary.headline(_STATE_CHARACTERS))
    match outcome:
        case "failed":
            # without data: Prefect would log that it is no exception
            return Failed(message=message)
        case "gaps":
            return Completed(name="CompletedWithGaps", message=message, data=data)
        case _:
            return Completed(message=message, data=data)


def name_by_outcome(summary: Summary) -> None:
    """Add to the name of the flow run how it went.

    The lists of the UI show no message of a run that has not failed, but its name.
    """
    headline = plain(summary.headline(_NAME_CHARACTERS))
    with get_client(sync_client=True) as client:
        name = f"{runtime.flow_run.name}: {headline}"
        client.update_flow_run(UUID(runtime.flow_run.id), name=name)


def account_of(state: State[Any]) -> dict[str, Any]:
    """The account of a flow that was run in this process, or its error raised.

    The state alone is not enough: if the server's answer to the last update is lost,
    Prefect sends it again, and the server answers with its own state, without data.
    """
    if known := _accounts.pop(str(state.state_details.flow_run_id), None):
        return known
    result = state.result(raise_on_failure=False)
    if isinstance(result, BaseException):
        raise result
    return dict(result)


def carry_out(whole: Summary, home: Home, stages: Sequence[Stage]) -> State[Any]:
    """Run the stages one after the other; the state they end in.

    If another run ingests months meanwhile, everything but the ingest is repeated:
    otherwise the scores would be of rows that are gone, and could not be published.
    """
    at_first = [stage for stage in stages if stage[0].name == INGEST]
    accounts = _run(at_first)
    if not _failed(accounts):
        accounts += _settled(home, [stage for stage in stages if stage not in at_first])
    for account in accounts:
        whole.add(account)
    summary_artifact(whole, late=late_forces(home))
    name_by_outcome(whole)
    return final(whole, is_named=True)


def _settled(home: Home, stages: Sequence[Stage]) -> list[dict[str, Any]]:
    accounts: list[dict[str, Any]] = []
    for _ in range(_SETTLING_TRIES):
        ledger = home.lake.versions().get("coverage")
        before, accounts = accounts, _run(stages)
        for earlier, account in zip(before, accounts, strict=False):
            _add(account, earlier)
        if home.lake.versions().get("coverage") == ledger:
            break
    return accounts


def _add(account: dict[str, Any], earlier: dict[str, Any]) -> None:
    """Add what a stage did before it was repeated."""
    account["changed"] |= earlier["changed"]
    if account["changed"] and account["outcome"] == "nothing to do":
        account["outcome"] = "done"
    now, before = account["facts"], earlier["facts"]
    for count in _COUNTED:
        if count in now and count in before:
            now[count] += before[count]
    if now.get("run_id") == before.get("run_id"):
        now |= {k: now[k] or before[k] for k in _MADE if k in now and k in before}


def _run(stages: Iterable[Stage]) -> list[dict[str, Any]]:
    """The accounts of those stages, up to the first that fails."""
    accounts: list[dict[str, Any]] = []
    for run, params in stages:
        call = cast("Callable[..., State[Any]]", _spread(run))
        with tags(RUN_TAG):  # stages have none of their deployment's tags
            accounts.append(account_of(call(params, return_state=True)))
        if _failed(accounts):
            break
    return accounts


def _spread(stage: Flow[..., Any]) -> Flow[..., Any]:
    """The stage; if its tasks are of many forces, they run where the parent's do."""
    parents, own = _runner(), stage.task_runner
    if isinstance(parents, Parallel) and isinstance(own, Parallel):
        return stage.with_options(task_runner=parallel(parents.where, own.for_stages))
    return stage


def place() -> str:
    """Where the flow that runs has parts of its work done: threads, or a cluster."""
    runner = _runner()
    return runner.place if isinstance(runner, Parallel) else Settings().task_runner


def _runner() -> object:
    context = FlowRunContext.get()
    return context and context.flow and context.flow.task_runner


def _failed(accounts: Sequence[dict[str, Any]]) -> bool:
    return bool(accounts) and accounts[-1]["outcome"] == "failed"
