"""The backfill flow: a range made whole, or a plan of what that would take."""

from typing import Any

from prefect import State, flow
from prefect.artifacts import create_table_artifact

from flows.asking import asked_of
from flows.params import BackfillParams
from flows.refresh import stages
from flows.stages import INGEST, carry_out, final, home_of
from flows.summary import Summary
from transforms.backfill import plan_backfill


@flow(name="backfill", flow_run_name="backfill {params.span}")
def backfill(params: BackfillParams) -> State[dict[str, Any]]:
    """Do what is missing or revised in the range: nothing that is done already."""
    if params.dry_run:
        return final(_planned(params))
    wanted = stages(params)
    if params.rescore_only:
        anew = params.model_copy(update={"rescore": True})
        wanted = [stage for stage in stages(anew) if stage[0].name != INGEST]
    return carry_out(Summary("backfill"), home_of(params.home), wanted)


def _planned(params: BackfillParams) -> Summary:
    home = home_of(params.home)
    with asked_of(params, home) as (_, request):
        rows = [plan.row for plan in plan_backfill(home.lake, request)]
    create_table_artifact(
        key="backfill-plan", table=rows, description=f"What {params.span} would take"
    )
    return Summary("backfill", asked=[str(row["force"]) for row in rows])
