"""Coverage, the ledger: which months of which force are held, and what that says.

A row says what one release held of one month. What a month counts as is a pure
function of all rows, the facts known about the force, and the user's overrides.
Missing is never zero: only supplied months are exposure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import median
from typing import Literal

import pyarrow as pa

from transforms.forces import Force
from transforms.months import Month
from transforms.overrides import Override
from transforms.schemas import COVERAGE


Observed = Literal["supplied", "missing", "rejected", "superseded"]
Status = Literal[
    "supplied", "partial_suspected", "set_aside", "missing", "not_supplied", "rejected"
]

PARTIAL_SHARE = 0.6
JUDGED_AT_LEAST_MONTHS = 3
_RECENT_WITHIN_MONTHS = 24
_RECENT_AT_MOST_MONTHS = 12


@dataclass(frozen=True)
class Entry:
    """What one release held of one month of one force."""

    force: str
    feed: str
    month: str
    release: str
    observed: Observed
    received_at: datetime
    member: str | None = None
    crc32: int | None = None
    size_bytes: int | None = None
    raw_sha256: str | None = None
    rows_in: int | None = None
    rows_accepted: int | None = None
    rows_quarantined: int | None = None
    rows_located: int | None = None
    reason: str | None = None
    repairs: str | None = None
    rows_added: int | None = None
    rows_gone: int | None = None
    rows_moved: int | None = None
    rows_outcome_changed: int | None = None

    @property
    def key(self) -> tuple[str, str, str, str]:
        """A release says one thing of a month."""
        return self.force, self.feed, self.month, self.release


@dataclass(frozen=True)
class MonthCoverage:
    """What a month counts as, and the entry that decides it."""

    month: Month
    status: Status
    entry: Entry | None
    override: Override | None = None


def entries(rows: pa.Table) -> list[Entry]:
    """The ledger's rows."""
    return [Entry(**row) for row in rows.to_pylist()]


def as_table(ledger: Iterable[Entry]) -> pa.Table:
    """Entries as rows of the ledger, in the order of their keys."""
    ordered = sorted(ledger, key=lambda entry: entry.key)
    rows = [vars(entry) for entry in ordered]
    return pa.Table.from_pylist(rows, schema=COVERAGE)


def merged(ledger: Iterable[Entry], new: Iterable[Entry]) -> list[Entry]:
    """The ledger with new entries.

    Nothing hides what a release has supplied, and what is told again stays as it was
    first received.
    """
    by_key = {entry.key: entry for entry in ledger}
    for entry in new:
        held = by_key.get(entry.key)
        if held and held.observed == "supplied" and entry.observed != "supplied":
            continue
        if held and replace(entry, received_at=held.received_at) == held:
            continue
        by_key[entry.key] = entry
    return list(by_key.values())


def deciding(ledger: Iterable[Entry]) -> dict[Month, Entry]:
    """For each month the entry that the lake should hold: the newest release's file."""
    newest: dict[Month, Entry] = {}
    for entry in ledger:
        month = Month.parse(entry.month)
        if entry.observed == "supplied" and (
            month not in newest or entry.release > newest[month].release
        ):
            newest[month] = entry
    return newest


def coverage(ledger: Iterable[Entry], force: Force) -> dict[Month, MonthCoverage]:
    """What each month of a force counts as, oldest first."""
    ledger = list(ledger)
    held = deciding(ledger)
    known: dict[Month, MonthCoverage] = {}
    for month in sorted({Month.parse(entry.month) for entry in ledger}):
        if month not in held:
            known[month] = _without_file(month, ledger, force)
        elif override := force.overrides.get(month):
            known[month] = MonthCoverage(month, override.verdict, held[month], override)
        else:
            partial = _looks_partial(month, held[month], known)
            status: Status = "partial_suspected" if partial else "supplied"
            known[month] = MonthCoverage(month, status, held[month])
    return known


def reason_of(counts: MonthCoverage) -> str | None:
    """Why a month counts as it does, where that was not the plain rule."""
    if counts.override:
        return counts.override.reason
    return counts.entry.reason if counts.entry else None


def supplied_months(months: Mapping[Month, MonthCoverage]) -> list[Month]:
    """The months that are exposure."""
    return [month for month, c in months.items() if c.status == "supplied"]


def recent_supplied(month: Month, months: Mapping[Month, MonthCoverage]) -> list[Month]:
    """What a month is judged by: up to twelve supplied ones of the 24 before it."""
    return [
        m
        for m in supplied_months(months)
        if 0 < month.since(m) <= _RECENT_WITHIN_MONTHS
    ][-_RECENT_AT_MOST_MONTHS:]


def _looks_partial(
    month: Month, entry: Entry, earlier: Mapping[Month, MonthCoverage]
) -> bool:
    """Far fewer rows than the force's recent months; judged on three or more."""
    recent = [
        held.rows_in
        for m in recent_supplied(month, earlier)
        if (held := earlier[m].entry) is not None and held.rows_in is not None
    ]
    if len(recent) < JUDGED_AT_LEAST_MONTHS or entry.rows_in is None:
        return False
    return entry.rows_in < PARTIAL_SHARE * median(recent)


def _without_file(month: Month, ledger: list[Entry], force: Force) -> MonthCoverage:
    of_month = [entry for entry in ledger if entry.month == str(month)]
    newest = max(of_month, key=lambda entry: entry.release)
    if force.not_supplied and month >= force.not_supplied.since:
        return MonthCoverage(month, "not_supplied", newest)
    rejected = any(entry.observed == "rejected" for entry in of_month)
    return MonthCoverage(month, "rejected" if rejected else "missing", newest)
