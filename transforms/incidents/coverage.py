"""Coverage, the ledger: which months of which force are stored, and how they count.

A row says what one release contained of one month. What a month counts as is a pure
function of all rows, the facts known about the force, and the user's overrides.
Missing is never zero: only supplied months are exposure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import median
from typing import Literal

import pyarrow as pa

from transforms.lake.schemas import COVERAGE
from transforms.reference.coverage import PeriodCoverage, Status, supplied_periods
from transforms.reference.forces import Force
from transforms.reference.months import Month


Observed = Literal["supplied", "missing", "rejected", "superseded"]

PARTIAL_SHARE = 0.6
JUDGED_AT_LEAST_MONTHS = 3
_RECENT_WITHIN_MONTHS = 24
_RECENT_AT_MOST_MONTHS = 12


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What one release contained of one month of one force."""

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
    scored_sha256: str | None = None
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

    @property
    def score_input(self) -> str | None:
        """The identity of what scores read of the month.

        That of the whole file where an earlier hexbeat read it.
        """
        return self.scored_sha256 or self.raw_sha256


MonthCoverage = PeriodCoverage[Month, Entry]


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

    Nothing hides what a release has supplied, and an entry that is repeated keeps the
    time when it was first received.
    """
    by_key = {entry.key: entry for entry in ledger}
    for entry in new:
        before = by_key.get(entry.key)
        if before and before.observed == "supplied" and entry.observed != "supplied":
            continue
        if before and replace(entry, received_at=before.received_at) == before:
            continue
        by_key[entry.key] = entry
    return list(by_key.values())


def deciding(ledger: Iterable[Entry]) -> dict[Month, Entry]:
    """Of each month the entry whose rows belong in the lake: the newest release's."""
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
    newest = deciding(ledger)
    known: dict[Month, MonthCoverage] = {}
    for month in sorted({Month.parse(entry.month) for entry in ledger}):
        if month not in newest:
            known[month] = _without_file(month, ledger, force)
        elif override := force.overrides.get(month):
            known[month] = MonthCoverage(
                month, override.verdict, newest[month], override
            )
        else:
            partial = _looks_partial(month, newest[month], known, force)
            status: Status = "partial_suspected" if partial else "supplied"
            known[month] = MonthCoverage(month, status, newest[month])
    return known


def reason_of(counts: MonthCoverage) -> str | None:
    """Why a month counts as it does, where that was not the plain rule."""
    if counts.override:
        return counts.override.reason
    return counts.entry.reason if counts.entry else None


def recent_supplied(month: Month, months: Mapping[Month, MonthCoverage]) -> list[Month]:
    """What a month is judged by: up to twelve supplied ones of the 24 before it."""
    return [
        m
        for m in supplied_periods(months)
        if 0 < month.since(m) <= _RECENT_WITHIN_MONTHS
    ][-_RECENT_AT_MOST_MONTHS:]


def _looks_partial(
    month: Month, entry: Entry, earlier: Mapping[Month, MonthCoverage], force: Force
) -> bool:
    """Far fewer rows than the force's recent months; judged on three or more.

    A force known to supply nothing is judged by its newest supplied months, however
    old, and a month of it that cannot be judged is not taken for whole.
    """
    silent = force.is_silent(month)
    judged_by = (
        supplied_periods(earlier)[-_RECENT_AT_MOST_MONTHS:]
        if silent
        else recent_supplied(month, earlier)
    )
    recent = [
        entry_then.rows_in
        for m in judged_by
        if (entry_then := earlier[m].entry) and entry_then.rows_in is not None
    ]
    if len(recent) < JUDGED_AT_LEAST_MONTHS or entry.rows_in is None:
        return silent
    return entry.rows_in < PARTIAL_SHARE * median(recent)


def _without_file(month: Month, ledger: list[Entry], force: Force) -> MonthCoverage:
    of_month = [entry for entry in ledger if entry.month == str(month)]
    newest = max(of_month, key=lambda entry: entry.release)
    if force.is_silent(month):
        return MonthCoverage(month, "not_supplied", newest)
    rejected = any(entry.observed == "rejected" for entry in of_month)
    return MonthCoverage(month, "rejected" if rejected else "missing", newest)
