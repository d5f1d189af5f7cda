"""The refresh flow: what is missing is ingested, scored and published."""

from typing import Any

from prefect import State, flow

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
from flows.score import score
from flows.stages import Stage, carry_out, home_of
from flows.summary import Summary


@flow(name="refresh", flow_run_name="refresh {params.span}")
def refresh(params: RefreshParams) -> State[dict[str, Any]]:
    """Ingest, score, publish: nothing is done that is done already."""
    return carry_out(Summary("refresh"), home_of(params.home), stages(params))


def stages(params: RefreshParams) -> list[Stage]:
    """The stages of a whole run, in order, each with its own part of the parameters."""
    given = params.model_dump()
    found: list[Stage] = [
        (flow, model(**{name: given[name] for name in model.model_fields}))
        for flow, model in (
            (ingest, IngestParams),
            (score, ScoreParams),
            (publish, PublishParams),
        )
    ]
    if params.backtest:
        found.insert(
            2, (backtest, BacktestParams.model_validate({"home": params.home}))
        )
    return found
