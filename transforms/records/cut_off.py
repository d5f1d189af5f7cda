"""Drops of a pull that was cut off: what landed of them is finished from raw bytes.

Their source may not offer them any more: an answer of a database has moved on, a file
was replaced. So a pull notes what it brings in, until all of it is stored and reported.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import TypeAdapter

from transforms.feeds.force.sources.offered import OfferedDrop
from transforms.lake.storage import replace_flushed
from transforms.records import ledger
from transforms.records.blanking import blanked
from transforms.records.homes import ForceHome
from transforms.records.landing import Landed, commit, land
from transforms.records.likeness import Earlier
from transforms.records.tables import quarantined_rows, stored_records
from transforms.records.to_remove import ToRemove


class Noted(NamedTuple):
    """A drop that a pull brings in."""

    name: str
    raw_sha256: str
    offered_hmac: str


_NOTE = TypeAdapter(list[Noted])
_NOTHING = ToRemove(None)


def begun(home: ForceHome) -> list[Noted]:
    """What pulls have brought in, or were about to, and nobody has been shown."""
    path = _path(home)
    return _NOTE.validate_json(path.read_bytes()) if path.exists() else []


def note(home: ForceHome, landed: Iterable[Landed]) -> None:
    """Remember those drops before any of their rows is stored."""
    new = [
        Noted(one.entry.name, one.entry.raw_sha256, one.entry.offered_hmac)
        for one in landed
        if one.entry.raw_sha256
    ]
    if new:
        drops = sorted({*begun(home), *new})
        replace_flushed(_path(home), _NOTE.dump_json(drops).decode())


def forget(home: ForceHome) -> None:
    """All of them are stored and reported."""
    _path(home).unlink(missing_ok=True)


def finish_landing(
    home: ForceHome, noted: Iterable[Noted], to_remove: ToRemove, now: datetime
) -> list[Landed]:
    """Bring in each of those of which rows are stored that the ledger does not list.

    One that the present mapping refuses is among those returned, and stays as it is.
    """
    listed = {e.raw_sha256 for e in ledger.drops(home.lake, home.force)}
    unlisted = [drop for drop in noted if drop.raw_sha256 not in listed]
    if not unlisted:
        return []
    records = stored_records(home.lake, home.force, "raw_sha256").reveal()
    tables = (records, quarantined_rows(home.lake, home.force))
    stored = {d for t in tables for d in pc.unique(t["raw_sha256"]).to_pylist()}
    found = []
    for drop in unlisted:
        if drop.raw_sha256 in stored:
            found.append(landed := from_raw(home, drop, to_remove, now))
            if not landed.entry.is_rejected:
                commit(home, [landed], {drop.raw_sha256})
    return found


def from_raw(
    home: ForceHome, drop: Noted, to_remove: ToRemove, now: datetime
) -> Landed:
    """The drop from its raw bytes; rows that are blank there count as erased."""
    data = home.raw.read(drop.raw_sha256, drop.name)
    landed = land(home, OfferedDrop(drop.name, lambda: data), data, to_remove, now)
    if landed.quarantined is None or landed.records is None:
        return landed
    stay = pa.array(blanked(data, home.mapping, _NOTHING).stay, pa.int32())
    lines = landed.quarantined["raw_line"]
    broken = landed.quarantined.filter(pc.is_in(lines, value_set=stay))
    blank = len(lines) - len(broken)
    doubt = None
    if not home.feed.accepts(drop.name):
        doubt = Earlier.of(home, {drop.raw_sha256}).outside_area(
            landed.records.reveal()
        )
    entry = replace(
        landed.entry,
        reason=doubt,
        offered_hmac=drop.offered_hmac,
        quarantined=len(broken),
        erased=(landed.entry.erased or 0) + blank,
    )
    rules = Counter(broken["rule"].to_pylist())
    return replace(landed, entry=entry, quarantined=broken, broken=rules)


def _path(home: ForceHome) -> Path:
    return home.home.root / "landing.json"
