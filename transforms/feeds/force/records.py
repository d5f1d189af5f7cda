"""The contract of a force's own records, as far as one file tells them.

The columns that they share with the incidents of other feeds mean the same there.
"""

import pyarrow as pa

from transforms.schemas import INCIDENTS, QUARANTINE, SLUG, TEXT, about


_DELETED = "the force has deleted the record"


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
        _shared("category", _DELETED),
        _own("offence_code", SLUG, "Offence code, as the force has it", "the feed has categories alone, or " + _DELETED),
        _own("harm", pa.float64(), "Harm of one such offence, in the unit of the mapping", "the mapping has none for the code, or " + _DELETED),
        _own("occurred_from", pa.timestamp("us", "UTC"), "Earliest time of the incident, UTC; of a date alone its first second", _DELETED),
        _own("occurred_to", pa.timestamp("us", "UTC"), "Latest time of the incident, UTC; of a date alone its last second", "none given, or " + _DELETED),
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
