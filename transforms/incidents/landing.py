"""Files on their way into the lake: read, written, and landed by one commit a table."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from itertools import chain, islice
from typing import Any

from transforms.checksums import damage
from transforms.coverage import Entry, Observed, as_table, merged
from transforms.crash_points import crash_point
from transforms.data_files import DataFile, read_files
from transforms.errors import FileRejectedError
from transforms.feeds import Feed
from transforms.feeds.members import Member, read_member
from transforms.forces import Force
from transforms.incidents import Sifted
from transforms.lake import Lake, NewFile
from transforms.ledger import Ledger, is_whole, partitions_of
from transforms.revisions import compare
from transforms.table_specs import TABLES


REVISION = ("rows_added", "rows_gone", "rows_moved", "rows_outcome_changed")
_LOOKED_BACK = 100  # versions: a run that was killed left few behind it


@dataclass(frozen=True)
class Landed:
    """One file that was read: its ledger entry and the data files written for it."""

    entry: Entry
    accepted: NewFile | None = None
    quarantine: NewFile | None = None
    broken: Counter[str] = field(default_factory=Counter)  # rows by rule


def land(
    lake: Lake,
    feed: Feed,
    force: Force,
    member: Member,
    received_at: datetime,
    held: Entry | None = None,
) -> Landed:
    """Read one file and write its rows; nothing of it counts before the commit.

    `held` is the ledger's entry of what it replaces.
    """
    entry = noted(feed, member, "supplied", received_at)
    try:
        sifted = feed.sift(read_member(member), member, force)
    except FileRejectedError as error:
        return Landed(replace(entry, observed="rejected", reason=str(error)))
    partition = {"force": force.id, "month": str(member.month)}
    held_back = sifted.quarantined
    revision = _revision(lake, feed, partition, sifted, held)
    return Landed(
        replace(
            entry,
            raw_sha256=sifted.raw_sha256,
            rows_in=sifted.rows_in,
            rows_accepted=sifted.accepted.num_rows,
            rows_quarantined=held_back.num_rows,
            rows_located=sifted.rows_located,
            repairs="; ".join(sifted.repairs) or None,
            **revision,
        ),
        lake.write(feed.TABLE, partition, sifted.accepted),
        lake.write(feed.QUARANTINE, partition, held_back) if len(held_back) else None,
        Counter(held_back["rule"].to_pylist()),
    )


def noted(
    feed: Feed, member: Member, observed: Observed, received_at: datetime
) -> Entry:
    """A ledger entry of a file, as far as the directory tells it."""
    return Entry(
        member.force,
        feed.NAME,
        str(member.month),
        member.release,
        observed,
        received_at,
        member.name,
        member.crc32,
        member.size_bytes,
    )


def _revision(
    lake: Lake,
    feed: Feed,
    partition: Mapping[str, str],
    sifted: Sifted,
    held: Entry | None,
) -> dict[str, Any]:
    """How the incidents that this file replaces differ from its own; empty if none."""
    if feed.TABLE != "incidents" or held is None:
        return {}
    if held.raw_sha256 == sifted.raw_sha256:  # read again: it replaces what it did
        return {name: getattr(held, name) for name in REVISION}
    replaced = _replaced(lake, feed.TABLE, partition, held)
    if replaced is None:
        return {}
    before = read_files([replaced], TABLES[feed.TABLE])
    return asdict(compare(before, sifted.accepted))


def _replaced(
    lake: Lake, table: str, partition: Mapping[str, str], held: Entry
) -> DataFile | None:
    """The rows that the ledger knows of, which a run that was killed may have replaced.

    They are then those of a version before, as long as its files are there.
    """
    for seen in chain([lake], islice(lake.earlier(table), _LOOKED_BACK)):
        for file in seen.files(table, partition["force"]):
            whole = is_whole(held, {partition["month"]: (file.mark, file.rows)})
            if file.partition == partition and whole:
                return None if damage(file) else file
    return None


def commit(
    lake: Lake,
    feed: Feed,
    force: str,
    files: list[Landed],
    others: list[Entry],
    ledger: Ledger,
) -> None:
    """Rows, quarantine, then the ledger, each only on the ledger decided on."""

    def still_valid() -> bool:
        return lake.files("coverage", force) == ledger.files

    months = [f.entry.month for f in files if f.accepted]
    accepted = [f.accepted for f in files if f.accepted]
    held_back = [f.quarantine for f in files if f.quarantine]
    if accepted:
        lake.commit(feed.TABLE, force, accepted, months, still_valid)
        crash_point("rows-landed")
    stale = {file.partition["month"] for file in lake.files(feed.QUARANTINE, force)}
    if held_back or stale & set(months):
        lake.commit(feed.QUARANTINE, force, held_back, months, still_valid)
        crash_point("quarantine-landed")
    updated = merged(ledger.entries, [*(f.entry for f in files), *others])
    if updated != ledger.entries:
        rows = lake.write("coverage", {"force": force}, as_table(updated))
        crash_point("ledger-written")

        def still_landed() -> bool:
            now = partitions_of(lake, force, feed.TABLE)
            landed = [f.entry for f in files if f.accepted]
            return still_valid() and all(is_whole(entry, now) for entry in landed)

        lake.commit("coverage", force, [rows], still_valid=still_landed)
