"""Records taken out of everything: tables, raw drops, and the versions before.

The one routine of erasure and retention. Cut off anywhere, the same done again comes to
the same end, and the next command on the home does it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from transforms.records import ledger
from transforms.records.blanking import blanked
from transforms.records.doomed import LONDON, Doomed, Span, before, span_of
from transforms.records.homes import ForceHome
from transforms.records.ledger import Entry
from transforms.records.tables import (
    held_back,
    held_records,
    replace_months,
    replace_quarantine,
    without_drops,
)
from transforms.records.vacuum import vacuum
from transforms.restricted import Restricted


@dataclass(frozen=True)
class Removed:
    """How much was taken out, in numbers."""

    records: int = 0
    raw_rows: int = 0
    raw_drops: int = 0  # that were written anew, or removed


def retained_from(home: ForceHome, now: datetime) -> datetime:
    """What began before this midnight in Great Britain is past its retention."""
    day = now.astimezone(LONDON).date() - timedelta(days=home.mapping.retention_days)
    return datetime.combine(day, time(), LONDON)


def erased_by(home: ForceHome) -> Callable[[str], bool]:
    """Whether a reference has a tombstone."""
    held, of = home.tombstones.held(), home.tombstones.of
    return (lambda text: of(text) in held) if held else (lambda text: False)


def enforce(home: ForceHome, now: datetime, mentions: tuple[str, ...] = ()) -> Removed:
    """Carry out what an erasure has begun, and take out what is past its retention.

    Where there is nothing to take out nothing is written.
    """
    begun, cutoff = home.tombstones.begun(), retained_from(home, now)
    spans = [before(cutoff)]
    if begun and "days" in begun:
        spans.append(span_of(*map(date.fromisoformat, begun["days"])))
        _refuse(home, spans[-1])
    doomed = Doomed(erased_by(home), tuple(spans), mentions)
    old = [e for e in ledger.drops(home.lake, home.force) if _may_hold(e, cutoff)]
    gone = _gone(home, doomed, cutoff)
    if begun is None and not old and not pc.any(gone).as_py():
        return Removed()
    if begun is None:
        home.tombstones.begin({})
    return _remove(home, doomed, cutoff, old if begun is None else None)


def _refuse(home: ForceHome, span: Span) -> None:
    """Tombstones for what began then, before anything of it goes."""
    rows = held_records(home.lake, home.force).reveal()
    of_span = Doomed(lambda _: False, (span,)).mask(rows)
    home.tombstones.add(rows["reference"].filter(of_span).to_pylist())


def _remove(
    home: ForceHome, doomed: Doomed, cutoff: datetime, only: list[Entry] | None
) -> Removed:
    """Leave no row, no version and no raw byte of what is doomed."""
    lake, force = home.lake, home.force
    told = ledger.drops(lake, force)
    after, rows = [], 0
    for entry in told:
        looked_into = entry.raw_sha256 and (only is None or entry in only)
        new, blank = (
            _reblanked(home, entry, doomed, cutoff) if looked_into else (entry, 0)
        )
        after.append(new)
        rows += blank
    changed = [
        (str(old.raw_sha256), new.raw_sha256)
        for old, new in zip(told, after, strict=True)
        if old.raw_sha256 != new.raw_sha256
    ]
    names = {old: new for old, new in changed if new}
    records = _remove_records(home, doomed, cutoff, names)
    held, kept = held_back(lake, force), {e.raw_sha256 for e in after if e.raw_sha256}
    spent = {old for old, new in changed if new is None} - kept
    left = _renamed(without_drops(held, spent), names)
    replace_quarantine(lake, force, left, held)
    ledger.commit(lake, force, after, told)
    home.raw.remove_but(kept)
    vacuum(lake)
    home.tombstones.end()
    return Removed(records, rows, len(changed))


def _reblanked(
    home: ForceHome, entry: Entry, doomed: Doomed, cutoff: datetime
) -> tuple[Entry, int]:
    """A drop's entry once its raw bytes are blanked, and how many rows were."""
    if entry.received_at < cutoff:  # whatever it holds began before that
        return replace(entry, raw_sha256=None, first_day=None), entry.rows_in or 0
    data = home.raw.read(str(entry.raw_sha256))
    rest = blanked(data, home.mapping, doomed)
    digest = entry.raw_sha256 if rest.data == data else home.raw.keep(rest.data)
    return replace(entry, raw_sha256=digest, first_day=rest.first_day), len(rest.lines)


def _remove_records(
    home: ForceHome, doomed: Doomed, cutoff: datetime, names: Mapping[str, str]
) -> int:
    """Commit the records that stay, their drops by their new names; how many went."""
    lake, force = home.lake, home.force
    rows = held_records(lake, force).reveal()
    gone = _gone(home, doomed, cutoff)
    moved = pc.is_in(_digests(rows), value_set=pa.array(list(names), pa.string()))
    touched = pc.unique(rows["month"].filter(pc.or_(gone, moved))).to_pylist()
    kept = Restricted(_renamed(rows.filter(pc.invert(gone)), names))
    replace_months(lake, force, kept, sorted(touched))
    return int(pc.sum(gone).as_py() or 0)


def _gone(home: ForceHome, doomed: Doomed, cutoff: datetime) -> pa.ChunkedArray:
    """Which of the records held go.

    One that the force has deleted has no time: it goes once whatever it stood for is
    past its retention, since its drop came so long ago.
    """
    rows = held_records(home.lake, home.force).reveal()
    drops = ledger.drops(home.lake, home.force)
    old = [entry.name for entry in drops if entry.received_at < cutoff]
    names = rows["drop"].cast(pa.string())
    by_old = pc.is_in(names, value_set=pa.array(old, pa.string()))
    return pc.or_(doomed.mask(rows), pc.and_(rows["deleted"], by_old))


def _may_hold(entry: Entry, cutoff: datetime) -> bool:
    """Whether a raw drop holds a row that began before then."""
    if entry.raw_sha256 is None:
        return False
    first = entry.first_day
    return entry.received_at < cutoff or bool(first and first < cutoff.date())


def _digests(rows: pa.Table) -> pa.ChunkedArray:
    return rows["raw_sha256"].cast(pa.string())


def _renamed(rows: pa.Table, names: Mapping[str, str]) -> pa.Table:
    """Rows that lead to their raw drops by the drops' new names."""
    if not names:
        return rows
    index = rows.schema.get_field_index("raw_sha256")
    told = pa.array([names.get(t, t) for t in _digests(rows).to_pylist()], pa.string())
    field = rows.schema.field(index)
    return rows.set_column(index, field, told.cast(field.type))
