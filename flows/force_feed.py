"""The flow of a force's own feed: ingest its drops, score a day, publish it."""

from collections.abc import Callable
from typing import Any

from prefect import State, flow, runtime

from flows.artifacts import summary_artifact, table_artifact
from flows.feed_summary import add_pull, add_reread, add_score
from flows.feed_tasks import pull_drops, reread_drops, score_day_of
from flows.month_summary import unwritten
from flows.os_user import user
from flows.params import ForceFeedParams
from flows.plain_logs import plain_faults
from flows.run_stages import VERSION, final, gather
from flows.settings import Settings
from flows.summary import Summary
from transforms.errors import HexbeatError
from transforms.records.homes import ForceHome, open_force_home


def _run_name() -> str:
    """Whose feed it is: several have runs on one server."""
    params = ForceFeedParams.model_validate(runtime.flow_run.parameters["params"])
    try:
        return f"force-feed {_home_of(params).force}"
    except HexbeatError:  # the run itself says what is wrong
        return "force-feed"


def _home_of(params: ForceFeedParams) -> ForceHome:
    return open_force_home(params.home or Settings().home)


@flow(name="force-feed", flow_run_name=_run_name, version=VERSION)
@plain_faults
def force_feed(params: ForceFeedParams) -> State[dict[str, Any]]:
    """Ingest new drops and enforce the retention; score a day and publish it."""
    home = _home_of(params)
    steps: dict[str, Callable[[ForceHome, ForceFeedParams], Summary]] = {
        "reread": _reread,
        "pull": _pull,
        "score": _score,
    }
    whole = Summary(stage="force-feed", asked=[home.force])
    for stage in params.stages:
        account = steps[stage](home, params).as_json()
        whole.add(account)
        if account["outcome"] == "failed":
            break
    summary_artifact(whole, f"run-summary-{home.force}")
    return final(whole)


def _pull(home: ForceHome, params: ForceFeedParams) -> Summary:
    summary = Summary(stage="pull", asked=[home.force])
    task = pull_drops.submit(home.home.address, home.force, params.source, user())
    for account in gather(summary, {home.force: task}):
        if "drops" not in account:
            continue
        summary.failed = lines_of_its_own(account)
        add_pull(summary, account)
        if account["drops"]:
            by_rule = account["quarantined_by_rule"].items()
            table_artifact(
                key=f"force-feed-quarantine-{home.force}",
                table=[{"rule": rule, "rows": rows} for rule, rows in by_rule],
                description="Quarantined rows, by rule",
            )
    return summary


def _reread(home: ForceHome, params: ForceFeedParams) -> Summary:
    summary = Summary(stage="reread", asked=[home.force])
    task = reread_drops.submit(home.home.address, home.force, params.drop, user())
    for account in gather(summary, {home.force: task}):
        if "reread" in account:
            summary.failed = lines_of_its_own(account)
            add_reread(summary, account)
    return summary


def lines_of_its_own(account: dict[str, Any]) -> dict[str, str]:
    """What needs a look after a pull: a line for each drop, and one of the rest."""
    lines = {**account["rejected"], **account["doubts"]}
    if why := account["withheld"]:
        lines[account["force"]] = why
    return lines


def _score(home: ForceHome, params: ForceFeedParams) -> Summary:
    summary = Summary(stage="score-day", asked=[home.force])
    task = score_day_of.submit(
        home.home.address,
        home.force,
        params.as_of,
        params.method,
        params.backtest,
        user(),
    )
    for account in gather(summary, {home.force: task}):
        if why := account.get("withheld"):
            summary.failed[home.force] = why
        if "run_id" in account:
            add_score(summary, account)
            summary.failed |= unwritten(account["left_out"])
    return summary
