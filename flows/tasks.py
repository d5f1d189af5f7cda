"""The tasks: one force each. They pass paths, ids and counts, never rows.

A task that meets an error of ours ends Failed with that one line; anything else is a
fault of hexbeat, and its traceback goes to the run's log.
"""

# Annotations as text: a cluster is sent the functions, and cannot look up `State[…]`.
from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from prefect import State, Task, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import TaskRun
from prefect.states import Failed
from prefect.tasks import exponential_backoff

from flows.feed_source import drop_source
from transforms.backtest.origins import backtest_force
from transforms.coverage import Entry
from transforms.days.day import Day
from transforms.days.methods import DAY_METHODS
from transforms.days.run import run_day
from transforms.errors import HeldError, HexbeatError
from transforms.forecasts import freeze, judge
from transforms.home import open_home
from transforms.ingest import Ingested, ingest_force
from transforms.maintenance.maintain import maintain
from transforms.months import Month
from transforms.publications.layers import LayerFiles, read_layers
from transforms.publish import publish
from transforms.publish_public import publish_public
from transforms.records.homes import open_force_home
from transforms.records.pull import pull
from transforms.request import Request
from transforms.score import score_force
from transforms.scores import METHODS
from transforms.storage import is_store_error


Account = dict[str, Any]


class Unseen:
    """A request that Prefect hands on whole.

    In a dataclass it would look for futures, into every file of the source.
    """

    def __init__(self, request: Request) -> None:
        self.request = request


def may_pass(_: Task[..., Any], __: TaskRun, state: State[Any]) -> bool:
    """Whether a failure can pass by itself: a busy disk may, a wrong file will not."""
    result = state.result(raise_on_failure=False)
    return isinstance(result, Exception) and (
        isinstance(result, OSError) or is_store_error(result)
    )


_PATIENT: dict[str, Any] = {
    "cache_policy": NO_CACHE,  # the ledger knows what is done; a cache would not
    "persist_result": False,
    "retries": 2,
    "retry_delay_seconds": exponential_backoff(2),
    "retry_jitter_factor": 0.5,
    "retry_condition_fn": may_pass,
}


@task(task_run_name="ingest {force}", tags=["ingest"], **_PATIENT)
def ingest_one(home: str, force: str, unseen: Unseen) -> Account | State[Account]:
    """Land what is missing of one force: incidents first, then what goes with them."""
    request = unseen.request
    lake = open_home(home).lake
    asked = next(f for f in request.forces if f.id == force)
    by_feed: dict[str, Account] = {}
    why: list[str] = []
    revised: list[Account] = []
    for feed in request.feeds:
        done = ingest_force(
            lake,
            feed,
            asked,
            request.members,
            request.months,
            datetime.now(UTC),
            request.refetch,
        )
        why += done.rejected
        by_feed[feed.NAME] = _counts(feed.NAME, done)
        revised += [_revision(entry) for entry in done.revised]
        if done.error:
            why.append(str(done.error))
            break
    # the account's own counts are the incidents': other kinds of row are no crimes
    account = {
        "force": force,
        "landed": bool(lake.files("incidents", force)),
        **by_feed.get(request.feed.NAME, {}),
        "feeds": by_feed,
        "revised": revised,
    }
    return _failed(force, "; ".join(why), account) if why else account


def _revision(entry: Entry) -> Account:
    """How a month differs from what the release before said of it."""
    names = ("force", "month", "release", "rows_added", "rows_gone", "rows_moved")
    return {n: getattr(entry, n) for n in (*names, "rows_outcome_changed")}


def _counts(feed: str, done: Ingested) -> Account:
    """What ingest did, in numbers, which the run's log gets too."""
    counts: Account = {
        "files": len(done.files),
        "landed": sorted({f.entry.month for f in done.files if f.accepted}),
        "noted": done.months_noted,
        "rows_in": done.total("rows_in"),
        "rows_accepted": done.total("rows_accepted"),
        "rows_quarantined": done.total("rows_quarantined"),
        "rows_located": done.total("rows_located"),
        "quarantined_by_rule": dict(done.broken),
    }
    get_run_logger().info(
        "%s, %s: %d files, %d rows, %d quarantined",
        done.force,
        feed,
        counts["files"],
        counts["rows_in"],
        counts["rows_quarantined"],
    )
    return counts


@task(task_run_name="score {force}", tags=["score"], **_PATIENT)
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
            opened.scoring,
            rescore,
        )
    except HexbeatError as error:
        return _failed(force, str(error))
    get_run_logger().info(
        "%s: %d as-of months scored, %d unchanged",
        force,
        len(done.as_ofs),
        done.unchanged,
    )
    return {
        "force": force,
        "as_ofs": done.as_ofs,
        "unchanged": done.unchanged,
        "rows": done.rows,
        "unscored": done.unscored,
    }


@task(task_run_name="backtest {force}", tags=["backtest"], **_PATIENT)
def backtest_one(home: str, force: str, origins: list[str]) -> Account | State[Account]:
    """Hold one force's scores and their rivals against what came next."""
    opened = open_home(home)
    try:
        done = backtest_force(
            opened.lake,
            opened.registry[force],
            [Month.parse(origin) for origin in origins],
            opened.scoring,
        )
    except HexbeatError as error:
        return _failed(force, str(error))
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


@task(task_run_name="publish {as_of}", tags=["publish"], **_PATIENT)
def publish_all(
    home: str,
    as_of: str,
    method: str,
    public: bool = False,
    files: LayerFiles | None = None,
) -> Account | State[Account]:
    """Judge the forecasts whose month has come, publish every force, freeze the new."""
    opened, now = open_home(home), datetime.now(UTC)
    try:
        layers = read_layers(files or LayerFiles())
        judged = judge(opened, now)
        done = publish(opened, Month.parse(as_of), METHODS[method], layers)
        frozen = freeze(opened, done.edition, now)
        told = publish_public(opened, done.edition) if public else None
    except HexbeatError as error:
        return _failed("publication", str(error))
    get_run_logger().info("%s %s", done.run_id, "made" if done.created else "stands")
    return {
        "run_id": done.run_id,
        "folder": str(done.folder),
        "created": done.created,
        "latest": done.pointed,
        "withdrawn": done.withdrawn,
        "public_created": told.created if told else False,
        "public_refused": told.refused if told else [],
        "scored": list(done.scored),
        "unscored": dict(done.unscored),
        "forces_failed": dict(done.failed),
        "forecasts_frozen": frozen,
        "forecasts_judged": judged.rows,
        "notes": judged.notes,
    }


@task(task_run_name="maintain", tags=["maintain"], **_PATIENT)
def maintain_home(home: str, dry_run: bool) -> Account | State[Account]:
    """Keep the home in order; counts and bytes of what was removed, by kind."""
    try:
        done = maintain(open_home(home), datetime.now(UTC), dry_run)
    except HexbeatError as error:
        return _failed("home", str(error))
    files = sum(removed.files for removed in done.removed)
    get_run_logger().info("%d files %s", files, "unneeded" if dry_run else "removed")
    return asdict(done) | {"changed": done.changed}


@task(task_run_name="pull {force}", tags=["pull"], **_PATIENT)
def pull_drops(
    home: str, force: str, source: str | None, who: str
) -> Account | State[Account]:
    """Bring in what a force's own source offers: counts, and refusals."""
    opened = open_force_home(home)
    try:
        done = pull(opened, drop_source(opened, source), who, datetime.now(UTC))
    except HexbeatError as error:
        return _failed(force, str(error))
    get_run_logger().info(
        "%s: %d drops, %d rows, %d quarantined, %d rejected",
        force,
        done.drops,
        done.counts["rows_in"],
        done.counts["quarantined"],
        len(done.rejected),
    )
    account: Account = {
        "force": force,
        "landed": bool(opened.lake.files("drops", force)),
        "drops": done.drops,
        "unchanged": done.unchanged,
        "growing": done.growing,
        **done.counts,
        "quarantined_by_rule": dict(done.broken.most_common()),
        "removed": asdict(done.removed),
        "mapping_changed": done.mapping_changed,
        "changed": done.changed,
    }
    why = "; ".join(done.rejected.values())
    return _failed(force, why, account) if why else account


@task(task_run_name="score a day of {force}", tags=["score"], **_PATIENT)
def score_day_of(
    home: str, force: str, as_of: str | None, method: str, backtest: bool, who: str
) -> Account | State[Account]:
    """Score a day of a force's own feed, and publish it inside."""
    opened = open_force_home(home)
    try:
        day = Day.parse(as_of) if as_of else None
        now = datetime.now(UTC)
        done = run_day(opened, DAY_METHODS[method], who, now, day, backtest)
    except HeldError as error:
        return {"force": force, "held": str(error)}
    except HexbeatError as error:
        return _failed(force, str(error))
    get_run_logger().info("%s %s", done.run_id, "made" if done.created else "stands")
    return {
        "force": force,
        "as_of": str(done.as_of),
        "scored": done.scored,
        "rows": done.rows,
        "run_id": done.run_id,
        "folder": str(done.folder),
        "created": done.created,
        "backtested": [found.as_account() for found in done.backtested],
    }


def _failed(what: str, why: str, account: Account | None = None) -> State[Account]:
    data = (account or {"force": what}) | {"failed": why}
    return Failed(message=f"{what}: {why}", data=data)
