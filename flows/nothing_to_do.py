"""What a command for the public feed finds where all is done, without a flow.

A flow needs Prefect and its server, most of what such a command costs, to record that
nothing happened. So the command looks first, by the code that the flow decides by. It
answers only where the answer is sure: whatever is to be done is the flow's. Gaps that
no run can close, such as a force whose month is late or that has a hold, are reported
as the flow reports them. No Prefect here.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from flows.month_summary import (
    add_ingested,
    add_publication,
    add_scored,
    ingest_account,
    ingest_counts,
    note_request,
    publication_account,
)
from flows.params import IngestParams, PublishParams, RefreshParams, ScoreParams
from flows.settings import Settings
from flows.sources import asked_of
from flows.summary import Summary
from transforms.homes.home import Home, open_home
from transforms.incidents.ingest import Ingested, is_ingested
from transforms.incidents.lake_check import stored_forces
from transforms.incidents.request import source_named
from transforms.lake.storage import is_remote
from transforms.programmes.register import started
from transforms.scores.methods import METHODS
from transforms.scores.score_months import as_of_month, standing_scores


def account_of_nothing(
    flow: str, params: BaseModel, home: Home
) -> dict[str, Any] | None:
    """The account of a flow that would do nothing; None where it may do something.

    A home or a source on another machine is left to the flow: it would be asked twice.
    """
    if flow not in _LOOKS or is_remote(home.root):
        return None
    home = open_home(home.address)  # its whole path, as a task has it
    try:
        before = home.lake.versions()
        summary = _LOOKS[flow](params, home)
        stands = home.lake.versions() == before
    except Exception:  # the flow meets it, too, and has its record
        return None
    return summary.as_json() if summary and stands and _is_sure(summary) else None


def _is_sure(summary: Summary) -> bool:
    """Whether a stage changed nothing, and the stages after it would be run."""
    return not summary.changed and summary.outcome != "failed"


def _ingest(params: IngestParams, home: Home) -> Summary | None:
    source = source_named(params.source or Settings().source)
    if params.refetch or not isinstance(source, Path):
        return None
    summary, accounts = Summary(stage="ingest"), []
    with asked_of(params, home) as (ready, request):
        note_request(summary, ready, request)
        for force in request.forces:
            given = force, request.members, request.months
            if not all(is_ingested(home.lake, feed, *given) for feed in request.feeds):
                return None
            nothing = ingest_counts(Ingested(force.id, [], 0))
            by_feed = {feed.NAME: nothing for feed in request.feeds}
            accounts.append(ingest_account(home.lake, force.id, by_feed, []))
    add_ingested(summary, accounts)
    return summary


def _score(params: ScoreParams, home: Home) -> Summary | None:
    if params.rescore:
        return None
    as_of = as_of_month(home.lake, home.registry, params.as_of)
    forces = stored_forces(home.lake, home.registry)
    asked, facts = [force.id for force in forces], {"as_of": str(as_of)}
    summary, accounts = Summary(stage="score", asked=asked, facts=facts), []
    for force in forces:
        given = as_of, METHODS[params.method], home.scoring_of(force.id)
        scored = standing_scores(home.lake, force, *given)
        if scored is None:
            return None
        accounts.append(vars(scored))
    add_scored(summary, accounts)
    return summary


def _publish(params: PublishParams, home: Home) -> Summary | None:
    # Imported here: an ingest needs no library of publications.
    from transforms.publications.layers import read_layers
    from transforms.publications.standing import standing_publication

    if params.public:
        return None
    as_of = as_of_month(home.lake, home.registry, params.as_of)
    facts: dict[str, Any] = {"as_of": str(as_of), "forecasts_judged": 0}
    summary = Summary(stage="publish", asked=["publication"], facts=facts)
    given = METHODS[params.method], read_layers(params.layers)
    published = standing_publication(home, as_of, *given)
    if published is None:
        return None
    add_publication(summary, publication_account(published, {}))
    summary.facts["forecasts_frozen"] = []
    return summary


def _refresh(params: RefreshParams, home: Home) -> Summary | None:
    if params.backtest or started(home):  # a programme may have to be looked at
        return None
    whole = Summary(stage="refresh")
    for look in (_ingest, _score, _publish):
        summary = look(params, home)
        if summary is None or not _is_sure(summary):
            return None
        whole.add(summary.as_json())
    return whole


_LOOKS: Mapping[str, Callable[[Any, Home], Summary | None]] = {
    "ingest": _ingest,
    "score": _score,
    "publish": _publish,
    "refresh": _refresh,
}
