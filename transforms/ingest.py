"""The first stage: from a source's files to incidents in the lake, one force at a time.

What to do is decided before anything is read, from the directory of the source and the
ledger. Then files are read, sifted and written; one commit puts all months of the
force in the lake; and the ledger says so last. A crash anywhere in between leaves
months that do not match their ledger row, which the next run does again.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from transforms.coverage import Entry, as_table, deciding, entries, merged
from transforms.errors import FileRejectedError
from transforms.feeds import Feed
from transforms.feeds.members import Member, read_member
from transforms.forces import Force
from transforms.lake import Lake, NewFile, SupersededError
from transforms.ledger import Partitions, is_whole, of_table, partitions_of
from transforms.months import Month, month_range


@dataclass(frozen=True)
class Plan:
    """What one force's ingest has to do."""

    read: list[list[Member]]  # of each month the files to try, newest release first
    restated: list[tuple[Member, Entry]]  # a newer release with the bytes already held
    missing: list[tuple[Month, str]]  # months that a release should hold and does not

    @property
    def empty(self) -> bool:
        """Nothing to do."""
        return not (self.read or self.restated or self.missing)


@dataclass(frozen=True)
class Landed:
    """One file that was read: its ledger entry and the data files written for it."""

    entry: Entry
    accepted: NewFile | None = None
    quarantine: NewFile | None = None
    broken: Counter[str] = field(default_factory=Counter)  # rows by rule


@dataclass(frozen=True)
class Ingested:
    """What one force's ingest of one feed did."""

    force: str
    files: list[Landed]
    months_noted: int  # ledger rows written without reading a file

    @property
    def rejected(self) -> list[str]:
        """One line for each refused file."""
        return [f.entry.reason for f in self.files if f.entry.reason]

    def total(self, count: str) -> int:
        """The sum of one of the ledger's row counts over the files read."""
        return sum(getattr(f.entry, count) or 0 for f in self.files)

    @property
    def broken(self) -> Counter[str]:
        """Quarantined rows by rule."""
        return sum((f.broken for f in self.files), Counter())


def decide(
    members: Collection[Member],
    force: str,
    months: Collection[Month],
    ledger: Iterable[Entry],
    partitions: Partitions,
) -> Plan:
    """What is missing: a pure decision, from directories and the ledger alone.

    `members` are all files of one kind in the source, of every force, since a release
    spans the months that it holds any file of; `ledger` has the rows of that kind. Of
    each month the newest release is landed, or, where its file is refused, the newest
    that is not; an older release than the one held never replaces it.
    """
    ledger = list(ledger)
    by_key = {(entry.month, entry.release): entry for entry in ledger}
    holds = deciding(ledger)
    plan = Plan([], [], [])
    for month, candidates in _by_month(members, force, months):
        held = holds.get(month)
        wanted = []
        for member in candidates:
            if held and member.release < held.release:
                break
            if held and _same(held, member) and is_whole(held, partitions):
                if member.release > held.release:
                    plan.restated.append((member, held))
                break
            wanted.append(member)
        if wanted:
            plan.read.append(wanted)
    for month, release in _absent(members, force, months):
        if (str(month), release) not in by_key:
            plan.missing.append((month, release))
    return plan


def _by_month(
    members: Iterable[Member], force: str, months: Collection[Month]
) -> list[tuple[Month, list[Member]]]:
    """Each month asked with its files, oldest month and newest release first."""
    found: dict[Month, list[Member]] = {}
    for member in sorted(members, key=lambda m: m.release, reverse=True):
        if member.force == force and member.month in months:
            found.setdefault(member.month, []).append(member)
    return sorted(found.items())


def _absent(
    members: Collection[Member], force: str, months: Collection[Month]
) -> list[tuple[Month, str]]:
    """Months that a release of the force spans without holding its file."""
    absent = []
    for release in sorted({m.release for m in members if m.force == force}):
        of_release = [m for m in members if m.release == release]
        span = [m.month for m in of_release]
        has = {m.month for m in of_release if m.force == force}
        absent += [
            (month, release)
            for month in month_range(min(span), max(span))
            if month in months and month not in has
        ]
    return absent


def _same(held: Entry, member: Member) -> bool:
    of_member = member.name, member.crc32, member.size_bytes
    return (held.member, held.crc32, held.size_bytes) == of_member


def ingest_force(
    lake: Lake,
    feed: Feed,
    force: Force,
    members: Collection[Member],
    months: Collection[Month],
    received_at: datetime,
    on_file: Callable[[], None] = lambda: None,
) -> Ingested:
    """Bring the lake up to date with one feed of a force, and the ledger with it.

    A refused file leaves its month as it was and is told in the result; the force's
    other months land. Safe beside another writer: whoever loses a race decides again.
    """
    of_feed = [member for member in members if member.kind == feed.KIND]
    while True:
        ledger = entries(lake.read("coverage", force.id))
        of_kind = of_table(ledger, feed.TABLE)
        partitions = partitions_of(lake, force.id, feed.TABLE)
        plan = decide(of_feed, force.id, months, of_kind, partitions)
        files = []
        for candidates in plan.read:
            for member in candidates:
                files.append(_land(lake, feed, force, member, received_at))
                on_file()
                if files[-1].accepted:
                    break
        noted = [
            replace(held, release=member.release, received_at=received_at)
            for member, held in plan.restated
        ] + [
            Entry(force.id, feed.NAME, str(month), release, "missing", received_at)
            for month, release in plan.missing
        ]
        try:
            _commit(lake, feed, force.id, files, noted, ledger)
        except SupersededError:
            continue
        return Ingested(force.id, files, len(noted))


def _land(
    lake: Lake, feed: Feed, force: Force, member: Member, received_at: datetime
) -> Landed:
    """Read one file and write its rows; nothing of it counts before the commit."""
    entry = Entry(
        force.id,
        feed.NAME,
        str(member.month),
        member.release,
        "supplied",
        received_at,
        member.name,
        member.crc32,
        member.size_bytes,
    )
    try:
        sifted = feed.sift(read_member(member), member, force)
    except FileRejectedError as error:
        return Landed(replace(entry, observed="rejected", reason=str(error)))
    partition = {"force": force.id, "month": str(member.month)}
    held_back = sifted.quarantined
    return Landed(
        replace(
            entry,
            raw_sha256=sifted.raw_sha256,
            rows_in=sifted.rows_in,
            rows_accepted=sifted.accepted.num_rows,
            rows_quarantined=held_back.num_rows,
            rows_located=sifted.rows_located,
        ),
        lake.write(feed.TABLE, partition, sifted.accepted),
        lake.write(feed.QUARANTINE, partition, held_back) if len(held_back) else None,
        Counter(held_back["rule"].to_pylist()),
    )


def _commit(
    lake: Lake,
    feed: Feed,
    force: str,
    files: list[Landed],
    noted: list[Entry],
    ledger: list[Entry],
) -> None:
    """Rows, quarantine, then the ledger, each only on the ledger decided on."""

    def still_valid() -> bool:
        return entries(lake.read("coverage", force)) == ledger

    months = [f.entry.month for f in files if f.accepted]
    accepted = [f.accepted for f in files if f.accepted]
    held_back = [f.quarantine for f in files if f.quarantine]
    if accepted:
        lake.commit(feed.TABLE, force, accepted, months, still_valid)
    stale = {file.partition["month"] for file in lake.files(feed.QUARANTINE, force)}
    if held_back or stale & set(months):
        lake.commit(feed.QUARANTINE, force, held_back, months, still_valid)
    updated = merged(ledger, [*(f.entry for f in files), *noted])
    if updated != ledger:
        rows = lake.write("coverage", {"force": force}, as_table(updated))

        def still_landed() -> bool:
            now = partitions_of(lake, force, feed.TABLE)
            landed = [f.entry for f in files if f.accepted]
            return still_valid() and all(is_whole(entry, now) for entry in landed)

        lake.commit("coverage", force, [rows], still_valid=still_landed)
