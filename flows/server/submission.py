"""Send a backfill to a Prefect server, in runs of at most a year.

The key of a run is the work it has to do: sent twice, it is one run, and without work
nothing is sent. A run that ended without doing all its work is scheduled again.
"""

import os
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.deployments import run_deployment
from prefect.exceptions import ObjectNotFound
from prefect.states import AwaitingRetry

from flows.params import BackfillParams
from flows.sources import asked_of
from transforms.errors import UsageError
from transforms.homes.home import Home
from transforms.incidents.backfill_plan import (
    absences,
    in_year,
    plan_backfill,
    plan_sha256,
)
from transforms.reference.months import by_year


DEPLOYMENT = "backfill/backfill"


@dataclass(frozen=True)
class Submitted:
    """One run of a backfill on the server; without a name if nothing was sent."""

    start: str | None  # none: the months up to the end, scored again
    end: str | None  # none: the newest
    files: int = 0
    run: str | None = None
    state: str = "nothing to do"
    page: str | None = None  # in the UI


def submit(params: BackfillParams, home: Home) -> tuple[list[Submitted], list[str]]:
    """Send what has to be done, oldest year first.

    Returns the runs, and a line for each month that the source lacks.
    """
    params = _from_anywhere(params, home)
    if params.rescore_only:
        return [_sent(params, 0, "rescore")], []
    with asked_of(params, home) as (_, request):
        plans = plan_backfill(home.lake, request)
    sent = []
    for year in by_year(request.months):
        work = in_year(plans, year)
        files = sum(len(plan.files) for plan in work)
        first, last = str(year[0]), str(year[-1])
        part = params.model_copy(update={"start": first, "end": last})
        sent.append(
            _sent(part, files, plan_sha256(work)) if files else Submitted(first, last)
        )
    return sent, list(absences(request).values())


def _from_anywhere(params: BackfillParams, home: Home) -> BackfillParams:
    """The same with absolute paths: the worker runs in another folder."""
    source = params.source
    layers = {name: _whole(file) for name, file in params.boundary_layers.items()}
    given = {
        "home": home.address,
        "source": source and (source if "://" in source else _whole(source)),
        "boundary": params.boundary and params.boundary.resolve(),
        "basemap": params.basemap and params.basemap.resolve(),
        "boundary_layers": layers,
        "landmarks": params.landmarks and _whole(params.landmarks),
    }
    return params.model_copy(update=given)


def _whole(path: str) -> str:
    return str(Path(path).resolve())


def _sent(part: BackfillParams, files: int, work: str) -> Submitted:
    given = part.model_dump(mode="json", exclude_defaults=True)
    key = sha256(f"{version('hexbeat')} {given} {work}".encode()).hexdigest()
    try:
        run = cast(
            "FlowRun",
            run_deployment(
                DEPLOYMENT,
                parameters={"params": given},
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
    if run.state and run.state.is_final():  # but the work is not done
        _again(run)
        state = "scheduled again"
    page = (
        f"{os.environ['PREFECT_API_URL'].removesuffix('/api')}/runs/flow-run/{run.id}"
    )
    return Submitted(part.start, part.end, files, run.name, state, page)


def _again(run: FlowRun) -> None:
    with get_client(sync_client=True) as client:
        retry: Any = AwaitingRetry(message="sent again")
        client.set_flow_run_state(run.id, retry, force=True)
