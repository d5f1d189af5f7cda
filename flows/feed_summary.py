"""What was done for a feed: by a flow, or by a command that found nothing to do.

No Prefect here: a command that finds nothing to do needs no flow, and no server.
"""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from flows.summary import Summary, counted
from transforms.day_publications.run import DayRun
from transforms.records.doubt import TO_DO, Doubt
from transforms.records.homes import ForceHome
from transforms.records.pulled import Pulled
from transforms.records.reread import Reread


def pull_account(home: ForceHome, done: Pulled) -> dict[str, Any]:
    """A pull as plain values: counts and names of drops, never a row."""
    return {
        "force": home.force,
        "landed": bool(home.lake.files("drops", home.force)),
        "drops": done.drops,
        "unchanged": done.unchanged,
        "nothing_new": done.nothing_new,
        "growing": done.growing,
        **done.counts,
        "quarantined_by_rule": dict(done.broken.most_common()),
        "open_ends": done.open_ends,
        "nowhere": done.nowhere,
        "reread": _counts(done.reread),
        "rejected": done.rejected | done.reread.kept,
        "still_refused": done.still_refused,
        "still_in_doubt": done.still_in_doubt,
        "doubts": _in_words(done.doubts),
        "removed": asdict(done.removed),
        "withheld": done.withheld,
        "mapping_changed": done.mapping_changed,
        "went_back": done.went_back,
        "changed": done.changed,
    }


def reread_account(home: ForceHome, done: Reread) -> dict[str, Any]:
    """What came back of stored drops, as plain values."""
    return {
        "force": home.force,
        "landed": True,
        "reread": _counts(done),
        "rejected": done.kept,
        "doubts": _in_words(done.doubts),
        "withheld": done.withheld,
        "changed": bool(done.records),
    }


def _counts(done: Reread) -> dict[str, int]:
    counts = {"records": done.records, "quarantined": done.quarantined}
    return {"drops": len(done.names), **counts}


def _in_words(doubts: Iterable[Doubt]) -> dict[str, str]:
    return {doubt.drop: f"{doubt.in_words}. {TO_DO}" for doubt in doubts}


def add_reread(summary: Summary, account: dict[str, Any]) -> None:
    """Take the account of drops read again into the summary."""
    summary.changed = account["changed"]
    summary.facts |= {k: v for k, v in account.items() if k != "failed"}
    summary.facts["nothing"] = "Nothing to do: no row came back."


def add_pull(summary: Summary, account: dict[str, Any]) -> None:
    """Take a pull's account into the summary."""
    summary.changed = account["changed"]
    summary.facts |= {k: v for k, v in account.items() if k != "failed"}
    summary.facts["nothing"] = "Nothing to do: every drop is already stored."
    if empty := account["nothing_new"]:
        drops = counted(empty, "drop", "drops")
        summary.notes.append(f"nothing new in {drops}, as the mapping allows")
    if growing := account["growing"]:
        drops = counted(growing, "drop is", "drops are")
        summary.notes.append(f"{drops} still growing: the next pull looks again")
    for number, what in (
        (account["still_refused"], "refused"),
        (account["still_in_doubt"], "in doubt (publications are withheld)"),
    ):
        drops = counted(number, "drop is", "drops are")
        if number:
            summary.notes.append(f"{drops} still {what}: see hexbeat feed status")
    if ends := account["open_ends"]:
        rows = counted(ends, "row ends after it was", "rows end after they were")
        summary.notes.append(f"{rows} received: such an end counts as unknown")
    for name in account["nowhere"]:
        summary.failed[name] = (
            f"{name}: ingested, but none of its places are in England or Wales:"
            " check crs and the columns in the mapping"
        )
    if account["mapping_changed"]:
        summary.notes.append(
            "the mapping has changed since the last drop was ingested; what was"
            " accepted stays as it was read"
        )
    if account["went_back"]:
        summary.notes.append(
            "the newest watermark is lower than before: its row is gone, or the"
            " database was set back; all was asked for again, and nothing is lost"
        )
    if retired := account["removed"]["publications"]:
        gone = counted(retired, "publication was", "publications were")
        summary.notes.append(
            f"{gone} retired: made from records that are erased or past their"
            " retention, or by an older hexbeat"
        )
    if retired := account["removed"]["sheets"]:
        summary.notes.append(
            f"{counted(retired, 'sheet was', 'sheets were')} retired: profiles, plans,"
            " packs, reports, looks or analyses of such records"
        )


def score_account(force: str, done: DayRun, left_out: dict[str, str]) -> dict[str, Any]:
    """A day that was scored, as plain values."""
    return {
        "force": force,
        "as_of": str(done.as_of),
        "scored": done.scored,
        "rows": done.rows,
        "run_id": done.run_id,
        "folder": str(done.folder.resolve()),  # whole, wherever the command began
        "created": done.created,
        "left_out": left_out,
        "withdrawn": done.withdrawn,
        "not_scored": done.not_scored,
        "layer_gaps": dict(done.layer_gaps),
        "newer_not_whole": [str(newer) for newer in done.newer_not_whole],
        "not_whole_is_news": done.not_whole_is_news,
        "backtested": [each.as_account() for each in done.backtested],
    }


def add_score(summary: Summary, account: dict[str, Any]) -> None:
    """Take a scored day's account into the summary."""
    summary.changed = account["scored"] or account["created"]
    summary.facts |= account
    if why := account["withdrawn"]:
        summary.notes.append(f"{account['run_id']} is withdrawn: {why}")
    if groups := account["not_scored"]:
        summary.notes.append(
            f"not scored, since no incident of them was sent: {', '.join(groups)}"
        )
    for name, why in account["layer_gaps"].items():
        summary.failed[name] = f"{name}: {why}"
    if days := account["newer_not_whole"]:
        number = f"{len(days)} newer days are" if len(days) > 1 else "1 newer day is"
        said = (
            f"{account['force']}: scored at {account['as_of']}, because {number}"
            f" partial or missing, the newest {days[-1]}. That ends when their"
            " records come, or hexbeat.toml says under [[feed.days]] how they count"
        )
        if account["not_whole_is_news"]:
            summary.failed[account["force"]] = said
        else:
            summary.notes.append(said)


def summary_of_nothing(
    home: ForceHome, pulled: Pulled, scored: DayRun | None = None
) -> dict[str, Any]:
    """The account of a command that found nothing to do, as its flow's."""
    pull = Summary(stage="pull", asked=[home.force])
    add_pull(pull, pull_account(home, pulled))
    stages = [pull]
    if scored:
        stages.append(score := Summary(stage="score-day", asked=[home.force]))
        add_score(score, score_account(home.force, scored, {}))
    whole = Summary(stage="force-feed", asked=[home.force])
    for stage in stages:
        whole.add(stage.as_json())
    return whole.as_json()
