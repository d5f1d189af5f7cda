"""What was done for the public feed: by a flow, or by a command with nothing to do.

No Prefect here: a command that finds nothing to do needs no flow, and no server.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.summary import Summary
from transforms.feeds.archive.remote import Archive
from transforms.feeds.police_uk import street
from transforms.incidents.ingest import Ingested
from transforms.incidents.request import Request, freshness
from transforms.lake.lake import Lake


if TYPE_CHECKING:
    from transforms.publications.publish import Published

Account = dict[str, Any]
_LOOK = "accept its months or set them aside in hexbeat.toml ([[coverage]])"
_ROWS = ("rows_in", "rows_accepted", "rows_quarantined", "rows_located")


def note_request(summary: Summary, source: Path | Archive, request: Request) -> None:
    """Take into the summary what is asked of a source, and what the source lacks."""
    summary.asked = [*(force.id for force in request.forces), *request.absent]
    summary.failed.update(request.absent)
    summary.lost += request.absent
    summary.failed |= {f"source {n}": why for n, why in enumerate(request.broken, 1)}
    for force, why in request.passed_over.items():
        summary.notes.append(f"{force}: passed over, {why}")
    if request.not_there:
        names = ", ".join(request.not_there)
        summary.notes.append(f"no street file in this source and range: {names}")
    if line := freshness(source, request):
        summary.notes.append(line)
    summary.facts["months"] = [str(request.months[0]), str(request.months[-1])]


def ingest_counts(done: Ingested) -> Account:
    """What the ingest of one feed of a force did, in numbers."""
    return {
        "files": len(done.files),
        "landed": sorted({f.entry.month for f in done.files if f.accepted}),
        "noted": done.months_noted,
        **{count: done.total(count) for count in _ROWS},
        "quarantined_by_rule": dict(done.broken),
    }


def ingest_account(
    lake: Lake, force: str, by_feed: Mapping[str, Account], revised: Sequence[Account]
) -> Account:
    """The ingest of a force, of all its feeds.

    Its own counts are of incidents: rows of companions are not crimes.
    """
    return {
        "force": force,
        "landed": bool(lake.files("incidents", force)),
        **by_feed.get(street.NAME, {}),
        "feeds": dict(by_feed),
        "revised": list(revised),
    }


def add_ingested(summary: Summary, accounts: Sequence[Account]) -> None:
    """Take the ingests of all forces into the summary."""
    by_feed = [counts for a in accounts for counts in a.get("feeds", {}).items()]
    summary.changed = any(c["files"] or c["noted"] for _, c in by_feed)
    for count in ("files", *_ROWS):
        summary.facts[count] = sum(a.get(count, 0) for a in accounts)
    summary.facts["rows_by_feed"] = {
        feed: sum(c["rows_in"] for name, c in by_feed if name == feed)
        for feed in dict(by_feed)
    }


def add_scored(summary: Summary, accounts: Sequence[Account]) -> None:
    """Take the scores of all forces into the summary."""
    summary.changed = any(a.get("as_ofs") for a in accounts)
    summary.facts["rows"] = sum(a.get("rows", 0) for a in accounts)
    summary.facts["as_ofs_scored"] = sum(len(a.get("as_ofs", [])) for a in accounts)
    summary.facts["as_ofs_unchanged"] = sum(a.get("unchanged", 0) for a in accounts)
    summary.facts["forces_scored"] = sum(
        "as_ofs" in a and not a["unscored"] for a in accounts
    )
    summary.notes += [
        f"{a['force']}: no score, {a['unscored']}"
        for a in sorted(accounts, key=lambda a: a["force"])
        if a.get("unscored")
    ]


def publication_account(done: "Published", left_out: Mapping[str, str]) -> Account:
    """A publication as plain values; `left_out`: why each file is missing."""
    return {
        "run_id": done.run_id,
        "folder": str(done.folder),
        "created": done.created,
        "left_out": dict(left_out),
        "layer_gaps": dict(done.layer_gaps),
        "latest": done.pointed,
        "withdrawn": done.withdrawn,
        "scored": list(done.scored),
        "unscored": dict(done.unscored),
        "forces_failed": dict(done.failed),
        "forces_withheld": list(done.withheld),
    }


def add_publication(summary: Summary, account: Account) -> None:
    """Take a publication into the summary."""
    summary.changed = account["created"]
    summary.facts |= account | {"public_created": False}
    summary.asked += account["scored"]
    for force, why in account["forces_failed"].items():
        fix = f"; {_LOOK}" if force in account["forces_withheld"] else ""
        summary.failed[force] = f"{force}: {why}{fix}"
    summary.failed |= unwritten(account["left_out"])
    for name, why in account["layer_gaps"].items():
        summary.failed[name] = f"{name}: {why}"
    if why := account["withdrawn"]:
        summary.notes.append(f"{account['run_id']} is withdrawn: {why}")
    summary.notes += [
        f"{force}: no score, {why}"
        for force, why in account["unscored"].items()
        if force not in account["forces_failed"]
    ]


def unwritten(left_out: Mapping[str, str]) -> dict[str, str]:
    """A line for each file that could not be written, with the kind of its error."""
    more = "the run's log says why, and the next publish tries again"
    return {
        name: f"{name}: could not be written ({kind}); {more}"
        for name, kind in left_out.items()
    }
