"""What a database has no more: a comparison of all its rows with what is stored.

A deletion becomes a line of the drop, as the mapping says that one is written. So raw
drops, reading again, retention and erasure need not know where it came from.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from transforms.errors import FileRejectedError
from transforms.feeds.force.drop_formats import DROP_FORMATS
from transforms.feeds.force.mapping import ForceMapping
from transforms.feeds.force.mapping_values import ISO
from transforms.feeds.force.sources.offered import OfferedDrop
from transforms.records.homes import ForceHome
from transforms.records.tables import stored_records


# More deletions at once are rather a query or a restore that has gone wrong.
_MOST_SHARE = 0.05
_FEW = 20


def compared(home: ForceHome, offered: OfferedDrop, data: bytes) -> bytes:
    """The bytes of a drop, with a line for each record that a whole answer lacks.

    `FileRejectedError` where it lacks too many, unless that drop is accepted.
    """
    if offered.answer is None or not offered.answer.is_whole:
        return data
    stored = stored_records(
        home.lake, home.force, "reference", "deleted", "updated_at"
    ).reveal()
    live = stored.filter(pc.invert(stored["deleted"]))
    there = pa.array(sorted(_references(home.mapping, data)), pa.string())
    gone = live.filter(pc.invert(pc.is_in(live["reference"], value_set=there)))
    most = max(_FEW, _MOST_SHARE * len(live))
    if len(gone) > most and not home.feed.accepts(offered.name):
        raise FileRejectedError(
            f"database: {len(gone):,} of {len(live):,} stored records are not in its"
            " answer, and deletions are believed up to 5 %; nothing is taken: mend the"
            " query, or accept the drop in hexbeat.toml under [[feed.drops]]"
        )
    return data + b"".join(_deletions(home.mapping, gone.sort_by("reference")))


def _references(mapping: ForceMapping, data: bytes) -> set[str]:
    raw = DROP_FORMATS[mapping.format].raw(data, mapping)
    rows = (row for _, row, _ in raw.rows() if row is not None)
    return {row.get(mapping.columns.reference, "").strip() for row in rows}


def _deletions(mapping: ForceMapping, gone: pa.Table) -> Iterator[bytes]:
    """A line for each; as last updated as the record, so the later drop counts."""
    columns, tombstone = mapping.columns, mapping.tombstone
    for reference, updated in zip(
        gone["reference"].to_pylist(), gone["updated_at"].to_pylist(), strict=True
    ):
        line: dict[str, str | None] = dict.fromkeys(mapping.names)
        line[columns.reference] = reference
        if tombstone:
            line[tombstone.column] = tombstone.yes[0]
        if columns.updated and updated:
            line[columns.updated] = _written(updated, mapping)
        yield json.dumps(line, ensure_ascii=False).encode() + b"\n"


def _written(moment: datetime, mapping: ForceMapping) -> str:
    """A time as the mapping reads it."""
    times = mapping.times.of_changes
    if times.date_format == ISO:
        return moment.isoformat()
    local = moment.astimezone(ZoneInfo(times.time_zone))
    return local.strftime(times.date_format)
