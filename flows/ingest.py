"""The ingest flow: what is missing in the lake, force by force."""

from datetime import UTC, datetime
from typing import Any, cast

from prefect import State, flow
from prefect.artifacts import create_table_artifact
from prefect.utilities.annotations import quote

from flows.params import IngestParams
from flows.settings import Settings
from flows.stages import PARALLEL, final, gather, home_of
from flows.summary import Summary
from flows.tasks import ingest_one
from transforms.ledger import refuse_newer
from transforms.months import Month
from transforms.request import Request, freshness, opened, resolve, source_named


@flow(
    name="ingest",
    flow_run_name="ingest {params.span}",
    task_runner=PARALLEL,
)
def ingest(params: IngestParams) -> State[dict[str, Any]]:
    """Bring the lake up to date with a source of releases."""
    home = home_of(params.home)
    source = source_named(params.source or Settings().source)
    today = datetime.now(UTC)
    newest = Month(today.year, today.month)
    if params.until_release:
        refuse_newer(home.lake, params.until_release)
        newest = min(newest, Month.parse(params.until_release))
    with opened(source, home, newest, params.whole_zips) as ready:
        request = resolve(
            ready,
            home.registry,
            params.forces,
            params.all_forces,
            params.start,
            params.end,
            params.release,
            params.until_release,
        )
        asked = [force.id for force in request.forces]
        summary = Summary("ingest", asked=[*asked, *request.absent])
        summary.failed.update(request.absent)
        summary.lost += request.absent
        summary.failed |= {
            f"source {n}": why for n, why in enumerate(request.broken, 1)
        }
        summary.notes += _passed_over(request)
        if line := freshness(ready, request):
            summary.notes.append(line)
        # quoted: Prefect would otherwise look into every file of the source for futures
        unseen = cast("Request", quote(request))
        futures = {f: ingest_one.submit(home.root, f, unseen) for f in asked}
        accounts = gather(summary, futures)
    by_feed = [counts for a in accounts for counts in a.get("feeds", {}).items()]
    summary.changed = any(c["files"] or c["noted"] for _, c in by_feed)
    for count in (
        "files",
        "rows_in",
        "rows_accepted",
        "rows_quarantined",
        "rows_located",
    ):
        summary.facts[count] = sum(a.get(count, 0) for a in accounts)
    summary.facts["rows_by_feed"] = {
        feed: sum(c["rows_in"] for name, c in by_feed if name == feed)
        for feed in dict(by_feed)
    }
    summary.facts["months"] = [str(request.months[0]), str(request.months[-1])]
    revised = [row for a in accounts for row in a.get("revised", [])]
    if revised:
        create_table_artifact(
            key="revisions",
            table=sorted(revised, key=lambda row: (row["force"], row["month"])),
            description="Months that a newer release revised",
        )
    create_table_artifact(
        key="ingest",
        table=sorted(accounts, key=lambda a: a["force"]),
        description="Files and rows by force",
    )
    return final(summary)


def _passed_over(request: Request) -> list[str]:
    """What of the source is not asked for, and who has nothing in it."""
    notes = [f"{f}: passed over, {why}" for f, why in request.passed_over.items()]
    if request.not_there:
        names = ", ".join(request.not_there)
        notes.append(f"no street file in this source and range: {names}")
    return notes
