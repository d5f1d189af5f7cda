"""One pull: what a force's source offers is brought in, what is old is taken out."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, partial

import pyarrow.compute as pc

from transforms.errors import FileRejectedError
from transforms.feeds.force.sources.offered import DropSource, OfferedDrop
from transforms.records import cut_off, ledger
from transforms.records.cut_off import finish_landing
from transforms.records.drop_doubts import Doubt
from transforms.records.homes import ForceHome
from transforms.records.landing import Landed, commit, land, noted, rejected
from transforms.records.ledger import Entry
from transforms.records.likeness import Earlier
from transforms.records.listed import Listed
from transforms.records.removal import Removed, erased_by, finish, is_unfinished
from transforms.records.reread import (
    Reread,
    doubts_among,
    for_the_audit,
    is_due,
    reread_changed,
)
from transforms.records.retention import due, lapsed, not_again, retain, taken_again
from transforms.records.tables import quarantined_rows, stored_records
from transforms.records.to_remove import ToRemove
from transforms.records.vacuum import sum_up_logs, vacuum


_ROWS_AT_ONCE = 500_000  # so many are kept in memory, and land in one commit
_COUNTS = (
    "rows_in", "accepted", "deleted", "quarantined", "erased", "located", "ambiguous",
)  # fmt: skip


@dataclass(kw_only=True)
class Pulled:
    """What a pull did, in numbers, and one line for each drop that was refused."""

    drops: int = 0  # taken
    unchanged: int = 0  # stored already
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_COUNTS, 0))
    broken: Counter[str] = field(default_factory=Counter)  # rows by rule
    rejected: dict[str, str] = field(default_factory=dict)  # drop: why
    open_ends: int = 0  # rows whose end lies after receipt, and counts as unknown
    nowhere: list[str] = field(default_factory=list)  # drops with no place in the area
    names: set[str] = field(default_factory=set)  # of the drops taken
    doubts: list[Doubt] = field(default_factory=list)  # of those
    nothing_new: int = 0  # drops without a row
    offered: set[str] = field(default_factory=set)  # names
    outside: dict[str, str] = field(default_factory=dict)  # drop: why it may be wrong
    reread: Reread = field(default_factory=Reread)  # stored drops, with this mapping
    growing: int = 0  # drops left for the next pull
    removed: Removed = field(default_factory=Removed)
    withheld: str | None = None  # why retention was not enforced
    mapping_changed: bool = False  # since the newest drop was read

    @property
    def changed(self) -> bool:
        """Whether the home is another than before."""
        return bool(self.drops or self.removed.any or self.reread.records)

    def add(self, landed: Landed) -> None:
        """Take a drop's numbers in."""
        if landed.entry.reason:
            self.rejected[landed.entry.name] = landed.entry.reason
            return
        self.drops += 1
        self.nothing_new += landed.entry.rows_in == 0
        self.names.add(landed.entry.name)
        self.broken += landed.broken
        self.open_ends += landed.open_ends
        if landed.nowhere:
            self.nowhere.append(landed.entry.name)
        elif landed.outside:
            self.outside[landed.entry.name] = landed.outside
        for name in _COUNTS:
            self.counts[name] += getattr(landed.entry, name) or 0


def pull(home: ForceHome, source: DropSource, who: str, now: datetime) -> Pulled:
    """Bring in what is new, finish what was cut off, and enforce the retention.

    Raises `SourceError` where the source cannot be read; what landed before stays.
    """
    done = Pulled()
    with home.changed("a pull"):
        started = finish(home, now)
        retained, done.withheld = retain(home, now)
        done.mapping_changed = _mapping_changed(home)
        done.reread = reread_changed(home)
        listed, noted = Listed.of(home, now), cut_off.begun(home)
        new = _new(home, source, listed, done, now)
        for batch in _batches(read() for read in new):
            cut_off.note(home, batch)
            commit(home, batch)
            taken_again(home, frozenset(one.entry.offered_hmac for one in batch))
            for landed in batch:
                done.add(landed)
        finished = finish_landing(home, noted, ToRemove(erased_by(home)), now)
        for landed in finished:
            done.add(landed)
        before, after = _without_gone(home, done, source)
        ledger.commit(home.lake, home.force, after, before)
        done.removed = started + retained
        # of what came, some may be past its retention already
        if done.drops or done.reread.records:
            retained, done.withheld = retain(home, now)
            done.removed += retained
        names = done.names | done.reread.names | {drop.name for drop in noted}
        done.doubts = doubts_among(home, names)
        listed.write()
        done.growing = len(source.growing)
        _tidy(home, now)
        home.log(now, who, "pull", _for_the_audit(home, done))
        if not any(landed.entry.reason for landed in finished):
            cut_off.forget(home)
    return done


def pull_of_nothing(
    home: ForceHome, source: DropSource, who: str, now: datetime
) -> Pulled | None:
    """The pull that finds nothing to do: None where there is something, all left as is.

    Raises `SourceError` where the source cannot be read.
    """
    done = Pulled()
    with home.changed("a pull"):
        if is_unfinished(home) or due(home, now):
            return None
        if _mapping_changed(home) or is_due(home) or cut_off.begun(home):
            return None
        listed = Listed.of(home, now)
        is_new = any(True for _ in _new(home, source, listed, done, now))
        before, after = _without_gone(home, done, source)
        if is_new or done.rejected or source.growing or before != after:
            return None
        retain(home, now)
        listed.write()
        _tidy(home, now)
        home.log(now, who, "pull", _for_the_audit(home, done))
    return done


def _tidy(home: ForceHome, now: datetime) -> None:
    """Remove what killed pulls left, and what no reader can need."""
    lake, force = home.lake, home.force
    # raw drops that rows refer to stay, even if the ledger does not list them
    records = stored_records(lake, force, "raw_sha256").reveal()
    rows = [records, quarantined_rows(lake, force)]
    known = {d for table in rows for d in pc.unique(table["raw_sha256"]).to_pylist()}
    known |= {str(e.raw_sha256) for e in ledger.drops(lake, force)}
    home.raw.remove_but(known)
    vacuum(home.lake, now - timedelta(days=home.home.retention.unused_days))
    sum_up_logs(home.lake)


def _new(
    home: ForceHome,
    source: DropSource,
    listed: Listed,
    done: Pulled,
    now: datetime,
) -> Iterator[Callable[[], Landed]]:
    """Each drop that is not stored yet, to be read."""
    stored = ledger.supplied(ledger.drops(home.lake, home.force))
    known = {entry.key for entry in stored}
    taken = {entry.name for entry in stored}
    again, erased = lapsed(home, now), erased_by(home)
    whole = {entry.key for entry in stored if entry.offered_hmac not in again}
    last = max(stored, key=lambda entry: entry.name, default=None)
    last = last if last and last.key in whole else None
    earlier = cache(partial(Earlier.of, home))  # most pulls need none
    to_remove = ToRemove(erased)
    to_remove_again = ToRemove(erased, not_again(home, now) if again else ())
    drops = source.offered(lambda name, at: listed.knows(name, at, whole))
    listed.keep(source.unread)
    done.unchanged = len(source.unread)
    done.offered.update(source.unread)
    for offered in drops:
        done.offered.add(offered.name)
        try:
            data = offered.read()
        except FileRejectedError as error:  # cut off on its way: nothing to note
            done.rejected[offered.name] = str(error)
            continue
        entry = noted(home, offered.name, home.tombstones.mark(data), now)
        listed.add(offered, entry)
        if entry.key in known and entry.offered_hmac in again:
            yield partial(land, home, offered, data, to_remove_again, now)
        elif entry.key in known or (offered.is_answer and _repeats(last, entry)):
            done.unchanged += 1
        else:
            yield partial(
                _landed, home, offered, data, to_remove, entry, taken, earlier
            )


def _repeats(last: Entry | None, entry: Entry) -> bool:
    """Whether an answer is the last one again, read by the same mapping.

    One that equals an earlier answer is new: what has changed back has a later time.
    """
    if last is None or last.mapping_sha256 != entry.mapping_sha256:
        return False
    return last.offered_hmac == entry.offered_hmac


def _without_gone(
    home: ForceHome, done: Pulled, source: DropSource
) -> tuple[list[Entry], list[Entry]]:
    """The ledger, and without refused drops that are offered no more: nobody's care."""
    before = ledger.drops(home.lake, home.force)
    return before, ledger.without_gone(before, done.offered.union(source.growing))


def _landed(
    home: ForceHome,
    offered: OfferedDrop,
    data: bytes,
    to_remove: ToRemove,
    entry: Entry,
    taken: set[str],
    earlier: Callable[[], Earlier],
) -> Landed:
    """A drop read, unless it cannot be known which of two of its name is the later."""
    if offered.name in taken and home.mapping.columns.updated is None:
        return rejected(
            entry,
            f"{offered.name}: other bytes than those taken by that name; send it by a"
            " name that sorts after, or map columns.updated",
        )
    landed = land(home, offered, data, to_remove, entry.received_at, earlier())
    if landed.records is not None:
        earlier().add(offered.name, landed.records.reveal())
    return landed


def _batches(landed: Iterator[Landed]) -> Iterator[list[Landed]]:
    batch: list[Landed] = []
    for one in landed:
        batch.append(one)
        if sum(each.entry.rows_in or 0 for each in batch) >= _ROWS_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _mapping_changed(home: ForceHome) -> bool:
    stored = ledger.supplied(ledger.drops(home.lake, home.force))
    newest = max(stored, key=lambda entry: entry.received_at, default=None)
    return newest is not None and newest.mapping_sha256 != home.mapping_sha256


def _for_the_audit(home: ForceHome, done: Pulled) -> dict[str, object]:
    """What the audit log notes of it: no name of a drop, which may reveal more."""
    return {
        "drops": done.drops,
        "unchanged": done.unchanged,
        "rejected": len(done.rejected),
        **done.counts,
        "removed": vars(done.removed),
        "withheld": done.withheld,
        "doubts": len(done.doubts),
        "reread": for_the_audit(home, done.reread) if done.reread.names else None,
        "mapping_sha256": home.mapping_sha256,
        "settings_sha256": home.settings_sha256,
        "mapping_changed": done.mapping_changed,
    }
