"""Quarantined rows of stored drops, read again: with a mended mapping they come back.

What was accepted stays as it was read. A row that comes back is a record of its drop
and line, so the latest version counts as if it had come so in the first place, and
doing it twice changes nothing. The note of what is read again is written first and
removed last: the next pull finishes what was cut off.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.errors import FileRejectedError, LakeError, UsageError
from transforms.feeds.files.csv_bytes import line_offsets
from transforms.feeds.force.drop_formats import DROP_FORMATS
from transforms.feeds.force.sift import sift_drop
from transforms.lake.schemas import FORCE_QUARANTINE, RECORDS, conform
from transforms.lake.storage import replace_flushed
from transforms.records import ledger
from transforms.records.blanking import Blanked, blanked
from transforms.records.doubt import Doubt, open_doubts
from transforms.records.drop_doubts import doubts_in
from transforms.records.homes import ForceHome
from transforms.records.landing import as_records, calls_among, of_drop
from transforms.records.latest import latest
from transforms.records.ledger import Entry
from transforms.records.removal import erased_by, finish
from transforms.records.retention import retain
from transforms.records.tables import (
    of_drops,
    quarantined_rows,
    replace_months,
    replace_quarantine,
    stored_records,
    without_drops,
)
from transforms.records.to_remove import ToRemove, span_of
from transforms.restricted import Restricted


_ROWS_AT_ONCE = 500_000  # so many are kept in memory, and land in one commit
_NOTHING = ToRemove(lambda _: False)


@dataclass(kw_only=True)
class Reread:
    """What came back, in numbers, and one line for each drop that stays as it was."""

    names: set[str] = field(default_factory=set)  # of the drops read again
    marks: set[str] = field(default_factory=set, compare=False)  # of those, keyed
    records: int = 0  # rows that came back
    quarantined: int = 0  # rows that still are
    kept: dict[str, str] = field(default_factory=dict)  # drop: why
    doubts: list[Doubt] = field(default_factory=list)  # of the drops read again
    withheld: str | None = None  # why retention was not enforced


@dataclass(frozen=True)
class _State:
    """Which mapping has read the quarantined rows, and what is being read again."""

    mapping_sha256: str | None = None
    begun: frozenset[str] = frozenset()  # drops, as offered


@dataclass(frozen=True)
class _Read:
    """One drop, read again; nothing of it counts before it is committed."""

    entry: Entry
    came_back: pa.Table  # as RECORDS
    quarantined: pa.Table  # as FORCE_QUARANTINE


def reread(home: ForceHome, who: str, now: datetime, drop: str | None = None) -> Reread:
    """Read the quarantined rows of all stored drops again, or of those of a name."""
    with home.changed("a reading again"):
        finish(home, now)
        done = _carried_out(home, named(home, drop))
        done.doubts, _ = doubts_among(home, done.marks)
        done.withheld = retain(home, now)[1]
        home.log(now, who, "reread", for_the_audit(home, done))
    return done


def reread_changed(home: ForceHome) -> Reread:
    """Read again what another mapping quarantined, and what was cut off."""
    marks, state = _due(home), _read(home)
    if not marks:
        if state.mapping_sha256 != home.mapping_sha256:
            _write(home, _State(home.mapping_sha256))
        return Reread()
    return _carried_out(home, marks)


def is_due(home: ForceHome) -> bool:
    """Whether a pull reads stored drops again."""
    return bool(_due(home))


def doubts_among(home: ForceHome, marks: set[str]) -> tuple[list[Doubt], int]:
    """The doubts of those drops, as offered, and how many there are of others.

    Those that somebody has accepted do not count.
    """
    found = open_doubts(doubts_in(home, home.lake))
    mine = [doubt for doubt in found if not doubt.marks.isdisjoint(marks)]
    return mine, len(found) - len(mine)


def for_the_audit(home: ForceHome, done: Reread) -> dict[str, object]:
    """What the audit log notes of it: no name of a drop, which may reveal more."""
    return {
        "drops": len(done.names),
        "records": done.records,
        "quarantined": done.quarantined,
        "kept": len(done.kept),
        "mapping_sha256": home.mapping_sha256,
    }


def named(home: ForceHome, drop: str | None) -> frozenset[str]:
    """The drops of that name that have quarantined rows, or all; as offered."""
    entries = ledger.drops(home.lake, home.force)
    named = [e for e in entries if drop is None or e.name == drop]
    if drop is not None and not named:
        raise UsageError(f"reread: no stored drop is named {drop!r}")
    if drop is not None and not ledger.supplied(named):
        raise UsageError(
            f"reread: {drop} was refused, so nothing of it is stored: the next pull"
            " reads it again"
        )
    return frozenset(e.offered_hmac for e in ledger.supplied(named) if e.quarantined)


def _due(home: ForceHome) -> frozenset[str]:
    """Each mapping reads what others quarantined once: it may not be mended yet."""
    state, mine = _read(home), home.mapping_sha256
    if state.mapping_sha256 == mine:
        return state.begun
    stored = ledger.supplied(ledger.drops(home.lake, home.force))
    other = [e for e in stored if e.raw_sha256 and e.mapping_sha256 != mine]
    return state.begun.union(e.offered_hmac for e in other if e.quarantined)


def _carried_out(home: ForceHome, marks: frozenset[str]) -> Reread:
    done = Reread()
    if marks:
        _write(home, replace(_read(home), begun=marks))
        for batch in _batches(_read_again(home, marks, done)):
            _commit(home, batch)
    _write(home, _State(home.mapping_sha256))
    return done


def _read_again(
    home: ForceHome, marks: frozenset[str], done: Reread
) -> Iterator[list[_Read]]:
    """The drops of each raw file, read: two may be of the same bytes."""
    by_raw: dict[str, list[Entry]] = {}
    stored = ledger.supplied(ledger.drops(home.lake, home.force))
    for entry in stored:
        if entry.raw_sha256:
            by_raw.setdefault(entry.raw_sha256, []).append(entry)
        elif entry.offered_hmac in marks:
            done.kept[entry.name] = f"{entry.name}: its raw bytes are past retention"
    quarantine = quarantined_rows(home.lake, home.force)
    spans = tuple(span_of(*days) for days in home.tombstones.days())
    erased = ToRemove(erased_by(home), spans)
    for digest, entries in by_raw.items():
        if marks.isdisjoint(entry.offered_hmac for entry in entries):
            continue
        was = quarantine.filter(of_drops(quarantine, {digest}))
        try:
            found = [_one_again(home, entry, was, erased) for entry in entries]
        except (FileRejectedError, LakeError) as error:
            done.kept[entries[0].name] = f"{error}; it stays as it was read"
            continue
        done.names.update(entry.name for entry in entries)
        done.marks.update(entry.offered_hmac for entry in entries)
        done.records += sum(len(one.came_back) for one in found)
        done.quarantined += len(found[-1].quarantined)
        yield found


def _one_again(home: ForceHome, entry: Entry, was: pa.Table, erased: ToRemove) -> _Read:
    """A drop by the present mapping: what was quarantined comes back where it can.

    What was erased, and can be read only now, does not.
    """
    data = home.raw.read(str(entry.raw_sha256), entry.name)
    rest = blanked(data, home.mapping, _NOTHING)
    good, bad = _sifted(home, entry, data, rest)
    was = was.filter(
        pc.is_in(was["raw_line"], value_set=pa.array(rest.stay, pa.int32()))
    )
    back = good.filter(pc.is_in(good["raw_line"], value_set=_lines(was)))
    back = back.filter(pc.invert(erased.mask(back)))
    still = was.filter(pc.invert(pc.is_in(was["raw_line"], value_set=_lines(back))))
    anew = bad.filter(pc.is_in(bad["raw_line"], value_set=_lines(still)))
    # one that is erased, or no row to this mapping, keeps the rule that it broke
    unseen = pc.invert(pc.is_in(still["raw_line"], value_set=_lines(anew)))
    tables = [conform(t, FORCE_QUARANTINE) for t in (anew, still.filter(unseen))]
    accepted = good.filter(pc.invert(pc.is_in(good["raw_line"], _lines(still))))
    days = [day for day in (entry.first_day, rest.first_day) if day]
    counted = replace(
        entry,
        # what its places were read with decides whether it is read anew
        mapping_sha256=entry.mapping_sha256 if entry.reason else home.mapping_sha256,
        accepted=len(rest.stay) - len(still),
        deleted=int(pc.sum(accepted["deleted"]).as_py() or 0),
        located=len(accepted) - accepted["longitude"].null_count,
        quarantined=len(still),
        calls=calls_among(accepted, pa.concat_tables(tables)),
        erased=(entry.rows_in or 0) - len(rest.stay),
        first_day=min(days, default=None),
    )
    return _Read(counted, conform(back, RECORDS), pa.concat_tables(tables))


def _sifted(
    home: ForceHome, entry: Entry, data: bytes, rest: Blanked
) -> tuple[pa.Table, pa.Table]:
    """The good rows and the bad ones, by the line that they have in the whole bytes.

    Blank rows are left out first: many would have the drop refused.
    """
    mapping, is_whole = home.mapping, len(rest.stay) == entry.rows_in
    raw = DROP_FORMATS[mapping.format].raw(data, mapping)
    filled, first = (data, 0) if is_whole else raw.filled()
    is_accepted = home.feed.accepts(entry.name)
    sifted = sift_drop(filled, mapping, entry.received_at, entry.name, is_accepted)
    good, bad = as_records(sifted, entry.name), sifted.quarantined
    if is_whole:
        return good, bad
    numbers = pa.array([0] * first + rest.stay, pa.int32())
    digest = str(entry.raw_sha256)
    good, bad = (_numbered(of_drop(t, digest), numbers) for t in (good, bad))
    if bad["byte_offset"].null_count == 0:
        lines = np.asarray(bad["raw_line"])
        bad = _with(bad, "byte_offset", pa.array(line_offsets(data, lines)))
    return good, bad


def _numbered(rows: pa.Table, numbers: pa.Array) -> pa.Table:
    return _with(rows, "raw_line", numbers.take(_lines(rows)))


def _with(rows: pa.Table, name: str, column: pa.Array) -> pa.Table:
    index = rows.schema.get_field_index(name)
    return rows.set_column(index, rows.schema.field(index), column)


def _lines(rows: pa.Table) -> pa.Array:
    return rows["raw_line"].combine_chunks()


def _batches(found: Iterable[list[_Read]]) -> Iterator[list[_Read]]:
    batch: list[_Read] = []
    for drops in found:
        batch += drops
        if sum(len(one.came_back) for one in batch) >= _ROWS_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _commit(home: ForceHome, batch: list[_Read]) -> None:
    """Bring back what came; the ledger comes last, as of a drop that is new."""
    lake, force = home.lake, home.force
    came = Restricted(pa.concat_tables([one.came_back for one in batch]))
    state = latest(stored_records(lake, force), came)
    replace_months(lake, force, state.records, state.months)
    quarantine = quarantined_rows(lake, force)
    of_drop = {str(one.entry.raw_sha256): one.quarantined for one in batch}
    rest = without_drops(quarantine, set(of_drop))
    together = pa.concat_tables([rest, *of_drop.values()])
    replace_quarantine(lake, force, together, quarantine)
    before = ledger.drops(lake, force)
    new = {one.entry.key: one.entry for one in batch}
    ledger.commit(lake, force, [new.get(e.key, e) for e in before], before)


def _read(home: ForceHome) -> _State:
    path = home.tombstones.root / "reread.json"
    saved = json.loads(path.read_bytes()) if path.exists() else {}
    return _State(saved.get("mapping_sha256"), frozenset(saved.get("begun", ())))


def _write(home: ForceHome, state: _State) -> None:
    saved = {"mapping_sha256": state.mapping_sha256, "begun": sorted(state.begun)}
    replace_flushed(home.tombstones.root / "reread.json", json.dumps(saved))
