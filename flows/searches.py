"""The searches flow: stop and search beside hot spots, or a programme's places."""

from typing import Any

from prefect import State, flow

from flows.artifacts import searches_artifact
from flows.params import SearchesParams
from flows.plain_logs import plain_faults
from flows.programme_tasks import searches_beside_places, searches_beside_spots
from flows.run_stages import VERSION, final, gather, home_of
from flows.summary import Summary
from flows.task_runner import parallel
from transforms.scrutiny.beside import scored_forces


@flow(
    name="searches",
    flow_run_name="searches {params.which}",
    task_runner=parallel(),
    version=VERSION,
)
@plain_faults
def searches(params: SearchesParams) -> State[dict[str, Any]]:
    """Count those searches; default: of each force of the newest publication.

    A force without a stop and search file is a gap.
    """
    home = home_of(params.home)
    given = str(params.residents) if params.residents else None
    if params.programme:
        names = [params.programme]
        tasks = {
            name: searches_beside_places.submit(home.address, name, given)
            for name in names
        }
    else:
        names = params.forces or scored_forces(home, params.run)
        of_run = params.group, params.run, given
        tasks = {
            name: searches_beside_spots.submit(home.address, name, *of_run)
            for name in names
        }
    summary = Summary(stage="searches", asked=names)
    found = gather(summary, tasks)
    found = sorted((one for one in found if "rows" in one), key=_force)
    summary.changed = any(one.get("created") for one in found)
    summary.facts["searches"] = found
    if found:
        searches_artifact(found)
    return final(summary, "gaps" if found and summary.failed else None)


def _force(found: dict[str, Any]) -> str:
    return str(found["force"])
