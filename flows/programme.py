"""The programme flow: places frozen with their forecast."""

from typing import Any

from prefect import State, flow

from flows import progress
from flows.events import emit_frozen
from flows.params import ProgrammeParams
from flows.plain_logs import plain_faults
from flows.programme_tasks import freeze_one
from flows.run_stages import VERSION, either_home_of, final, step
from flows.summary import Summary
from flows.tasks import Whole


@flow(name="programme", flow_run_name="freeze {params.name}", version=VERSION)
@plain_faults
def programme(params: ProgrammeParams) -> State[dict[str, Any]]:
    """Freeze the places of a programme; the same ones again change nothing."""
    home = either_home_of(params.home)
    summary = Summary(stage="programme", asked=[params.name])
    progress.start("programme", 1)
    name = params.name
    account = step(summary, name, freeze_one, home.address, name, Whole(params))
    if account:
        summary.changed = account["created"]
        summary.facts |= account
        if account["created"]:
            emit_frozen(account["programme"], params.force, account["places"])
        if fewer := account["asked"] - account["places"]:
            summary.notes.append(f"{fewer} places fewer than asked for")
    return final(summary)
