"""The flow of a force's own feed: its drops into a home of its own, a day scored."""

from collections.abc import Callable
from typing import Any

from prefect import State, flow
from prefect.artifacts import create_table_artifact

from flows.params import ForceFeedParams
from flows.settings import Settings
from flows.stages import final, gather
from flows.summary import Summary
from flows.tasks import pull_drops, score_day_of
from flows.who import user
from transforms.records.homes import ForceHome, open_force_home


@flow(name="force-feed", flow_run_name="force-feed")
def force_feed(params: ForceFeedParams) -> State[dict[str, Any]]:
    """Bring in what is new and enforce the retention; score the day and publish it."""
    home = open_force_home(params.home or Settings().home)
    steps: dict[str, Callable[[ForceHome, ForceFeedParams], Summary]] = {
        "pull": _pull,
        "score": _score,
    }
    whole = Summary("force-feed", asked=[home.force])
    for stage in params.stages:
        account = steps[stage](home, params).as_json()
        whole.add(account)
        if account["outcome"] == "failed":
            break
    return final(whole)


def _pull(home: ForceHome, params: ForceFeedParams) -> Summary:
    summary = Summary("pull", asked=[home.force])
    task = pull_drops.submit(home.home.address, home.force, params.source, user())
    for account in gather(summary, {home.force: task}):
        if "drops" not in account:
            continue
        summary.changed = account["changed"]
        summary.facts |= {k: v for k, v in account.items() if k != "failed"}
        summary.facts["nothing"] = "Nothing to do: every drop is held already."
        if growing := account["growing"]:
            summary.notes.append(f"{growing:,} drops still growing: left for later")
        if account["mapping_changed"]:
            summary.notes.append(
                "the mapping has changed since the last drop was taken; what is held"
                " stays as it was read"
            )
        table = [
            {"rule": rule, "rows": rows}
            for rule, rows in account["quarantined_by_rule"].items()
        ]
        create_table_artifact(
            key="force-feed-quarantine", table=table, description="Rows held back"
        )
    return summary


def _score(home: ForceHome, params: ForceFeedParams) -> Summary:
    summary = Summary("score-day", asked=[home.force])
    task = score_day_of.submit(
        home.home.address,
        home.force,
        params.as_of,
        params.method,
        params.backtest,
        user(),
    )
    for account in gather(summary, {home.force: task}):
        if why := account.get("held"):
            summary.failed[home.force] = why
        if "run_id" in account:
            summary.changed = account["scored"] or account["created"]
            summary.facts |= account
    return summary
