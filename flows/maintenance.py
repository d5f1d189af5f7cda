"""The maintenance flow: tidy a home, and report what was removed."""

from typing import Any

from prefect import State, flow

from flows.artifacts import table_artifact
from flows.params import MaintainParams
from flows.plain_logs import plain_faults
from flows.run_stages import VERSION, final, gather
from flows.settings import Settings
from flows.summary import Summary
from flows.tasks import maintain_home
from transforms.homes.home import open_either_home


@flow(name="maintenance", flow_run_name="maintenance {params.how}", version=VERSION)
@plain_faults
def maintenance(params: MaintainParams) -> State[dict[str, Any]]:
    """Retire old runs, remove what nothing needs, and shorten long logs."""
    home = open_either_home(params.home or Settings().home)
    summary = Summary(stage="maintain", asked=["home"])
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
            table_artifact(
                key="maintenance",
                table=account["removed"],
                description=f"What {'would be' if params.dry_run else 'was'} removed",
            )
    return final(summary)
