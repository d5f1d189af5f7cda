"""What differs in a database: a comparison of all its rows with what is stored.

A deletion becomes a line of the drop, as the mapping says that one is written. So raw
drops, reading again, retention and erasure need not know where it came from.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from transforms.errors import FileRejectedError, LakeError
from transforms.feeds.force.drop_formats import DROP_FORMATS
from transforms.feeds.force.mapping import ForceMapping
from transforms.feeds.force.mapping_values import ISO
from transforms.feeds.force.sources.offered import OfferedDrop
from transforms.records.homes import ForceHome
from transforms.records.tables import quarantined_rows, stored_records


# More deletions at once are rather a query or a restore that has gone wrong.
_MOST_SHARE = 0.05
_FEW = 20
_COMPARED = ("reference", "deleted", "updated_at", "raw_sha256", "raw_line")


def compared(home: ForceHome, offered: OfferedDrop, data: bytes) -> bytes:
    """The bytes of a drop: of a database's answer, what differs from what is stored.

    Its new and changed lines and, of a whole answer, one for each record that it lacks.
    `FileRejectedError` where it lacks too many, unless that drop is accepted.
    """
    if offered.answer is None:
        return data
    stored = stored_records(home.lake, home.force, *_COMPARED).reveal()
    there = pa.array(sorted(_references(home.mapping, data)), pa.string())
    is_there = pc.is_in(stored["reference"], value_set=there)
    known = _known_lines(home, stored.filter(is_there))
    kept = [line for line in data.splitlines(keepends=True) if line not in known]
    if offered.answer.is_whole:
        live = pc.invert(stored["deleted"])
        gone = stored.filter(pc.and_(live, pc.invert(is_there)))
        _refuse_many(home, offered.name, len(gone), pc.sum(live).as_py() or 0)
        kept += _deletions(home.mapping, gone.sort_by("reference"))
    return b"".join(kept)


def _refuse_many(home: ForceHome, name: str, gone: int, live: int) -> None:
    """Refuse an answer that lacks so many of the live records."""
    if gone > max(_FEW, _MOST_SHARE * live) and not home.feed.accepts(name):
        raise FileRejectedError(
            f"database: {gone:,} of {live:,} stored records are not in its answer, and"
            " deletions are believed up to 5 %; nothing is taken: mend the query, or"
            " accept the drop in hexbeat.toml under [[feed.drops]]"
        )


def _known_lines(home: ForceHome, stored: pa.Table) -> set[bytes]:
    """The lines that stored records, and quarantined rows, were read from.

    Where raw bytes are past their retention, none: such lines are read again.
    """
    places = ["raw_sha256", "raw_line"]
    quarantine = quarantined_rows(home.lake, home.force).select(places)
    schema = pa.schema([("raw_sha256", pa.string()), ("raw_line", pa.int32())])
    both = (table.cast(schema) for table in (stored.select(places), quarantine))
    rows = pa.concat_tables(both)
    known: set[bytes] = set()
    for digest in pc.unique(rows["raw_sha256"]).to_pylist():
        mine = rows.filter(pc.equal(rows["raw_sha256"], digest))
        with suppress(LakeError):
            lines = home.raw.read(digest, "a drop").splitlines(keepends=True)
            places_of = mine["raw_line"].to_pylist()
            # an earlier drop may have been of another format
            known.update(lines[at - 1] for at in places_of if at <= len(lines))
    return known


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
