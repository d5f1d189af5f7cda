"""The contracts of a force's own feed: its records, its quarantine, its drops.

The columns that records share with the incidents of other feeds mean the same there.
Schemas alone, for the lake: rows are the business of `transforms.records`.
"""

import pyarrow as pa

from transforms.lake.schemas.fields import SLUG, TEXT, about, column
from transforms.lake.schemas.incidents import INCIDENTS, QUARANTINE


_DELETED = "the force has deleted the record"
_UTC = pa.timestamp("us", "UTC")


def _shared(name: str, null: str) -> pa.Field:
    """A column as incidents have it, which a deleted record lacks."""
    field = INCIDENTS.field(name)
    return column(name, field.type, about(field)["description"], null)


_UNSAID = "the mapping names no column for it, or " + _DELETED

FORCE_RECORDS = pa.schema(
    [
        INCIDENTS.field("force"),
        INCIDENTS.field("raw_sha256"),
        column("raw_line", pa.int32(), "Line in that file; of Parquet the row, from 1"),
        column("reference", TEXT, "The force's own id of the crime"),
        column("deleted", pa.bool_(), "The force has deleted the record: nothing else of it is stored"),
        column("updated_at", _UTC, "Last change of the record, as the force has it, UTC", "none given, or the mapping names no column for it"),
        column("category", INCIDENTS.field("category").type, "Crime category: police.uk slug; or the force's own kind of call for service, such as call:domestic", _DELETED),
        column("offence_code", SLUG, "Offence code, as the force has it", "the feed has only categories, or " + _DELETED),
        column("harm", pa.float64(), "Harm of one such offence, in the unit of the mapping", "the mapping has none for the code, or " + _DELETED),
        column("occurred_from", _UTC, "Earliest time of the incident, UTC; for a date without a time, its first second", _DELETED),
        column("occurred_to", _UTC, "Latest time of the incident, UTC; for a date without a time, its last second", "none given, or " + _DELETED),
        column("time_precision", SLUG, "day (a date without a time) or minute", _DELETED),
        column("time_ambiguous", pa.bool_(), "One of the times occurred twice that night, because the clocks went back; the mapping says which one was taken", _DELETED),
        column("recorded_at", _UTC, "When the force recorded the incident, UTC; for a date without a time, its last second", "none given, the mapping names no column for it, or " + _DELETED),
        column("longitude", pa.float64(), "Degrees east, WGS 84; from British National Grid with OSTN15, to a few centimetres", "no place given, or " + _DELETED),
        column("latitude", pa.float64(), "Degrees north, WGS 84; from British National Grid with OSTN15, to a few centimetres", "no place given, or " + _DELETED),
        column("location_precision", SLUG, "exact or none", _DELETED),
        column("in_area", pa.bool_(), "Located, and south of 54.9 degrees", _DELETED),
        *(_shared(name, "no place given, or " + _DELETED) for name in ("h3_r9", "h3_r10")),
        column("place_label", SLUG, "Street or venue, as the force has it, cleaned", "none given, or " + _DELETED),
        column("domestic", pa.bool_(), "Domestic abuse, as the force flags it", _UNSAID),
        column("sexual", pa.bool_(), "Sexual offence, as the force flags it", _UNSAID),
        column("under_18", pa.bool_(), "A victim or suspect under 18, as the force flags it", _UNSAID),
    ]
)  # fmt: skip

FORCE_QUARANTINE = pa.schema(
    [
        FORCE_RECORDS.field("force"),
        QUARANTINE.field("raw_sha256"),
        FORCE_RECORDS.field("raw_line"),
        column("byte_offset", pa.int64(), "Where that line starts in the file, in bytes", "Parquet has no lines"),
        QUARANTINE.field("rule"),
        column("call", pa.bool_(), "The mapping lists its code as a kind of call for service", "an older hexbeat read it"),
    ]
)  # fmt: skip

RECORDS = pa.schema(
    [
        *FORCE_RECORDS,
        column("month", TEXT, "Calendar month of occurred_from in local time in Great Britain, YYYY-MM; deleted, where the force has deleted the record"),
        column("drop", SLUG, "Name of the drop that the record came from"),
    ]
)  # fmt: skip

_REJECTED = "the drop was rejected"
_COUNT = pa.int64()

DROPS = pa.schema(
    [
        FORCE_RECORDS.field("force"),
        column("name", TEXT, "Name of the drop, as its source has it"),
        column("offered_hmac", TEXT, "HMAC-SHA256 of its bytes as offered (of why, if they did not come), with the home's own key"),
        column("mapping_sha256", TEXT, "SHA-256 of the mapping that it was read with"),
        column("received_at", _UTC, "When it was first read, UTC"),
        column("observed", TEXT, "supplied or rejected"),
        column("reason", TEXT, "Why it was rejected; of one that was supplied, why its places are in doubt", "neither is so"),
        column("raw_sha256", TEXT, "SHA-256 of its bytes as they are stored, with erased rows blanked", _REJECTED + ", or all its rows are past their retention"),
        column("rows_in", _COUNT, "Rows in it: accepted, quarantined and erased", _REJECTED),
        column("accepted", _COUNT, "Rows that became records, including deleted ones", _REJECTED),
        column("deleted", _COUNT, "Rows that say a record is deleted", _REJECTED),
        column("quarantined", _COUNT, "Rows quarantined by a rule", _REJECTED),
        column("calls", _COUNT, "Rows of calls for service, accepted or quarantined", _REJECTED + ", or an older hexbeat read it"),
        column("erased", _COUNT, "Rows refused on arrival, because their reference had been erased", _REJECTED),
        column("located", _COUNT, "Accepted rows with a place", _REJECTED),
        column("ambiguous", _COUNT, "Rows in an hour that occurred twice, because the clocks went back", _REJECTED),
        column("first_day", pa.date32(), "Earliest day on which any of its rows began, erased rows excepted", "none of them says so, or raw_sha256 is empty"),
    ]
)  # fmt: skip
