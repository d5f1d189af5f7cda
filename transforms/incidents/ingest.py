"""The first stage: from a source's files to incidents in the lake, one force at a time.

What to do is decided before anything is read, from the directory of the source and the
ledger. Then files are read, sifted and written; one commit puts some seconds' work of
the force in the lake; and the ledger says so last. A crash anywhere in between leaves
months that do not match their ledger row, which the next run does again.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from transforms.errors import HexbeatError
from transforms.feeds import Feed
from transforms.feeds.archive.members import Member
from transforms.incidents.coverage import Entry, deciding
from transforms.incidents.lake_check import (
    Ledger,
    ledger_of,
    of_table,
    other_quarantine,
)
from transforms.incidents.landing import (
    Landed,
    commit,
    land,
    noted,
    with_revisions,
)
from transforms.incidents.plan import Plan, decide, in_parts
from transforms.lake.data_files import DataFile
from transforms.lake.lake import Lake, SupersededError
from transforms.reference.forces import Force
from transforms.reference.months import Month


@dataclass(frozen=True)
class Ingested:
    """What one force's ingest of one feed did."""

    force: str
    files: list[Landed]
    months_noted: int  # ledger rows written without reading a file
    error: HexbeatError | None = None  # what ended it early

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

    @property
    def revised(self) -> list[Entry]:
        """The entries of files that replaced those of an earlier release."""
        return [f.entry for f in self.files if f.entry.rows_added is not None]


def ingest_force(
    lake: Lake,
    feed: Feed,
    force: Force,
    members: Collection[Member],
    months: Collection[Month],
    received_at: datetime,
    refetch: bool = False,
) -> Ingested:
    """Bring the lake up to date with one feed of a force, and the ledger with it.

    A refused file leaves its month as it was and is listed in the result; the force's
    other months land. As many months land at once as take some seconds, so that a run
    that is cut off repeats no more; an error ends it, and is returned with what landed
    before. To `refetch` is to read again what is stored, too.
    """
    of_feed = [member for member in members if member.kind == feed.KIND]
    done = Ingested(force.id, [], 0)
    for landed in in_parts(months, of_feed, force.id):
        try:
            part = _ingest(lake, feed, force, of_feed, landed, received_at, refetch)
        except HexbeatError as error:
            return replace(done, error=error)
        done = Ingested(
            force.id, done.files + part.files, done.months_noted + part.months_noted
        )
    return done


def is_ingested(
    lake: Lake,
    feed: Feed,
    force: Force,
    members: Collection[Member],
    months: Collection[Month],
) -> bool:
    """Whether `ingest_force` would find nothing to do for one feed of a force."""
    of_feed = [member for member in members if member.kind == feed.KIND]
    return _decided(lake, feed, force, of_feed, months).plan.empty


class _Decided(NamedTuple):
    """What is to be done, and the ledger, its entries and the rows that say so."""

    ledger: Ledger
    known: dict[Month, Entry]
    stored: dict[str, DataFile]  # by month
    plan: Plan


def _decided(
    lake: Lake,
    feed: Feed,
    force: Force,
    members: Collection[Member],
    months: Collection[Month],
    refetch: bool = False,
) -> _Decided:
    ledger = ledger_of(lake, force.id)
    of_kind = of_table(ledger.entries, feed.TABLE)
    stored = {f.partition["month"]: f for f in lake.files(feed.TABLE, force.id)}
    known = deciding(of_kind)
    doubtful = other_quarantine(lake, force.id, feed.QUARANTINE, known.values())
    whole = {m: (f.mark, f.rows) for m, f in stored.items() if m not in doubtful}
    plan = decide(members, force.id, months, of_kind, whole, refetch)
    return _Decided(ledger, known, stored, plan)


def _ingest(
    lake: Lake,
    feed: Feed,
    force: Force,
    members: Collection[Member],
    months: Collection[Month],
    received_at: datetime,
    refetch: bool,
) -> Ingested:
    """Safe with another writer: the one that loses a race decides again."""
    while True:
        decided = _decided(lake, feed, force, members, months, refetch)
        files, untried = [], []
        for candidates in decided.plan.read:
            for number, member in enumerate(candidates, start=1):
                replaced = decided.known.get(member.month)
                stored = decided.stored.get(str(member.month))
                files.append(
                    land(lake, feed, force, member, received_at, replaced, stored)
                )
                if files[-1].accepted:
                    untried += candidates[number:]
                    break
        files = with_revisions(files)
        others = _without_reading(decided.plan, untried, feed, force, received_at)
        try:
            commit(lake, feed, force.id, files, others, decided.ledger)
        except SupersededError:
            continue
        return Ingested(force.id, files, len(others))


def _without_reading(
    plan: Plan,
    untried: list[Member],
    feed: Feed,
    force: Force,
    received_at: datetime,
) -> list[Entry]:
    """Ledger rows of what is known without reading: every release gets its row."""
    restated = [
        replace(entry, release=member.release, received_at=received_at)
        for member, entry in plan.restated
    ]
    superseded = [
        noted(feed, member, "superseded", received_at)
        for member in [*plan.older, *untried]
    ]
    missing = [
        Entry(
            force=force.id,
            feed=feed.NAME,
            month=str(month),
            release=release,
            observed="missing",
            received_at=received_at,
        )
        for month, release in plan.missing
    ]
    return [*restated, *superseded, *missing]
