"""The publish flow: one publication of every force in the lake."""

from typing import Any

from prefect import State, flow
from prefect.artifacts import create_link_artifact

from flows.events import tell_published
from flows.params import PublishParams
from flows.reports import coverage_artifact, map_link
from flows.stages import as_of_month, final, gather, home_of
from flows.summary import Summary
from flows.tasks import publish_all
from transforms.holds import HELD


_LOOK = "accept its months or set them aside in hexbeat.toml ([[coverage]])"


@flow(name="publish", flow_run_name="publish {params.when}")
def publish(params: PublishParams) -> State[dict[str, Any]]:
    """Publish the scores as they stand."""
    home = home_of(params.home)
    as_of = str(as_of_month(home, params.as_of))
    summary = Summary("publish", asked=["publication"], facts={"as_of": as_of})
    task = publish_all.submit(
        home.address, as_of, params.method, params.public, params.layers
    )
    for account in gather(summary, {"publication": task}):
        if "run_id" in account:
            summary.changed = account["created"] or account["public_created"]
            summary.facts |= account
            if account["created"]:
                tell_published(account["run_id"], account["folder"])
            summary.asked += account["scored"]
            for force, why in account["forces_failed"].items():
                mend = f"; {_LOOK}" if why.startswith(HELD) else ""
                summary.failed[force] = f"{force}: {why}{mend}"
            summary.notes += account["notes"]
            for line in account["public_refused"]:
                summary.failed["public tier"] = f"the public tier is refused: {line}"
            if why := account["withdrawn"]:
                summary.notes.append(f"{account['run_id']} is withdrawn: {why}")
            summary.notes += [
                f"{force}: no score, {why}"
                for force, why in account["unscored"].items()
                if force not in account["forces_failed"]
            ]
            create_link_artifact(
                description="The map of this publication",
                key="publication",
                link=map_link(account["folder"]),
            )
    coverage_artifact(home)
    return final(summary)
