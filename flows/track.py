"""The track flow: how programmes did, in the time since they started."""

from typing import Any

from prefect import State, flow

from flows.artifacts import ends_of, look_artifacts
from flows.events import emit_look
from flows.params import TrackParams
from flows.plain_logs import plain_faults
from flows.programme_tasks import track_one
from flows.run_stages import VERSION, either_home_of, final, gather
from flows.summary import Summary
from flows.task_runner import parallel
from transforms.impact.due import due
from transforms.programmes.programme import open_programme


@flow(
    name="track",
    flow_run_name="track {params.which}",
    task_runner=parallel(),
    version=VERSION,
)
@plain_faults
def track(params: TrackParams) -> State[dict[str, Any]]:
    """Look at those programmes; default: at each that has a new month, or week.

    A programme that could not be tracked is a gap: the next run tries again.
    """
    home = either_home_of(params.home)
    known = [open_programme(home, name).id for name in params.programmes]
    window = params.window_weeks if home.feed else params.window_months
    names = known or due(home, window)
    summary = Summary(stage="track", asked=names)
    given = params.to, window
    looks = gather(
        summary, {n: track_one.submit(home.address, n, *given) for n in names}
    )
    looks = sorted((one for one in looks if "look" in one), key=_name)
    summary.changed = any(look["created"] for look in looks)
    summary.facts["looks"] = looks
    for look in looks:
        look_artifacts(look)
        if look["created"]:
            emit_look(look["programme"], look["look"], *ends_of(look))
        if not look["can_tell"]:
            summary.notes.append(f"{look['programme']}: {look['headline']}")
    summary.facts["nothing"] = (
        "Nothing to track: no started programme has a new"
        f" {'week' if home.feed else 'month'}."
    )
    unattended = summary.failed and not params.programmes
    return final(summary, "gaps" if unattended else None)


def _name(look: dict[str, Any]) -> str:
    return str(look["programme"])
