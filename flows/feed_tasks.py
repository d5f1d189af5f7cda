"""The tasks of a force's own feed: they pass counts and days, never rows."""

from datetime import UTC, datetime

from prefect import State, get_run_logger, task

from flows.feed_source import drop_source
from flows.feed_summary import pull_account, reread_account, score_account
from flows.plain_logs import plain_faults
from flows.tasks import PATIENT, Account, failed, left_out, wait
from transforms.day_publications.run import run_day
from transforms.errors import HexbeatError, WithheldError
from transforms.operations.maintenance.maintain_feed import maintain_feed
from transforms.records.homes import open_force_home
from transforms.records.pull import pull
from transforms.records.reread import reread
from transforms.reference.days import Day
from transforms.scores.methods import METHODS


@task(task_run_name="pull {force}", tags=["pull"], **PATIENT)
@plain_faults
def pull_drops(
    home: str, force: str, source: str | None, who: str
) -> Account | State[Account]:
    """Ingest what a force's own source offers; counts, and rejected drops."""
    opened = open_force_home(home, wait)
    try:
        done = pull(opened, drop_source(opened, source), who, datetime.now(UTC))
    except HexbeatError as error:
        return failed(force, str(error))
    get_run_logger().info(
        "%s: %d drops, %d rows, %d quarantined, %d rejected",
        force,
        done.drops,
        done.counts["rows_in"],
        done.counts["quarantined"],
        len(done.rejected),
    )
    account = pull_account(opened, done)
    rejected = account["rejected"].values()
    lines = [*rejected, *account["doubts"].values(), done.withheld]
    why = "; ".join(filter(None, lines))
    return failed(force, why, account) if why else account


@task(task_run_name="read again {force}", tags=["pull"], **PATIENT)
@plain_faults
def reread_drops(
    home: str, force: str, drop: str | None, who: str
) -> Account | State[Account]:
    """Read what is quarantined of stored drops again, with the present mapping."""
    opened = open_force_home(home, wait)
    try:
        done = reread(opened, who, datetime.now(UTC), drop)
    except HexbeatError as error:
        return failed(force, str(error))
    get_run_logger().info("%s: %d rows came back", force, done.records)
    account = reread_account(opened, done)
    lines = [*done.kept.values(), *account["doubts"].values(), done.withheld]
    why = "; ".join(filter(None, lines))
    return failed(force, why, account) if why else account


@task(task_run_name="score a day of {force}", tags=["score"], **PATIENT)
@plain_faults
def score_day_of(
    home: str, force: str, as_of: str | None, method: str, backtest: bool, who: str
) -> Account | State[Account]:
    """Score a day of a force's own feed, and publish it internally."""
    opened = open_force_home(home, wait)
    try:
        day = Day.parse(as_of) if as_of else None
        now = datetime.now(UTC)
        done = run_day(opened, METHODS[method], who, now, day, backtest)
        if done.created and opened.home.retention.runs_kept:
            # every quarter of an hour there may be a run more
            maintain_feed(opened, who, now)
    except WithheldError as error:
        return {"force": force, "withheld": str(error)}
    except HexbeatError as error:
        return failed(force, str(error))
    get_run_logger().info(
        "%s %s", done.run_id, "published" if done.created else "was already published"
    )
    return score_account(force, done, left_out(done.unwritten, restricted=True))
