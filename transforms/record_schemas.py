"""The contracts of a force's own feed: its records, its quarantine, its drops.

The columns that records share with the incidents of other feeds mean the same there.
Schemas alone, for the lake: rows are the business of `transforms.records`.
"""

import pyarrow as pa

from transforms.schemas import INCIDENTS, QUARANTINE, SLUG, TEXT, about


_DELETED = "the force has deleted the record"
_UTC = pa.timestamp("us", "UTC")


def _own(name: str, kind: pa.DataType, description: str, null: str | None) -> pa.Field:
    metadata = {"description": description} | ({"null": null} if null else {})
    return pa.field(name, kind, nullable=null is not None, metadata=metadata)


def _shared(name: str, null: str) -> pa.Field:
    """A column as incidents have it, which a deleted record lacks."""
    field = INCIDENTS.field(name)
    return _own(name, field.type, about(field)["description"], null)


_UNSAID = "the mapping names no column for it, or " + _DELETED

FORCE_RECORDS = pa.schema(
    [
        INCIDENTS.field("force"),
        INCIDENTS.field("raw_sha256"),
        _own("raw_line", pa.int32(), "Line in that file; of Parquet the row, from 1", None),
        _own("reference", TEXT, "The force's own id of the crime", None),
        _own("deleted", pa.bool_(), "The force has deleted the record: nothing else of it is kept", None),
        _own("updated_at", _UTC, "Last change of the record, as the force has it, UTC", "none given, or the mapping names no column for it"),
        _shared("category", _DELETED),
        _own("offence_code", SLUG, "Offence code, as the force has it", "the feed has categories alone, or " + _DELETED),
        _own("harm", pa.float64(), "Harm of one such offence, in the unit of the mapping", "the mapping has none for the code, or " + _DELETED),
        _own("occurred_from", _UTC, "Earliest time of the incident, UTC; of a date alone its first second", _DELETED),
        _own("occurred_to", _UTC, "Latest time of the incident, UTC; of a date alone its last second", "none given, or " + _DELETED),
        _own("time_precision", SLUG, "day, where a date came without a time, or minute", _DELETED),
        _own("time_ambiguous", pa.bool_(), "The clock showed one of the times twice that night; the mapping says which was taken", _DELETED),
        _own("longitude", pa.float64(), "Degrees east, WGS 84; from British National Grid to about 2 m", "no place given, or " + _DELETED),
        _own("latitude", pa.float64(), "Degrees north, WGS 84; from British National Grid to about 2 m", "no place given, or " + _DELETED),
        _own("location_precision", SLUG, "exact or none", _DELETED),
        _own("in_area", pa.bool_(), "Located, and south of 54.9 degrees", _DELETED),
        *(_shared(name, "no place given, or " + _DELETED) for name in ("h3_r9", "h3_r10")),
        _own("place_label", SLUG, "Street or venue, as the force has it, cleaned", "none given, or " + _DELETED),
        _own("domestic", pa.bool_(), "Domestic abuse, as the force flags it", _UNSAID),
        _own("sexual", pa.bool_(), "Sexual offence, as the force flags it", _UNSAID),
        _own("under_18", pa.bool_(), "A victim or suspect under 18, as the force flags it", _UNSAID),
    ]
)  # fmt: skip

FORCE_QUARANTINE = pa.schema(
    [
        FORCE_RECORDS.field("force"),
        QUARANTINE.field("raw_sha256"),
        FORCE_RECORDS.field("raw_line"),
        _own("byte_offset", pa.int64(), "Where that line starts in the file, in bytes", "Parquet has no lines"),
        QUARANTINE.field("rule"),
    ]
)  # fmt: skip

RECORDS = pa.schema(
    [
        *FORCE_RECORDS,
        _own("month", TEXT, "Calendar month of occurred_from on the clock in Great Britain, YYYY-MM; deleted, where the force has deleted the record", None),
        _own("drop", SLUG, "Name of the drop that the record came by", None),
    ]
)  # fmt: skip

_REJECTED = "the drop was rejected"
_COUNT = pa.int64()

DROPS = pa.schema(
    [
        FORCE_RECORDS.field("force"),
        _own("name", TEXT, "Name of the drop, as its source has it", None),
        _own("offered_hmac", TEXT, "HMAC-SHA256 of its bytes as offered, by the home's own key", None),
        _own("mapping_sha256", TEXT, "SHA-256 of the mapping that it was read by", None),
        _own("received_at", _UTC, "When it was first read, UTC", None),
        _own("observed", TEXT, "supplied or rejected", None),
        _own("reason", TEXT, "Why it was rejected", "it was not"),
        _own("raw_sha256", TEXT, "SHA-256 of its bytes as they are kept, erased rows blanked", _REJECTED + ", or all its rows are past their retention"),
        _own("rows_in", _COUNT, "Rows in it; accepted, quarantined and erased together", _REJECTED),
        _own("accepted", _COUNT, "Rows that became records, the deleted among them", _REJECTED),
        _own("deleted", _COUNT, "Rows that say a record is deleted", _REJECTED),
        _own("quarantined", _COUNT, "Rows held back by a rule", _REJECTED),
        _own("erased", _COUNT, "Rows refused on arrival, since their reference was erased before", _REJECTED),
        _own("located", _COUNT, "Accepted rows with a place", _REJECTED),
        _own("ambiguous", _COUNT, "Rows in an hour that the clock showed twice", _REJECTED),
        _own("first_day", pa.date32(), "Earliest day on which any of its rows began, of those not erased", "none of them says so, or raw_sha256 is empty"),
    ]
)  # fmt: skip
