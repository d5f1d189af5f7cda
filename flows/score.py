"""The score flow: every force in the lake, at the newest as-of months."""

from typing import Any

from prefect import State, flow

from flows.month_summary import add_scored
from flows.params import ScoreParams
from flows.plain_logs import plain_faults
from flows.run_stages import VERSION, final, gather, home_of
from flows.summary import Summary
from flows.task_runner import parallel
from flows.tasks import score_one
from transforms.incidents.lake_check import stored_forces
from transforms.scores.score_months import as_of_month


@flow(
    name="score",
    flow_run_name="score {params.when}",
    task_runner=parallel(),
    version=VERSION,
)
@plain_faults
def score(params: ScoreParams) -> State[dict[str, Any]]:
    """Bring all scores up to date with the lake."""
    home = home_of(params.home)
    as_of = str(as_of_month(home.lake, home.registry, params.as_of))
    forces = [force.id for force in stored_forces(home.lake, home.registry)]
    summary = Summary(stage="score", asked=forces, facts={"as_of": as_of})
    given = as_of, params.method, params.rescore
    accounts = gather(
        summary, {f: score_one.submit(home.address, f, *given) for f in forces}
    )
    add_scored(summary, accounts)
    return final(summary)
