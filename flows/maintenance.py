"""The maintenance flow: a home kept in order, and an account of what was removed."""

from typing import Any

from prefect import State, flow
from prefect.artifacts import create_table_artifact

from flows.params import MaintainParams
from flows.stages import final, gather, home_of
from flows.summary import Summary
from flows.tasks import maintain_home


@flow(name="maintenance", flow_run_name="maintenance {params.how}")
def maintenance(params: MaintainParams) -> State[dict[str, Any]]:
    """Retire old runs, remove what nothing needs, and sum up long logs."""
    home = home_of(params.home)
    summary = Summary("maintain", asked=["home"])
    task = maintain_home.submit(home.address, params.dry_run)
    for account in gather(summary, {"home": task}):
        if "removed" in account:
            summary.changed = account["changed"] and not params.dry_run
            summary.facts |= account | {"dry_run": params.dry_run}
            summary.facts["nothing"] = (
                "Dry run: nothing was removed."
                if account["changed"]
                else "Nothing to remove: everything is still needed."
            )
            summary.notes += account["notes"]
            create_table_artifact(
                key="maintenance",
                table=account["removed"],
                description=f"What {'would be' if params.dry_run else 'was'} removed",
            )
    return final(summary)
