"""Drops on their way into the lake: read and sifted, then landed together.

Rows first, their quarantine next, the ledger last: whatever is cut off is done again
by the next pull, and comes to the same.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

import pyarrow as pa
import pyarrow.compute as pc

from transforms.errors import FileRejectedError
from transforms.feeds.force.sift import SiftedDrop, sift_drop
from transforms.feeds.force.sources.offered import OfferedDrop
from transforms.record_schemas import FORCE_QUARANTINE, RECORDS
from transforms.records import ledger
from transforms.records.blanking import Blanked, blanked
from transforms.records.doomed import Doomed
from transforms.records.homes import ForceHome
from transforms.records.latest import latest
from transforms.records.ledger import Entry
from transforms.records.tables import (
    held_back,
    held_records,
    months_of,
    replace_months,
    replace_quarantine,
    without_drops,
)
from transforms.restricted import Restricted
from transforms.schemas import conform


@dataclass(frozen=True)
class Landed:
    """One drop that was read; nothing of it counts before it is committed."""

    entry: Entry
    records: Restricted | None = None  # as RECORDS; None of a rejected drop
    held: pa.Table | None = None  # as FORCE_QUARANTINE
    data: bytes = field(default=b"", repr=False)
    broken: Counter[str] = field(default_factory=Counter)  # rows by rule


def land(
    home: ForceHome, offered: OfferedDrop, data: bytes, doomed: Doomed, now: datetime
) -> Landed:
    """Read one drop's bytes: its rows, but for those whose reference is erased."""
    entry = noted(home, offered.name, home.tombstones.mark(data), now)
    try:
        sifted = sift_drop(data, home.mapping, now, offered.name)
    except FileRejectedError as error:
        return rejected(entry, str(error))
    rest = blanked(data, home.mapping, doomed)
    gone = pa.array(rest.lines, pa.int32())
    kept = _as_records(sifted, offered.name).filter(_not_in(gone, sifted.records))
    held = sifted.quarantined
    held = held.filter(pc.invert(pc.is_in(held["raw_line"], value_set=gone)))
    told = len(kept) + len(held) + len(gone)
    if sifted.rows_in != told:
        why = f"{offered.name}: {sifted.rows_in:,} rows in, but {told:,} accounted for"
        return rejected(entry, why)
    return _landed(entry, sifted, rest, kept, held)


def noted(home: ForceHome, name: str, mark: str, now: datetime) -> Entry:
    """An entry of a drop, as far as it can be told without reading it."""
    return Entry(home.force, name, mark, home.mapping_sha256, now, "supplied")


def rejected(entry: Entry, why: str) -> Landed:
    """A drop that is refused whole, and why."""
    told = {**vars(entry), "observed": "rejected", "reason": why}
    return Landed(Entry(**told))


def _landed(
    entry: Entry, sifted: SiftedDrop, rest: Blanked, kept: pa.Table, held: pa.Table
) -> Landed:
    digest = sha256(rest.data).hexdigest()
    deleted = int(pc.sum(kept["deleted"]).as_py() or 0)
    counts = {
        "raw_sha256": digest,
        "rows_in": sifted.rows_in,
        "accepted": len(kept),
        "deleted": deleted,
        "quarantined": len(held),
        "erased": len(rest.lines),
        "located": len(kept) - kept["longitude"].null_count,
        "ambiguous": sifted.ambiguous,
        "first_day": rest.first_day,
    }
    return Landed(
        Entry(**{**vars(entry), **counts}),
        Restricted(conform(_of_drop(kept, digest), RECORDS)),
        conform(_of_drop(held, digest), FORCE_QUARANTINE),
        rest.data,
        Counter(held["rule"].to_pylist()),
    )


def _as_records(sifted: SiftedDrop, name: str) -> pa.Table:
    rows = sifted.records.reveal()
    rows = rows.append_column("month", months_of(rows))
    return rows.append_column("drop", pa.repeat(name, len(rows)))


def _not_in(lines: pa.Array, records: Restricted) -> pa.ChunkedArray:
    return pc.invert(pc.is_in(records.reveal()["raw_line"], value_set=lines))


def _of_drop(rows: pa.Table, digest: str) -> pa.Table:
    index = rows.schema.get_field_index("raw_sha256")
    return rows.set_column(index, "raw_sha256", pa.repeat(digest, len(rows)))


def commit(home: ForceHome, landed: list[Landed]) -> None:
    """Bring drops into the lake, and tell the ledger."""
    lake, force = home.lake, home.force
    before = ledger.drops(lake, force)
    taken = [one for one in landed if one.records is not None and one.held is not None]
    for one in taken:
        home.raw.keep(one.data)
    if taken:
        held = held_records(lake, force)
        rows = [one.records.reveal() for one in taken if one.records is not None]
        state = latest(held, Restricted(pa.concat_tables(rows)))
        replace_months(lake, force, state.records, state.months)
        quarantine = held_back(lake, force)
        digests = {str(one.entry.raw_sha256) for one in taken}
        others = without_drops(quarantine, digests)
        of_taken = {str(one.entry.raw_sha256): one.held for one in taken}
        together = pa.concat_tables([others, *of_taken.values()])
        replace_quarantine(lake, force, together, quarantine)
    told = ledger.merged(before, [one.entry for one in landed])
    ledger.commit(lake, force, told, before)
