"""The backfill flow: complete a range of months, or plan what that needs."""

from typing import Any

from prefect import State, flow

from flows.artifacts import table_artifact
from flows.params import BackfillParams
from flows.plain_logs import plain_faults
from flows.refresh import stages
from flows.run_stages import INGEST, VERSION, carry_out, final, home_of
from flows.sources import asked_of
from flows.summary import Summary
from transforms.incidents.backfill_plan import absences, plan_backfill


@flow(name="backfill", flow_run_name="backfill {params.span}", version=VERSION)
@plain_faults
def backfill(params: BackfillParams) -> State[dict[str, Any]]:
    """Do what is missing or revised in the range; nothing is done twice."""
    if params.dry_run:
        return final(_planned(params))
    if params.rescore_only:
        given = {"rescore": True, "as_of": params.as_of or params.end}
        again = params.model_copy(update=given)
        wanted = [stage for stage in stages(again) if stage[0].name != INGEST]
    else:
        wanted = stages(params)
    return carry_out(Summary(stage="backfill"), home_of(params.home), wanted)


def _planned(params: BackfillParams) -> Summary:
    home = home_of(params.home)
    with asked_of(params, home) as (_, request):
        rows = [plan.row for plan in plan_backfill(home.lake, request)]
    failed = absences(request)
    table_artifact(
        key="backfill-plan", table=rows, description=f"What {params.span} needs"
    )
    asked = [*(str(row["force"]) for row in rows), *failed]
    return Summary(stage="backfill", asked=asked, failed=failed, lost=list(failed))
