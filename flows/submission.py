"""A backfill handed to a Prefect server, in runs of a year at most.

The key of a run is what it has to do: sent twice it is one run, and where nothing is to
be done nothing is sent. A run that ended badly is scheduled again.
"""

from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from typing import Any, cast

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.deployments import run_deployment
from prefect.exceptions import ObjectNotFound
from prefect.states import AwaitingRetry

from flows.asking import asked_of
from flows.params import BackfillParams
from flows.stages import home_of
from transforms.backfill import plan_backfill, plan_sha256
from transforms.errors import UsageError
from transforms.months import Month, by_year, month_range


DEPLOYMENT = "backfill/backfill"


@dataclass(frozen=True)
class Submitted:
    """One run of a backfill on the server; no name where there was nothing to send."""

    start: str
    end: str
    files: int
    run: str | None = None
    state: str = "nothing to do"


def submit(params: BackfillParams) -> list[Submitted]:
    """Send what is to be done, oldest year first; what was sent, and how it stands."""
    if params.rescore_only:
        return [_sent(params, 0, sha256(b"rescore").hexdigest())]
    months = month_range(Month.parse(params.start), Month.parse(params.end))
    return [_submitted(params, year[0], year[-1]) for year in by_year(months)]


def _submitted(params: BackfillParams, first: Month, last: Month) -> Submitted:
    part = params.model_copy(update={"start": str(first), "end": str(last)})
    home = home_of(params.home)
    with asked_of(part, home) as (_, request):
        plans = plan_backfill(home.lake, request)
    files = sum(len(plan.files) for plan in plans)
    if not files:
        return Submitted(part.start, part.end, 0)
    return _sent(part, files, plan_sha256(plans))


def _sent(part: BackfillParams, files: int, work: str) -> Submitted:
    asked = part.model_dump(mode="json", exclude_defaults=True)
    key = sha256(f"{version('hexbeat')} {asked} {work}".encode()).hexdigest()
    try:
        run = cast(
            "FlowRun",
            run_deployment(
                DEPLOYMENT,
                parameters={"params": asked},
                idempotency_key=key,
                timeout=0,
                as_subflow=False,
            ),
        )
    except ObjectNotFound as error:
        raise UsageError(
            f"the Prefect server has no deployment {DEPLOYMENT}: start hexbeat up"
        ) from error
    state = (run.state.name if run.state else None) or "unknown"
    if run.state and (
        run.state.is_failed() or run.state.is_crashed() or run.state.is_cancelled()
    ):
        _again(run)
        state = "scheduled again"
    return Submitted(part.start, part.end, files, run.name, state)


def _again(run: FlowRun) -> None:
    with get_client(sync_client=True) as client:
        retry: Any = AwaitingRetry(message="sent again")
        client.set_flow_run_state(run.id, retry, force=True)
