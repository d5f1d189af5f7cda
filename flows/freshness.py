"""The freshness flow: which feeds are stale, partial, rejected or stopped."""

from datetime import UTC, datetime
from typing import Any

from prefect import State, flow

from flows.artifacts import table_artifact
from flows.events import emit_stale
from flows.params import FreshnessParams
from flows.plain_logs import plain_faults
from flows.run_stages import VERSION, final, home_of, name_by_outcome
from flows.summary import Summary
from transforms.incidents.freshness import freshness as freshness_of
from transforms.incidents.status import statuses
from transforms.reference.months import Month


@flow(name="freshness", flow_run_name="freshness", version=VERSION)
@plain_faults
def freshness(params: FreshnessParams) -> State[dict[str, Any]]:
    """Look at the newest month of every force; fail for what the policy names."""
    now = datetime.now(UTC)
    today = Month(now.year, now.month)
    known = statuses(home_of(params.home))
    summary = Summary(stage="freshness", asked=[status.force.id for status in known])
    rows = []
    limits = params.stale_after_months, params.stopped_after_months
    for status in known:
        force = status.force.id
        state, why = freshness_of(status, today, *limits)
        newest = str(status.newest() or "none")
        rows.append({"force": force, "newest": newest, "is": state, "why": why})
        if state not in ("fresh", "not_supplied"):
            emit_stale(force, f"{state}: {why}")
        if state in params.fails_for:
            summary.failed[force] = f"{force} is {state}: {why}"
    table_artifact(
        key="freshness", table=rows, description=f"Newest month of each force, {today}"
    )
    name_by_outcome(summary)
    return final(summary, "failed" if summary.failed else None, is_named=True)
