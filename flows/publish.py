"""The publish flow: one publication of every force in the lake."""

from collections.abc import Sequence
from typing import Any

from prefect import State, flow

from flows import progress
from flows.artifacts import coverage_artifact, publication_artifact
from flows.events import emit_published
from flows.month_summary import add_publication
from flows.params import PublishParams
from flows.plain_logs import plain_faults
from flows.publish_tasks import (
    freeze_forecasts,
    judge_forecasts,
    publish_edition,
    publish_public_tier,
)
from flows.run_stages import VERSION, final, home_of, place, step
from flows.summary import Summary
from flows.task_runner import parallel
from transforms.homes.disclosure_settings import OPERATOR_FIELDS
from transforms.scores.score_months import as_of_month


_STEPS = ("judge", "publication", "freeze", "public tier")


@flow(
    name="publish",
    flow_run_name="publish {params.when}",
    task_runner=parallel(for_stages=True),
    version=VERSION,
)
@plain_faults
def publish(params: PublishParams) -> State[dict[str, Any]]:
    """Judge older forecasts, publish the current scores, and freeze the new forecasts.

    What fails after the publication is out is a gap, which the next run closes.
    """
    home = home_of(params.home)
    as_of = str(as_of_month(home.lake, home.registry, params.as_of))
    summary = Summary(stage="publish", asked=["publication"], facts={"as_of": as_of})
    judge, publication, freeze, public = _STEPS
    progress.start("publish", len(_STEPS) if params.public else len(_STEPS) - 1)
    given = as_of, params.method, params.layers, place()
    judged = step(summary, judge, judge_forecasts, home.address)
    if not judged:
        summary.lost.append("publication")
    else:
        summary.facts["forecasts_judged"] = judged["forecasts_judged"]
        summary.notes += judged["notes"]
        account = step(summary, publication, publish_edition, home.address, *given)
        if account:
            edition = account.pop("edition")
            _note_publication(summary, account)
            summary.facts |= step(
                summary, freeze, freeze_forecasts, home.address, edition
            )
            if params.public:
                tier = step(summary, public, publish_public_tier, home.address, edition)
                _note_public_tier(summary, tier)
    coverage_artifact(home)
    return final(summary)


def _note_publication(summary: Summary, account: dict[str, Any]) -> None:
    add_publication(summary, account)
    if account["created"]:
        emit_published(account["run_id"], account["folder"])
    publication_artifact(account["run_id"], account["folder"])


def _note_public_tier(summary: Summary, account: dict[str, Any]) -> None:
    summary.facts |= account
    summary.changed |= account.get("public_created", False)
    for line in account.get("public_refused", ()):
        summary.failed["public tier"] = f"the public tier is refused: {line}"
    for line in account.get("public_withheld", ()):
        summary.failed[f"public tier, {line.partition(':')[0]}"] = line
    if missing := account.get("public_unanswered"):
        summary.failed["transparency record"] = _unanswered(missing)


def _unanswered(missing: Sequence[str]) -> str:
    """A line about the answers that the published record lacks."""
    return (
        f"the transparency record lacks {len(missing)} of the force's"
        f" {len(OPERATOR_FIELDS)} answers ({', '.join(missing)}): write them under"
        " [transparency] in hexbeat.toml; the next publication has them"
    )
