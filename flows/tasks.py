"""Tasks of one force each. They pass paths, ids and counts, never rows.

An error of ours ends a task as Failed, with its one line. Any other is a bug, and its
traceback goes to the log of the run.
"""

# Annotations as text: a cluster is sent the functions, and cannot look up `State[…]`.
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from prefect import State, Task, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import TaskRun
from prefect.states import Failed
from prefect.tasks import exponential_backoff

from flows import progress
from flows.month_summary import ingest_account, ingest_counts
from flows.os_user import user
from flows.plain_logs import log_plainly, plain_faults
from flows.task_limits import ask_for_limits_that_exist
from transforms.backtests.origins import backtest_force
from transforms.errors import HexbeatError
from transforms.homes.home import open_either_home, open_home
from transforms.incidents.coverage import Entry
from transforms.incidents.ingest import Ingested, ingest_force
from transforms.incidents.request import Request
from transforms.lake.storage import is_store_error
from transforms.operations.maintenance.maintain import maintain
from transforms.operations.maintenance.maintain_feed import maintain_feed
from transforms.plain_text import plain
from transforms.records.homes import open_force_home
from transforms.reference.months import Month
from transforms.scores.methods import METHODS
from transforms.scores.score_months import score_force


T = TypeVar("T")
Account = dict[str, Any]
log_plainly()  # wherever a task runs
ask_for_limits_that_exist()


class Whole(Generic[T]):
    """Wrapper that stops Prefect from searching a large dataclass for futures."""

    def __init__(self, value: T) -> None:
        self.value = value


def may_pass(_: Task[..., Any], __: TaskRun, state: State[Any]) -> bool:
    """Whether a retry can help: it can if a disk is busy, not if a file is wrong."""
    result = state.result(raise_on_failure=False)
    return isinstance(result, Exception) and (
        isinstance(result, OSError) or is_store_error(result)
    )


PATIENT: dict[str, Any] = {
    "cache_policy": NO_CACHE,  # the ledger knows what is done; a cache would not
    "persist_result": False,
    "retries": 2,
    "retry_delay_seconds": exponential_backoff(2),
    "retry_jitter_factor": 0.5,
    "retry_condition_fn": may_pass,
}


def failed(what: str, why: str, account: Account | None = None) -> State[Account]:
    """The state of a task that met an error of ours: one line, and its account."""
    data = (account or {"force": what}) | {"failed": why}
    return Failed(message=plain(f"{what}: {why}"), data=data)


def refused(what: str, error: HexbeatError) -> State[Account]:
    """The same of an error alone; its account has the exit code of a command."""
    return failed(what, str(error), {"exit_code": error.exit_code})


def left_out(
    unwritten: Mapping[str, Exception], restricted: bool = False
) -> dict[str, str]:
    """The kind of error of each file that could not be written.

    The log has the traceback too, unless the files are of restricted records: the text
    of an error could contain some of them.
    """
    kinds = {name: type(why).__name__ for name, why in unwritten.items()}
    for name, kind in kinds.items():
        why = None if restricted else unwritten[name]
        get_run_logger().error("%s: not written (%s)", name, kind, exc_info=why)
    return kinds


def wait(text: str) -> None:
    """Log, and report, that a task waits for another command in its home."""
    get_run_logger().warning("%s", text)
    progress.wait(text)


@task(task_run_name="ingest {force}", tags=["ingest"], **PATIENT)
@plain_faults
def ingest_one(
    home: str, force: str, request: Whole[Request]
) -> Account | State[Account]:
    """Ingest what is missing of one force: incidents first, then its companions."""
    given = request.value
    lake = open_home(home).lake
    wanted = next(f for f in given.forces if f.id == force)
    by_feed: dict[str, Account] = {}
    why: list[str] = []
    revised: list[Account] = []
    for feed in given.feeds:
        done = ingest_force(
            lake,
            feed,
            wanted,
            given.members,
            given.months,
            datetime.now(UTC),
            given.refetch,
        )
        why += done.rejected
        by_feed[feed.NAME] = _counts(feed.NAME, done)
        revised += [_revision(entry) for entry in done.revised]
        if done.error:
            why.append(str(done.error))
            break
    account = ingest_account(lake, force, by_feed, revised)
    return failed(force, "; ".join(why), account) if why else account


def _revision(entry: Entry) -> Account:
    """How a month differs from the same month in the release before."""
    names = ("force", "month", "release", "rows_added", "rows_gone", "rows_moved")
    return {n: getattr(entry, n) for n in (*names, "rows_outcome_changed")}


def _counts(feed: str, done: Ingested) -> Account:
    """What ingest did, in numbers, which are logged too."""
    counts = ingest_counts(done)
    get_run_logger().info(
        "%s, %s: %d files, %d rows, %d quarantined",
        done.force,
        feed,
        counts["files"],
        counts["rows_in"],
        counts["rows_quarantined"],
    )
    return counts


@task(task_run_name="score {force}", tags=["score"], **PATIENT)
@plain_faults
def score_one(
    home: str, force: str, as_of: str, method: str, rescore: bool = False
) -> Account | State[Account]:
    """Bring one force's scores up to date."""
    opened = open_home(home)
    try:
        done = score_force(
            opened.lake,
            opened.registry[force],
            Month.parse(as_of),
            METHODS[method],
            opened.scoring_of(force),
            rescore,
        )
    except HexbeatError as error:
        return failed(force, str(error))
    get_run_logger().info(
        "%s: %d as-of months scored, %d unchanged",
        force,
        len(done.as_ofs),
        done.unchanged,
    )
    return asdict(done)


@task(task_run_name="backtest {force}", tags=["backtest"], **PATIENT)
@plain_faults
def backtest_one(home: str, force: str, origins: list[str]) -> Account | State[Account]:
    """Compare one force's scores and their rivals with what came next."""
    opened = open_home(home)
    try:
        done = backtest_force(
            opened.lake,
            opened.registry[force],
            [Month.parse(origin) for origin in origins],
            opened.scoring_of(force),
        )
    except HexbeatError as error:
        return failed(force, str(error))
    get_run_logger().info(
        "%s: %d origins, %d unchanged", force, len(done.origins), done.unchanged
    )
    return {
        "force": force,
        "origins": done.origins,
        "unchanged": done.unchanged,
        "rows": done.rows,
        "left_out": dict(done.left_out),
    }


@task(task_run_name="maintain", tags=["maintain"], **PATIENT)
@plain_faults
def maintain_home(home: str, dry_run: bool) -> Account | State[Account]:
    """Tidy the home; counts and bytes of what was removed, by kind."""
    try:
        opened, now = open_either_home(home), datetime.now(UTC)
        if opened.feed:
            feed = open_force_home(opened.root, wait)
            done = maintain_feed(feed, user(), now, dry_run)
        else:
            done = maintain(opened, now, dry_run)
    except HexbeatError as error:
        return failed("home", str(error))
    files = sum(removed.files for removed in done.removed)
    get_run_logger().info("%d files %s", files, "unneeded" if dry_run else "removed")
    return asdict(done) | {"changed": done.changed}
