"""One pull: what a force's source offers is brought in, what is old is taken out."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pyarrow.compute as pc

from transforms.feeds.force.sources.offered import DropSource
from transforms.records import cut_off, ledger
from transforms.records.cut_off import finish_landing
from transforms.records.homes import ForceHome
from transforms.records.landing import Landed, commit
from transforms.records.ledger import Entry
from transforms.records.listed import Listed
from transforms.records.new_drops import new_drops
from transforms.records.pings import are_old_pings, remove_old_pings
from transforms.records.pulled import Pulled
from transforms.records.read_anew import read_anew, to_read_anew
from transforms.records.removal import erased_by, finish, is_unfinished
from transforms.records.reread import (
    doubts_among,
    for_the_audit,
    is_due,
    reread_changed,
)
from transforms.records.retention import due, retain, taken_again
from transforms.records.tables import quarantined_rows, stored_records
from transforms.records.to_remove import ToRemove
from transforms.records.told import Told
from transforms.records.vacuum import sum_up_logs, vacuum
from transforms.records.watermark import Watermark


_ROWS_AT_ONCE = 500_000  # so many are kept in memory, and land in one commit


def pull(home: ForceHome, source: DropSource, who: str, now: datetime) -> Pulled:
    """Bring in what is new, finish what was cut off, and enforce the retention.

    Raises `SourceError` where the source cannot be read; what landed before stays.
    """
    done = Pulled()
    with home.changed("a pull"):
        started = finish(home, now)
        remove_old_pings(home, now)
        retained, done.withheld = retain(home, now)
        done.mapping_changed = _mapping_changed(home)
        told = Told.of(home, "drops")
        for landed in read_anew(home, now):
            fault = (*landed.entry.key, home.mapping_sha256)
            is_rejected = landed.entry.is_rejected
            done.add(replace(landed, is_news=is_rejected and told.is_news(*fault)))
        done.reread = reread_changed(home)
        listed, noted = Listed.of(home, now), cut_off.begun(home)
        watermark = Watermark.of(home)
        new = new_drops(home, source, listed, watermark, done, now)
        for batch in _batches(one.landed(told) for one in new):
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
        marks = done.marks | done.reread.marks | {drop.offered_hmac for drop in noted}
        done.doubts, done.still_in_doubt = doubts_among(home, marks)
        listed.write()
        watermark.write({entry.key for entry in ledger.supplied(after)})
        done.went_back = watermark.went_back
        done.growing = len(source.growing)
        _tidy(home, now)
        home.log(now, who, "pull", _for_the_audit(home, done))
        told.write()
        if not any(landed.entry.is_rejected for landed in finished):
            cut_off.forget(home)
    return done


def pull_of_nothing(
    home: ForceHome, source: DropSource, who: str, now: datetime
) -> Pulled | None:
    """The pull that finds nothing to do: None where there is something, all left as is.

    Raises `SourceError` where the source cannot be read.
    """
    try:
        return _pull_of_nothing(home, source, who, now)
    except _NewsError:
        return None


class _NewsError(Exception):
    """A drop lies there that was never read, whole or not yet."""


def _is_news(_name: str) -> None:
    """It ends the look before that waits for it to be whole: the pull will wait."""
    raise _NewsError


def _pull_of_nothing(
    home: ForceHome, source: DropSource, who: str, now: datetime
) -> Pulled | None:
    done = Pulled()
    with home.changed("a pull"):
        if is_unfinished(home) or due(home, now) or are_old_pings(home, now):
            return None
        if _mapping_changed(home) or is_due(home) or cut_off.begun(home):
            return None
        if to_read_anew(home):
            return None
        listed, told = Listed.of(home, now), Told.of(home, "drops")
        watermark = Watermark.of(home)
        for one in new_drops(home, source, listed, watermark, done, now, _is_news):
            # one that is refused as it was is nothing to do
            if not told.knows(*one.fault):
                return None
            if not (landed := one.landed(told)).entry.is_rejected:
                return None
            done.add(landed)
        before, after = _without_gone(home, done, source)
        if source.growing or before != after:
            return None
        _, done.still_in_doubt = doubts_among(home, set())
        retain(home, now)
        listed.write()
        watermark.write({entry.key for entry in ledger.supplied(after)})
        done.went_back = watermark.went_back
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


def _without_gone(
    home: ForceHome, done: Pulled, source: DropSource
) -> tuple[list[Entry], list[Entry]]:
    """The ledger, and without drops that are refused no more: nobody's care."""
    before = ledger.drops(home.lake, home.force)
    return before, ledger.without_gone(before, done.refused.union(source.growing))


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
        "rejected": len(done.refused),
        **done.counts,
        "removed": vars(done.removed),
        "withheld": done.withheld,
        "doubts": len(done.doubts),
        "reread": for_the_audit(home, done.reread) if done.reread.names else None,
        **({"asked": done.asked} if done.asked else {}),
        "mapping_sha256": home.mapping_sha256,
        "settings_sha256": home.settings_sha256,
        "mapping_changed": done.mapping_changed,
    }
