"""Records taken out of everything: tables, raw drops, publications, versions before.

The one routine of erasure and retention. If it is cut off anywhere, the next command on
the home does it again, with the same result.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from transforms.errors import LakeError
from transforms.records import cut_off, ledger
from transforms.records.blanking import blanked
from transforms.records.cut_off import finish_landing
from transforms.records.homes import ForceHome
from transforms.records.ledger import Entry
from transforms.records.pings import remove_ping_days
from transforms.records.resting import Gone, remove_day_scores, remove_publications
from transforms.records.sheets import retire_sheets
from transforms.records.tables import (
    quarantined_rows,
    replace_months,
    replace_quarantine,
    stored_records,
    without_drops,
)
from transforms.records.to_remove import MASKED, Span, ToRemove, before, span_of
from transforms.records.vacuum import forget
from transforms.reference.days import LONDON
from transforms.reference.overrides import days_from
from transforms.restricted import Restricted


_OF_OLD = "an older hexbeat made it, and it may rest on what was erased"
_ERASED = "records that it rests on were erased"
_PAST = "records that it counts are past their retention"


@dataclass(frozen=True)
class Removed:
    """How much was taken out, in numbers."""

    records: int = 0
    raw_rows: int = 0
    raw_drops: int = 0  # that were rewritten, or removed
    publications: int = 0
    sheets: int = 0  # profiles, plans, packs, reports, looks, analyses

    def __add__(self, other: "Removed") -> "Removed":
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        return Removed(*(mine + its for mine, its in pairs))

    @property
    def any(self) -> bool:
        """Whether anything was."""
        return self != Removed()


def erased_by(home: ForceHome) -> Callable[[str], bool] | None:
    """Whether a reference has a tombstone; None where there is no tombstone."""
    erased, of = home.tombstones.all(), home.tombstones.of
    return (lambda text: of(text) in erased) if erased else None


def finish(home: ForceHome, now: datetime, mentions: tuple[str, ...] = ()) -> Removed:
    """Carry out the removal that has begun; where none has, nothing is written.

    A home of an older hexbeat first loses the publications and versions in which it
    kept what was erased.
    """
    begun = home.tombstones.begun()
    if begun is None and _stores_erased(home):
        home.tombstones.begin(begun := {})
    if home.tombstones.key.is_old:
        begun = (begun or {"nothing": True}) | {"of_old": True}
        home.tombstones.begin(begun)
        home.tombstones.renew_form()
    return Removed() if begun is None else _carried_out(home, now, begun, mentions)


def is_unfinished(home: ForceHome) -> bool:
    """Whether there is something for `finish` to do."""
    begun = home.tombstones.begun() is not None or home.tombstones.key.is_old
    return begun or _stores_erased(home)


def _stores_erased(home: ForceHome) -> bool:
    """Whether a record is stored that has a tombstone, whatever became of the note."""
    if (is_erased := erased_by(home)) is None:
        return False
    rows = stored_records(home.lake, home.force, *MASKED).reveal()
    return bool(pc.any(ToRemove(is_erased).mask(rows)).as_py())


def _carried_out(
    home: ForceHome, now: datetime, begun: Mapping[str, Any], mentions: tuple[str, ...]
) -> Removed:
    """Remove every row, version, raw byte and publication of what is to go."""
    refuse_lost_ledger(home)
    _finish_pull(home, now)
    done = Removed()
    if "of_old" in begun:
        gone = Gone(_OF_OLD, scores=True)
        done += _remove_resting(home, gone, now)
        forget(home.lake)
    if "nothing" not in begun:
        cutoff = datetime.fromisoformat(begun["before"]) if "before" in begun else None
        spans = [before(cutoff)] if cutoff else []
        if "days" in begun:
            first, last = map(date.fromisoformat, begun["days"])
            spans.append(span_of(first, last))
            _add_tombstones(home, spans[-1], (first, last))
            remove_ping_days(home, days_from(first, last))
        to_remove = ToRemove(erased_by(home), tuple(spans), mentions)
        done += _removed(home, now, to_remove, cutoff)
    home.tombstones.end()
    return done


def _finish_pull(home: ForceHome, now: datetime) -> None:
    """List what a pull left unlisted: only drops of the ledger are searched."""
    to_remove = ToRemove(erased_by(home))
    for landed in finish_landing(home, cut_off.begun(home), to_remove, now):
        if landed.entry.is_rejected:
            raise LakeError(
                f"{home.home.root}: a pull was cut off, and the mapping now refuses its"
                f" drop ({landed.entry.reason}): mend the mapping, then do this again"
            )


def _add_tombstones(home: ForceHome, span: Span, days: tuple[date, date]) -> None:
    """Tombstones for what began then, before anything of it goes."""
    rows = stored_records(home.lake, home.force, *MASKED).reveal()
    of_span = ToRemove(None, (span,)).mask(rows)
    home.tombstones.add(rows["reference"].filter(of_span).to_pylist(), days)


def refuse_lost_ledger(home: ForceHome) -> None:
    """Without it, a raw drop cannot be distinguished from what a killed pull left."""
    if not ledger.drops(home.lake, home.force) and home.raw.any:
        raise LakeError(
            f"{home.lake.root} has no ledger of the raw drops that are stored: run"
            " hexbeat feed pull, or bring it back from a backup; nothing was removed"
        )


def _removed(
    home: ForceHome, now: datetime, to_remove: ToRemove, cutoff: datetime | None
) -> Removed:
    """What rests on it goes first: the ledger, committed last, says what that is."""
    lake, force = home.lake, home.force
    before_it = ledger.drops(lake, force)
    after, rows = [], 0
    for entry in before_it:
        looked_into = may_contain(entry, cutoff) if cutoff else entry.raw_sha256
        new, blank = (
            _reblanked(home, entry, to_remove, cutoff) if looked_into else (entry, 0)
        )
        after.append(new)
        rows += blank
    changed = [
        (old, new)
        for old, new in zip(before_it, after, strict=True)
        if old.raw_sha256 != new.raw_sha256
    ]
    going = going_of(home, to_remove, cutoff)
    resting = Removed()
    if changed or pc.any(going).as_py():
        marks = {old.offered_hmac for old, _ in changed}
        began = [old.first_day or date.min for old, _ in changed]
        since = min(began, default=date.min)
        erased = Gone(_ERASED, drops=marks, scores=True, since=since)
        past = Gone(_PAST, before=cutoff.astimezone(LONDON).date() if cutoff else None)
        resting = _remove_resting(home, past if cutoff else erased, now)
    names = {str(old.raw_sha256): n.raw_sha256 for old, n in changed if n.raw_sha256}
    records = _remove_records(home, going, names)
    kept = {e.raw_sha256 for e in after if e.raw_sha256}
    spent = {str(old.raw_sha256) for old, n in changed if n.raw_sha256 is None} - kept
    broken = quarantined_rows(lake, force)
    left = _renamed(without_drops(broken, spent), names)
    replace_quarantine(lake, force, left, broken)
    ledger.commit(lake, force, after, before_it)
    home.raw.remove_but(kept)
    forget(lake)
    return resting + Removed(records, rows, len(changed))


def _remove_resting(home: ForceHome, gone: Gone, now: datetime) -> Removed:
    remove_day_scores(home.lake, home.force, gone)
    return Removed(
        publications=remove_publications(home.home.publications, gone, now),
        sheets=retire_sheets(home.home.root, gone, now),
    )


def _reblanked(
    home: ForceHome, entry: Entry, to_remove: ToRemove, cutoff: datetime | None
) -> tuple[Entry, int]:
    """A drop's entry once its raw bytes are blanked, and how many rows were."""
    if cutoff and entry.received_at < cutoff:  # all its rows began before that
        return replace(entry, raw_sha256=None, first_day=None), entry.rows_in or 0
    data = home.raw.read(str(entry.raw_sha256), entry.name)
    rest = blanked(data, home.mapping, to_remove)
    digest = entry.raw_sha256 if rest.data == data else home.raw.keep(rest.data)
    return replace(entry, raw_sha256=digest, first_day=rest.first_day), len(rest.lines)


def _remove_records(
    home: ForceHome, gone: pa.ChunkedArray, names: Mapping[str, str]
) -> int:
    """Commit the records that stay, their drops by their new names; how many went."""
    lake, force = home.lake, home.force
    rows = stored_records(lake, force).reveal()
    moved = pc.is_in(_digests(rows), value_set=pa.array(list(names), pa.string()))
    touched = pc.unique(rows["month"].filter(pc.or_(gone, moved))).to_pylist()
    kept = Restricted(_renamed(rows.filter(pc.invert(gone)), names))
    replace_months(lake, force, kept, sorted(touched))
    return int(pc.sum(gone).as_py() or 0)


def going_of(
    home: ForceHome, to_remove: ToRemove, cutoff: datetime | None
) -> pa.ChunkedArray:
    """Which of the stored records go.

    A record that the force has deleted has no time of its own: it is removed once its
    drop is so old that the original record must be past its retention.
    """
    columns = (*MASKED, "drop", "deleted")
    rows = stored_records(home.lake, home.force, *columns).reveal()
    gone = to_remove.mask(rows)
    if cutoff is None:
        return gone
    drops = ledger.drops(home.lake, home.force)
    old = [entry.name for entry in drops if entry.received_at < cutoff]
    names = rows["drop"].cast(pa.string())
    by_old = pc.is_in(names, value_set=pa.array(old, pa.string()))
    return pc.or_(gone, pc.and_(rows["deleted"], by_old))


def may_contain(entry: Entry, cutoff: datetime) -> bool:
    """Whether a raw drop contains a row that began before then."""
    if entry.raw_sha256 is None:
        return False
    first = entry.first_day
    return entry.received_at < cutoff or bool(first and first < cutoff.date())


def _digests(rows: pa.Table) -> pa.ChunkedArray:
    return rows["raw_sha256"].cast(pa.string())


def _renamed(rows: pa.Table, names: Mapping[str, str]) -> pa.Table:
    """Rows with the new names of their raw drops."""
    if not names:
        return rows
    index = rows.schema.get_field_index("raw_sha256")
    renamed = pa.array(
        [names.get(t, t) for t in _digests(rows).to_pylist()], pa.string()
    )
    field = rows.schema.field(index)
    return rows.set_column(index, field, renamed.cast(field.type))
