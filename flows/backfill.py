"""The backfill flow: a range made whole, or a plan of what that would take."""

from typing import Any

from prefect import State, flow
from prefect.artifacts import create_table_artifact

from flows.asking import asked_of
from flows.params import BackfillParams
from flows.refresh import stages
from flows.stages import INGEST, carry_out, final, home_of
from flows.summary import Summary
from transforms.backfill import absences, plan_backfill


@flow(name="backfill", flow_run_name="backfill {params.span}")
def backfill(params: BackfillParams) -> State[dict[str, Any]]:
    """Do what is missing or revised in the range: nothing that is done already."""
    if params.dry_run:
        return final(_planned(params))
    if params.rescore_only:
        given = {"rescore": True, "as_of": params.as_of or params.end}
        anew = params.model_copy(update=given)
        wanted = [stage for stage in stages(anew) if stage[0].name != INGEST]
    else:
        wanted = stages(params)
    return carry_out(Summary("backfill"), home_of(params.home), wanted)


def _planned(params: BackfillParams) -> Summary:
    home = home_of(params.home)
    with asked_of(params, home) as (_, request):
        rows = [plan.row for plan in plan_backfill(home.lake, request)]
    failed = absences(request)
    create_table_artifact(
        key="backfill-plan", table=rows, description=f"What {params.span} would take"
    )
    asked = [*(str(row["force"]) for row in rows), *failed]
    return Summary("backfill", asked, failed, list(failed))
