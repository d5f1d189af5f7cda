"""What is past `retention_days` goes on each pull, unless it looks like a mistake.

Otherwise a wrong number in the mapping, or a clock that runs ahead, would silently
remove years of records. What retention has removed has no tombstone: once the mistake
is corrected, drops that the source still offers are taken again.
"""

import json
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from transforms.lake.storage import replace_flushed
from transforms.records import ledger
from transforms.records.homes import ForceHome
from transforms.records.removal import Removed, finish, going_of, may_contain
from transforms.records.tables import RECORDS_TABLE, stored_records
from transforms.records.to_remove import Span, ToRemove, before, span_of
from transforms.reference.calls import are_calls
from transforms.reference.days import LONDON


SHARE = 0.05  # of the records, or of the raw drops, that goes without confirmation
_DAYS_AT_ONCE = 2  # where retention_days are so few that these are more
_MOST = 0.5
CLOCK_AHEAD_DAYS = 31  # of all that is known of the time


@dataclass(frozen=True, kw_only=True)
class Due:
    """What is past its retention, in numbers."""

    cutoff: datetime
    days: int  # retention_days
    records: int
    of_records: int
    calls: int  # for service, among them
    of_calls: int
    drops: int  # raw drops that go whole
    of_drops: int
    ahead_days: int | None  # of the clock, where it is not to be believed

    @property
    def doubt(self) -> str | None:
        """Why it is withheld until somebody confirms it, in one line."""
        limit = min(_MOST, max(SHARE, _DAYS_AT_ONCE / self.days))
        shares = [*self._kinds.values(), (self.drops, self.of_drops)]
        if self.ahead_days is None and all(n <= limit * of for n, of in shares):
            return None
        clock = (
            f"this machine's clock is {self.ahead_days:,} days ahead of the newest"
            " record and the last pull, and "
            if self.ahead_days is not None
            else ""
        )
        return (
            f"retention is withheld: {clock}{self.in_words}; nothing of it was removed."
            " Mend the mapping or the clock, or, if this is right, run hexbeat feed"
            " retain --confirm"
        )

    @property
    def in_words(self) -> str:
        """What goes."""
        records = " and ".join(
            f"{n:,} of {of:,} {kind}" for kind, (n, of) in self._kinds.items()
        )
        return (
            f"{records} began, and {self.drops:,}"
            f" of {self.of_drops:,} raw drops came, before"
            f" {self.cutoff.astimezone(LONDON).date()} (retention_days = {self.days:,})"
        )

    @property
    def _kinds(self) -> dict[str, tuple[int, int]]:
        """How many records go of how many, of crimes and of calls where both are."""
        if self.of_calls in (0, self.of_records):
            return {"records": (self.records, self.of_records)}
        return {
            "crimes": (self.records - self.calls, self.of_records - self.of_calls),
            "calls for service": (self.calls, self.of_calls),
        }


@dataclass(frozen=True)
class _State:
    """What retention has done before."""

    looked_at: datetime | None = None  # the last time that was to be believed
    reached: datetime | None = None  # what began before then has been removed
    cut: frozenset[str] = frozenset()  # the drops that lost rows by it, as offered


def retained_from(home: ForceHome, now: datetime) -> datetime:
    """What began before this midnight in Great Britain is past its retention."""
    day = now.astimezone(LONDON).date() - timedelta(days=home.mapping.retention_days)
    return datetime.combine(day, time(), LONDON)


def due(home: ForceHome, now: datetime) -> Due | None:
    """What is past its retention now; None where nothing is."""
    cutoff = retained_from(home, now)
    stored = [e for e in ledger.drops(home.lake, home.force) if e.raw_sha256]
    to_remove = ToRemove(None, (before(cutoff),))
    going = going_of(home, to_remove, cutoff)
    gone = _number(going)
    if not gone and not any(may_contain(entry, cutoff) for entry in stored):
        return None
    records = stored_records(home.lake, home.force, "category").reveal()
    calls = are_calls(records["category"])
    return Due(
        cutoff=cutoff,
        days=home.mapping.retention_days,
        records=gone,
        of_records=len(records),
        calls=_number(pc.and_(going, calls)),
        of_calls=_number(calls),
        drops=sum(entry.received_at < cutoff for entry in stored),
        of_drops=len(stored),
        ahead_days=_ahead_days(home, now),
    )


def _number(mask: pa.ChunkedArray) -> int:
    return int(pc.sum(mask).as_py() or 0)


def retain(
    home: ForceHome, now: datetime, confirmed: bool = False
) -> tuple[Removed, str | None]:
    """Remove what is past its retention, or say in one line why that is withheld.

    Where there is nothing to remove, only the time of this check is written.
    """
    found, state = due(home, now), _read(home)
    if found is None or (found.doubt and not confirmed):
        if home.lake.files(RECORDS_TABLE) and _ahead_days(home, now) is None:
            _write(home, replace(state, looked_at=now))
        return Removed(), found.doubt if found else None
    stored = ledger.drops(home.lake, home.force)
    cut = {e.offered_hmac for e in stored if may_contain(e, found.cutoff)}
    reached = max(found.cutoff, state.reached or found.cutoff)
    known = {e.offered_hmac for e in stored}
    _write(home, _State(now, reached, (state.cut | cut) & known))
    home.tombstones.begin({"before": found.cutoff.isoformat()})
    return finish(home, now), None


def confirm_due(home: ForceHome, who: str, now: datetime) -> Removed:
    """Remove what is past its retention after somebody has confirmed it."""
    with home.changed("a retention"):
        started = finish(home, now)
        found = due(home, now)
        confirmed = {"confirmed": found.in_words if found else "nothing"}
        home.audit.append(now, who, "retain", confirmed)
        removed = started + retain(home, now, confirmed=True)[0]
        home.log(now, who, "retained", vars(removed))
    return removed


def lapsed(home: ForceHome, now: datetime) -> frozenset[str]:
    """The drops, as offered, that lost rows which their retention now keeps."""
    state, cutoff = _read(home), retained_from(home, now)
    if state.reached is None or state.reached <= cutoff:
        return frozenset()
    entries = ledger.drops(home.lake, home.force)
    late = {e.offered_hmac for e in entries if e.received_at >= cutoff}
    return state.cut & late


def taken_again(home: ForceHome, offered: frozenset[str]) -> None:
    """Note that those drops are whole again."""
    if offered:
        state = _read(home)
        _write(home, replace(state, cut=state.cut - offered))


def not_again(home: ForceHome, now: datetime) -> tuple[Span, ...]:
    """What a drop taken again is read without: erased days, and what is past now."""
    erased = (span_of(first, last) for first, last in home.tombstones.days())
    return (before(retained_from(home, now)), *erased)


def _ahead_days(home: ForceHome, now: datetime) -> int | None:
    """How far the clock is ahead of what is known of the time; None if it may be right.

    Known are the newest record, which comes from outside, and the last look that was to
    be believed. What a wrong clock has written since counts for nothing.
    """
    records = stored_records(home.lake, home.force, "occurred_from").reveal()
    began = pc.max(records["occurred_from"])
    known = [at for at in (began.as_py(), _read(home).looked_at) if at is not None]
    ahead = (now - max(known)).days if known else 0
    return ahead if ahead > CLOCK_AHEAD_DAYS else None


def _read(home: ForceHome) -> _State:
    path = home.tombstones.root / "retention.json"
    saved: dict[str, Any] = json.loads(path.read_bytes()) if path.exists() else {}
    times = {
        name: datetime.fromisoformat(saved[name]) if saved.get(name) else None
        for name in ("looked_at", "reached")
    }
    return _State(**times, cut=frozenset(saved.get("cut", ())))


def _write(home: ForceHome, state: _State) -> None:
    saved = {
        "looked_at": state.looked_at.isoformat() if state.looked_at else None,
        "reached": state.reached.isoformat() if state.reached else None,
        "cut": sorted(state.cut),
    }
    replace_flushed(home.tombstones.root / "retention.json", json.dumps(saved))
