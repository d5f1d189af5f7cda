"""The freshness flow: which force's feed is stale, partial or has stopped."""

from datetime import UTC, datetime
from typing import Any

from prefect import State, flow
from prefect.artifacts import create_table_artifact

from flows.events import tell_stale
from flows.params import FreshnessParams
from flows.stages import final, home_of
from flows.status import ForceStatus, statuses
from flows.summary import Summary
from transforms.coverage import reason_of
from transforms.months import Month


_NO_FILE = ("missing", "not_supplied")
KNOWN = "not_supplied"  # a fact that everybody knows, and no news


@flow(name="freshness", flow_run_name="freshness")
def freshness(params: FreshnessParams) -> State[dict[str, Any]]:
    """Look at the newest month of every force; fail for what the policy names."""
    now = datetime.now(UTC)
    today = Month(now.year, now.month)
    found = statuses(home_of(params.home))
    summary = Summary("freshness", asked=[s.force.id for s in found])
    rows = []
    for status in found:
        state, why = judged(status, today, params)
        newest = str(status.newest() or "none")
        rows.append({"force": status.force.id, "newest": newest, "is": state})
        if state not in ("fresh", KNOWN):
            tell_stale(status.force.id, f"{state}: {why}")
        if state in params.fails_for:
            summary.failed[status.force.id] = f"{status.force.id} is {state}: {why}"
    create_table_artifact(
        key="freshness", table=rows, description=f"Newest month of each force, {today}"
    )
    return final(summary, "failed" if summary.failed else None)


def judged(
    status: ForceStatus, today: Month, params: FreshnessParams
) -> tuple[str, str]:
    """What a force's feed is, and why it is not fresh."""
    if status.unfinished:
        return "unfinished", status.unfinished
    if fact := status.force.not_supplied:
        return KNOWN, fact.text
    newest = status.newest()
    if newest is None:
        return "stopped", "no month was supplied"
    age_months = today.since(newest)
    why = f"its newest supplied month is {newest}, {age_months} months ago"
    if age_months > params.stopped_after_months:
        return "stopped", why
    if age_months > params.stale_after_months:
        return "stale", why
    return _of_newest_file(status)


def _of_newest_file(status: ForceStatus) -> tuple[str, str]:
    """What the newest month with a file says: one without has not come yet."""
    with_file = [m for m, c in status.months.items() if c.status not in _NO_FILE]
    last = max(with_file)
    match status.months[last].status:
        case "partial_suspected":
            return "partial", f"{last} has far fewer rows than the months before it"
        case "rejected":
            return "rejected", reason_of(status.months[last]) or f"the file of {last}"
        case _:
            return "fresh", ""
