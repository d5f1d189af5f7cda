"""What a home holds of its feed, in numbers and days."""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TypeGuard

from transforms.errors import LakeError
from transforms.records import ledger
from transforms.records.day_coverage import Days
from transforms.records.doubt import open_doubts
from transforms.records.drop_doubts import doubts_in
from transforms.records.homes import ForceHome
from transforms.records.live import live_records
from transforms.records.parted import parted
from transforms.records.retention import due
from transforms.records.tables import quarantined_rows, stored_records
from transforms.reference.days import LONDON, Day


_TRIES = 5


@dataclass(frozen=True, kw_only=True)
class FeedStatus:
    """A force's feed as it stands."""

    force: str
    drops: int
    rejected: int  # drops
    refused: dict[str, str]  # each of them: why
    received_at: datetime | None  # of the newest drop
    records: int  # live ones
    calls: int | None  # of them, calls for service; None if the mapping names no kind
    deleted: int
    tombstones: int
    quarantined: dict[str, int]  # by rule, the commonest first
    doubts: list[str]  # drops in doubt, each in words
    days: Days  # of crimes; of calls in a feed of calls alone
    call_days: Days | None  # of calls, beside crimes
    stopped: bool
    calls_stopped: bool
    mapping_changed: bool  # since the newest drop was read
    unfinished: bool  # a removal was cut off: the next pull or erasure finishes it
    withheld: str | None  # why retention is not enforced
    audit_fault: str | None  # what is wrong with the audit log

    @property
    def needs_attention(self) -> bool:
        """Whether somebody has to look into anything."""
        return bool(
            self.days.not_whole
            or (self.call_days and self.call_days.not_whole)
            or self.stopped
            or self.calls_stopped
            or self.rejected
            or self.doubts
            or self.unfinished
            or self.withheld
            or self.audit_fault
        )


def _began(days: Days | None) -> TypeGuard[Days]:
    """Whether any call has come: a mapping may name kinds before the first one."""
    return days is not None and days.first is not None


def status(home: ForceHome, now: datetime, stopped_after_days: int) -> FeedStatus:
    """How the feed stands; read again where an erasure removed what was to be read."""
    for _ in range(_TRIES - 1):
        with suppress(FileNotFoundError, LakeError):
            return _status(home, now, stopped_after_days)
    return _status(home, now, stopped_after_days)


def _status(home: ForceHome, now: datetime, stopped_after_days: int) -> FeedStatus:
    lake = home.lake.pinned()
    entries = ledger.drops(lake, home.force)
    taken = ledger.supplied(entries)
    live = live_records(lake, home.force)
    quarantine = quarantined_rows(lake, home.force)
    rules = Counter(quarantine["rule"].to_pylist())
    doubts = open_doubts(doubts_in(home, lake))
    newest = max(taken, key=lambda entry: entry.received_at, default=None)
    until = ledger.newest_day(taken)
    parts = parted(live, home.feed, until)
    alone, kinds = home.mapping.calls_alone, home.mapping.calls.kinds
    days = parts.call_days if alone else parts.crime_days
    call_days = parts.call_days if kinds and not alone else None
    past = due(home, now)
    today = Day.of(now.astimezone(LONDON).date())
    return FeedStatus(
        force=home.force,
        drops=len(taken),
        rejected=len(entries) - len(taken),
        refused={e.name: e.reason or "" for e in entries if e.is_rejected},
        received_at=newest.received_at if newest else None,
        records=len(live),
        calls=len(parts.calls) if kinds else None,
        deleted=len(stored_records(lake, home.force)) - len(live),
        tombstones=len(home.tombstones.all()),
        quarantined=dict(sorted(rules.items(), key=lambda item: (-item[1], item[0]))),
        doubts=[doubt.in_words for doubt in doubts],
        days=days,
        call_days=call_days,
        stopped=days.stopped(today, stopped_after_days),
        calls_stopped=_began(call_days)
        and call_days.stopped(today, stopped_after_days),
        mapping_changed=newest is not None
        and newest.mapping_sha256 != home.mapping_sha256,
        unfinished=home.tombstones.begun() is not None,
        withheld=past.doubt if past else None,
        audit_fault=home.audit.verify().fault,
    )
