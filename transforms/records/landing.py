"""Drops on their way into the lake: read and sifted, then landed together.

Rows first, their quarantine next, the ledger last: what is cut off is done again by
the next pull, with the same result.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from transforms.errors import FileRejectedError
from transforms.feeds.force.account import nowhere
from transforms.feeds.force.sift import SiftedDrop, sift_drop
from transforms.feeds.force.sources.offered import OfferedDrop
from transforms.lake.schemas import FORCE_QUARANTINE, RECORDS, conform
from transforms.records import ledger
from transforms.records.blanking import Blanked, blanked
from transforms.records.homes import ForceHome
from transforms.records.latest import latest
from transforms.records.ledger import Entry
from transforms.records.likeness import Earlier
from transforms.records.tables import (
    months_of,
    of_drops,
    quarantined_rows,
    replace_months,
    replace_quarantine,
    stored_records,
    without_drops,
)
from transforms.records.to_remove import ToRemove
from transforms.reference.calls import are_calls
from transforms.restricted import Restricted


@dataclass(frozen=True, kw_only=True)
class Landed:
    """One drop that was read; nothing of it counts before it is committed."""

    entry: Entry
    records: Restricted | None = None  # as RECORDS; None of a rejected drop
    quarantined: pa.Table | None = None  # as FORCE_QUARANTINE
    data: bytes = field(default=b"", repr=False)
    broken: Counter[str] = field(default_factory=Counter)  # rows by rule
    open_ends: int = 0  # rows whose end lies after receipt, and counts as unknown
    nowhere: bool = False  # it gives places, and none in England or Wales
    is_news: bool = True  # where it is refused: no earlier pull has reported it


def land(
    home: ForceHome,
    offered: OfferedDrop,
    data: bytes,
    to_remove: ToRemove,
    now: datetime,
    earlier: Earlier | None = None,
) -> Landed:
    """Read one drop's bytes: its rows, but for those whose reference is erased.

    It is refused where it is not like the `earlier` drops, and in doubt where there are
    none and it lies elsewhere, unless it is accepted.
    """
    is_accepted = home.feed.accepts(offered.name)
    entry = noted(home, offered.name, home.tombstones.mark(data), now)
    try:
        sifted = sift_drop(data, home.mapping, now, offered.name, is_accepted)
    except FileRejectedError as error:
        return rejected(entry, str(error))
    rest = blanked(data, home.mapping, to_remove)
    gone = pa.array(rest.lines, pa.int32())
    kept = as_records(sifted, offered.name).filter(_not_in(gone, sifted.records))
    broken = sifted.quarantined
    broken = broken.filter(pc.invert(pc.is_in(broken["raw_line"], value_set=gone)))
    rows = len(kept) + len(broken) + len(gone)
    if sifted.rows_in != rows:
        why = f"{offered.name}: {sifted.rows_in:,} rows in, but {rows:,} accounted for"
        return rejected(entry, why)
    landed = _landed(entry, sifted, rest, kept, broken)
    if earlier is None or is_accepted:
        return landed
    if unlike := earlier.unlike(offered.name, kept, sifted.exchanged_days):
        return rejected(entry, f"{offered.name}: {unlike}")
    doubt = earlier.outside_area(kept)
    return replace(landed, entry=replace(landed.entry, reason=doubt))


def noted(home: ForceHome, name: str, mark: str, now: datetime) -> Entry:
    """An entry of a drop, as far as it is known without reading it."""
    return Entry(
        force=home.force,
        name=name,
        offered_hmac=mark,
        mapping_sha256=home.mapping_sha256,
        received_at=now,
        observed="supplied",
    )


def rejected(entry: Entry, why: str) -> Landed:
    """A drop that is refused whole, and why."""
    return Landed(entry=replace(entry, observed="rejected", reason=why))


def _landed(
    entry: Entry, sifted: SiftedDrop, rest: Blanked, kept: pa.Table, broken: pa.Table
) -> Landed:
    digest = sha256(rest.data).hexdigest()
    deleted = int(pc.sum(kept["deleted"]).as_py() or 0)
    counts: dict[str, Any] = {
        "raw_sha256": digest,
        "rows_in": sifted.rows_in,
        "accepted": len(kept),
        "deleted": deleted,
        "quarantined": len(broken),
        "calls": calls_among(kept, broken),
        "erased": len(rest.lines),
        "located": len(kept) - kept["longitude"].null_count,
        "ambiguous": sifted.ambiguous,
        "first_day": rest.first_day,
    }
    return Landed(
        entry=replace(entry, **counts),
        records=Restricted(conform(of_drop(kept, digest), RECORDS)),
        quarantined=conform(of_drop(broken, digest), FORCE_QUARANTINE),
        data=rest.data,
        broken=Counter(broken["rule"].to_pylist()),
        open_ends=sifted.open_ends,
        nowhere=nowhere(counts["located"], int(pc.sum(kept["in_area"]).as_py() or 0)),
    )


def as_records(sifted: SiftedDrop, name: str) -> pa.Table:
    """Its records with their months, and the drop's name."""
    rows = sifted.records.reveal()
    rows = rows.append_column("month", months_of(rows))
    return rows.append_column("drop", pa.repeat(name, len(rows)))


def calls_among(accepted: pa.Table, quarantined: pa.Table) -> int:
    """How many rows of a drop are of calls for service.

    The record of a row that says it is deleted has no category, and counts as crime.
    """
    masks = (are_calls(accepted["category"]), quarantined["call"])
    return sum(int(pc.sum(mask).as_py() or 0) for mask in masks)


def _not_in(lines: pa.Array, records: Restricted) -> pa.ChunkedArray:
    return pc.invert(pc.is_in(records.reveal()["raw_line"], value_set=lines))


def of_drop(rows: pa.Table, digest: str) -> pa.Table:
    """The rows as those of these raw bytes."""
    index = rows.schema.get_field_index("raw_sha256")
    return rows.set_column(index, "raw_sha256", pa.repeat(digest, len(rows)))


def commit(
    home: ForceHome, landed: list[Landed], replaced: Collection[str] = ()
) -> None:
    """Bring drops into the lake, in place of some raw drops; the ledger comes last."""
    lake, force = home.lake, home.force
    before = ledger.drops(lake, force)
    taken = [
        one for one in landed if one.records is not None and one.quarantined is not None
    ]
    for one in taken:
        home.raw.keep(one.data)
    if taken:
        # of a drop that is taken again, nothing stays that refers to its earlier bytes
        keys = {one.entry.key for one in taken}
        past = {str(e.raw_sha256) for e in before if e.raw_sha256 and e.key in keys}
        past.update(replaced)
        stored = stored_records(lake, force).reveal()
        moved = pc.unique(stored["month"].filter(of_drops(stored, past))).to_pylist()
        others = Restricted(without_drops(stored, past))
        rows = [one.records.reveal() for one in taken if one.records is not None]
        state = latest(others, Restricted(pa.concat_tables(rows)))
        months = sorted({*state.months, *moved})
        replace_months(lake, force, state.records, months)
        quarantine = quarantined_rows(lake, force)
        digests = {str(one.entry.raw_sha256) for one in taken}
        rest = without_drops(quarantine, digests | past)
        of_taken = {str(one.entry.raw_sha256): one.quarantined for one in taken}
        together = pa.concat_tables([rest, *of_taken.values()])
        replace_quarantine(lake, force, together, quarantine)
    after = ledger.merged(before, [one.entry for one in landed])
    ledger.commit(lake, force, after, before)
