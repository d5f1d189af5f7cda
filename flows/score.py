"""The score flow: every force in the lake, at the newest as-of months."""

from typing import Any

from prefect import State, flow

from flows.params import ScoreParams
from flows.plain_logs import plain_faults
from flows.run_stages import VERSION, as_of_month, final, gather, home_of
from flows.summary import Summary
from flows.task_runner import parallel
from flows.tasks import score_one
from transforms.incidents.lake_check import stored_forces


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
    as_of = str(as_of_month(home, params.as_of))
    forces = [force.id for force in stored_forces(home.lake, home.registry)]
    summary = Summary(stage="score", asked=forces, facts={"as_of": as_of})
    given = as_of, params.method, params.rescore
    accounts = gather(
        summary, {f: score_one.submit(home.address, f, *given) for f in forces}
    )
    summary.changed = any(a.get("as_ofs") for a in accounts)
    summary.facts["rows"] = sum(a.get("rows", 0) for a in accounts)
    summary.facts["as_ofs_scored"] = sum(len(a.get("as_ofs", [])) for a in accounts)
    summary.facts["as_ofs_unchanged"] = sum(a.get("unchanged", 0) for a in accounts)
    summary.facts["forces_scored"] = sum(
        "as_ofs" in a and not a["unscored"] for a in accounts
    )
    summary.notes += [
        f"{a['force']}: no score, {a['unscored']}"
        for a in sorted(accounts, key=lambda a: a["force"])
        if a.get("unscored")
    ]
    return final(summary)
