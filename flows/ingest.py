"""The ingest flow: bring what is missing into the lake, force by force."""

from typing import Any

from prefect import State, flow

from flows.artifacts import quarantine_artifact, table_artifact
from flows.events import emit_landed
from flows.month_summary import add_ingested, note_request
from flows.params import IngestParams
from flows.plain_logs import plain_faults
from flows.run_stages import VERSION, final, gather, home_of
from flows.sources import asked_of
from flows.summary import Summary
from flows.task_runner import parallel
from flows.tasks import Whole, ingest_one
from transforms.errors import SourceError
from transforms.feeds.police_uk import street
from transforms.homes.home import Home
from transforms.incidents.lake_check import stored_forces


@flow(
    name="ingest",
    flow_run_name="ingest {params.span}",
    task_runner=parallel(),
    version=VERSION,
)
@plain_faults
def ingest(params: IngestParams) -> State[dict[str, Any]]:
    """Bring the lake up to date with a source of releases.

    Files that are stored are not read again. A source that cannot be reached is a gap:
    what is stored stays, and the next run goes on.
    """
    home = home_of(params.home)
    summary = Summary(stage="ingest")
    try:
        accounts = _accounts(summary, params, home)
    except SourceError as error:
        _note_unreached(summary, params, home, error)
        return final(summary)
    for account in accounts:
        months = account.get("feeds", {}).get(street.NAME, {}).get("landed", [])
        emit_landed(account["force"], months)
    add_ingested(summary, accounts)
    if summary.changed:  # otherwise what the run before it read stays to be seen
        _show(accounts)
    return final(summary)


def _accounts(
    summary: Summary, params: IngestParams, home: Home
) -> list[dict[str, Any]]:
    """The accounts of all requested forces; what the source lacks is noted."""
    with asked_of(params, home) as (ready, request):
        forces = [force.id for force in request.forces]
        note_request(summary, ready, request)
        whole = Whole(request)
        futures = {f: ingest_one.submit(home.address, f, whole) for f in forces}
        return gather(summary, futures)


def _note_unreached(
    summary: Summary, params: IngestParams, home: Home, error: SourceError
) -> None:
    """A gap if the requested forces are stored, so that there is something to score."""
    stored = [force.id for force in stored_forces(home.lake, home.registry)]
    summary.asked = list(params.forces or stored)
    summary.lost = [force for force in summary.asked if force not in stored]
    summary.failed["source"] = str(error)


def _show(accounts: list[dict[str, Any]]) -> None:
    """The artifacts: what was read, quarantined and revised, by force."""
    revised = [row for a in accounts for row in a.get("revised", [])]
    if revised:
        table_artifact(
            key="revisions",
            table=sorted(revised, key=lambda row: (row["force"], row["month"])),
            description="Months that a newer release revised",
        )
    accounts.sort(key=lambda account: account["force"])
    table_artifact(
        key="ingest",
        table=[_in_numbers(account) for account in accounts],
        description="Files and rows by force",
    )
    quarantine_artifact(accounts)


def _in_numbers(account: dict[str, Any]) -> dict[str, Any]:
    """The account as a row of a table, with texts and numbers only."""
    return {
        name: value
        for name, value in account.items()
        if isinstance(value, (str, int)) and not isinstance(value, bool)
    }
