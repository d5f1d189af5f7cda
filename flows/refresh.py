"""The refresh flow: what is missing is ingested, scored and published."""

from typing import Any

from prefect import State, flow

from flows.ingest import ingest
from flows.params import IngestParams, RefreshParams, ScoreParams
from flows.publish import publish
from flows.reports import summary_artifact
from flows.score import score
from flows.stages import account_of, final
from flows.summary import Summary


@flow(name="refresh", flow_run_name="refresh {params.span}")
def refresh(params: RefreshParams) -> State[dict[str, Any]]:
    """Ingest, score, publish: nothing is done that is done already."""
    given = params.model_dump()
    ingesting = IngestParams(**{k: given[k] for k in IngestParams.model_fields})
    scoring = ScoreParams(**{k: given[k] for k in ScoreParams.model_fields})
    whole = Summary("refresh")
    for stage, stage_params in (
        (ingest, ingesting),
        (score, scoring),
        (publish, scoring),
    ):
        whole.add(account_of(stage, stage_params))
        if whole.outcome == "failed":
            break
    summary_artifact(whole)
    return final(whole)
