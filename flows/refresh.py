"""The refresh flow: ingest, score and publish what is missing."""

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
    TrackParams,
)
from flows.plain_logs import plain_faults
from flows.publish import publish
from flows.run_stages import VERSION, Stage, carry_out, home_of
from flows.score import score
from flows.summary import Summary
from flows.track import track
from transforms.programmes.register import started


@flow(name="refresh", flow_run_name="refresh {params.span}", version=VERSION)
@plain_faults
def refresh(params: RefreshParams) -> State[dict[str, Any]]:
    """Ingest, score, publish, track programmes; nothing is done twice."""
    home, chosen = home_of(params.home), stages(params)
    if started(home):
        chosen.append((track, TrackParams.model_validate({"home": params.home})))
    return carry_out(Summary(stage="refresh"), home, chosen)


def stages(params: RefreshParams) -> list[Stage]:
    """The stages of a whole run, in order, each with its own part of the parameters."""
    given = params.model_dump()
    chosen: list[Stage] = [
        (flow, model(**{name: given[name] for name in model.model_fields}))
        for flow, model in (
            (ingest, IngestParams),
            (score, ScoreParams),
            (publish, PublishParams),
        )
    ]
    if params.backtest:
        chosen.insert(
            2, (backtest, BacktestParams.model_validate({"home": params.home}))
        )
    return chosen
