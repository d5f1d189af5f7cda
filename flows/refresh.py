"""The refresh flow: what is missing is ingested, scored and published."""

from collections.abc import Callable
from typing import Any

from prefect import State, flow
from pydantic import BaseModel

from flows.backtest import backtest
from flows.ingest import ingest
from flows.params import (
    BacktestParams,
    IngestParams,
    PublishParams,
    RefreshParams,
    ScoreParams,
)
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
    publishing = PublishParams(**{k: given[k] for k in PublishParams.model_fields})
    stages: list[tuple[Callable[..., Any], BaseModel]] = [
        (ingest, ingesting),
        (score, scoring),
        (publish, publishing),
    ]
    if params.backtest:
        stages.insert(
            2, (backtest, BacktestParams.model_validate({"home": params.home}))
        )
    whole = Summary("refresh")
    for stage, stage_params in stages:
        whole.add(account_of(stage, stage_params))
        if whole.outcome == "failed":
            break
    summary_artifact(whole)
    return final(whole)
