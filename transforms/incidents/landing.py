"""Files on their way into the lake: read, written, and landed by one commit a table."""

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any

import pyarrow as pa

from transforms.errors import FileRejectedError, LakeError
from transforms.feeds import Feed
from transforms.feeds.archive.members import Member, read_member
from transforms.feeds.rules import Sifted
from transforms.incidents.coverage import Entry, Observed, as_table, merged
from transforms.incidents.lake_check import Ledger, is_whole, partitions_of
from transforms.incidents.revisions import (
    COMPARED,
    REVISION,
    Differing,
    differing,
    revisions,
    same_values,
)
from transforms.incidents.scored import SCORED, scored_sha256
from transforms.lake.crash_points import crash_point
from transforms.lake.data_files import DataFile, read_file
from transforms.lake.lake import Lake, NewFile
from transforms.lake.schemas import INCIDENTS, conform, plain
from transforms.reference.forces import Force


_LOOKED_BACK = 100  # versions: a run that was killed left few behind it
_BOTH = pa.schema(
    [plain(INCIDENTS.field(n)) for n in dict.fromkeys((*COMPARED, *SCORED))]
)


@dataclass(frozen=True)
class Landed:
    """One file that was read: its ledger entry and the data files written for it."""

    entry: Entry
    accepted: NewFile | None = None
    quarantine: NewFile | None = None
    broken: Counter[str] = field(default_factory=Counter)  # rows by rule
    differing: Differing | None = None  # from the incidents that it replaces


def land(
    lake: Lake,
    feed: Feed,
    force: Force,
    member: Member,
    received_at: datetime,
    replaced: Entry | None = None,
    stored: DataFile | None = None,
) -> Landed:
    """Read one file and write its rows; nothing of it counts before the commit.

    `replaced` is the ledger's entry of what it replaces, `stored` the month's file in
    the lake. How its incidents differ is counted by `with_revisions`, for many files
    at once.
    """
    entry = noted(feed, member, "supplied", received_at)
    try:
        sifted = feed.sift(read_member(member), member, force)
    except FileRejectedError as error:
        return Landed(replace(entry, observed="rejected", reason=str(error)))
    partition = {"force": force.id, "month": str(member.month)}
    broken = sifted.quarantined
    again = replaced is not None and replaced.raw_sha256 == sifted.raw_sha256
    revision = {name: getattr(replaced, name) for name in REVISION} if again else {}
    differs, scored = None, None
    if feed.TABLE == "incidents":
        of_before = None if again else replaced
        differs, scored = _held_against(lake, partition, sifted, of_before, stored)
    return Landed(
        replace(
            entry,
            raw_sha256=sifted.raw_sha256,
            scored_sha256=scored,
            rows_in=sifted.rows_in,
            rows_accepted=sifted.accepted.num_rows,
            rows_quarantined=broken.num_rows,
            rows_located=sifted.rows_located,
            repairs="; ".join(sifted.repairs) or None,
            **revision,
        ),
        lake.write(feed.TABLE, partition, sifted.accepted),
        lake.write(feed.QUARANTINE, partition, broken) if len(broken) else None,
        Counter(broken["rule"].to_pylist()),
        differs,
    )


def noted(
    feed: Feed, member: Member, observed: Observed, received_at: datetime
) -> Entry:
    """A ledger entry of a file, as far as the directory describes it."""
    return Entry(
        force=member.force,
        feed=feed.NAME,
        month=str(member.month),
        release=member.release,
        observed=observed,
        received_at=received_at,
        member=member.name,
        crc32=member.crc32,
        size_bytes=member.size_bytes,
    )


def _held_against(
    lake: Lake,
    partition: Mapping[str, str],
    sifted: Sifted,
    replaced: Entry | None,
    stored: DataFile | None,
) -> tuple[Differing | None, str | None]:
    """How incidents differ from those they replace, and the hash of what scores read.

    Where that is the same row by row, as in most months of a newer release, so is its
    hash, which takes longer than the comparison.
    """
    before = replaced and _rows_before(lake, partition, replaced, stored)
    if not (replaced and before):
        return None, scored_sha256(sifted.accepted)
    after = _compared(sifted.accepted)
    same = same_values(before, after, SCORED)
    return (
        differing(partition["month"], before, after),
        (same and replaced.scored_sha256) or scored_sha256(sifted.accepted),
    )


def _rows_before(
    lake: Lake,
    partition: Mapping[str, str],
    replaced: Entry,
    stored: DataFile | None,
) -> pa.Table | None:
    """The incidents that a file replaces, as far as they are compared.

    None where they are not as they were written: the file then lands as a first one.
    """
    if file := _file_of(lake, "incidents", partition, replaced, stored):
        with suppress(FileNotFoundError, LakeError):
            return _compared(read_file(file, _BOTH.names))
    return None


def _compared(incidents: pa.Table) -> pa.Table:
    return conform(incidents.select(_BOTH.names), _BOTH)


def with_revisions(files: list[Landed]) -> list[Landed]:
    """Files of one force, their ledger entries with how they revise its incidents."""
    compared = {f.entry.month: f.differing for f in files if f.differing}
    none = dict.fromkeys(REVISION, 0)
    counts: dict[str, dict[str, Any]] = dict.fromkeys(compared, none)
    counts |= revisions(compared.values())
    return [
        replace(f, entry=replace(f.entry, **counts[f.entry.month]), differing=None)
        if f.differing
        else f
        for f in files
    ]


def _file_of(
    lake: Lake,
    table: str,
    partition: Mapping[str, str],
    entry: Entry,
    stored: DataFile | None,
) -> DataFile | None:
    """The file of that ledger entry, which a run that was killed may have replaced.

    It is then that of an earlier version, as long as the file exists.
    """
    month = partition["month"]
    if stored and is_whole(entry, {month: (stored.mark, stored.rows)}):
        return stored
    for version in islice(lake.earlier(table), _LOOKED_BACK):
        for file in version.files(table, partition["force"]):
            whole = is_whole(entry, {month: (file.mark, file.rows)})
            if file.partition == partition and whole:
                return file
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
    quarantined = [f.quarantine for f in files if f.quarantine]
    if accepted:
        lake.commit(feed.TABLE, force, accepted, months, still_valid)
        crash_point("rows-landed")
    stale = {file.partition["month"] for file in lake.files(feed.QUARANTINE, force)}
    if quarantined or stale & set(months):
        lake.commit(feed.QUARANTINE, force, quarantined, months, still_valid)
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
