"""The contracts: the columns of each table, with their units and where they come from.

Every table is made to fit its schema here before it is stored or published, and the
data dictionary is written from these descriptions.
"""

import pyarrow as pa


def _field(
    name: str, kind: pa.DataType, description: str, *, null: str | None = None
) -> pa.Field:
    """A column. `null` says what an absent value means; without it there is none."""
    metadata = {"description": description}
    if null is not None:
        metadata["null"] = null
    return pa.field(name, kind, nullable=null is not None, metadata=metadata)


TEXT = pa.string()
SLUG = pa.dictionary(pa.int32(), pa.string())


def plain(field: pa.Field) -> pa.Field:
    """The field as plain text where it is dictionary-encoded: for other software."""
    if pa.types.is_dictionary(field.type):
        return field.with_type(field.type.value_type)
    return field


def about(field: pa.Field) -> dict[str, str]:
    """What a field says of itself: `description`, and `null` where it may be absent."""
    return {k.decode(): v.decode() for k, v in (field.metadata or {}).items()}


INCIDENTS = pa.schema(
    [
        _field("force", TEXT, "Publishing force: its police.uk id"),
        _field("month", TEXT, "Calendar month of the incident, YYYY-MM"),
        _field("raw_sha256", SLUG, "SHA-256 of the file's bytes; with raw_line the key"),
        _field("raw_line", pa.int32(), "Line in that file; the header is line 1"),
        _field("feed", SLUG, "Feed the incident came by"),
        _field("crime_id", pa.binary(), "Crime ID as 32 raw bytes; it repeats, and is no key", null="ASB and British Transport Police have none"),
        _field("category", SLUG, "Crime category: police.uk slug"),
        _field("offence_code", SLUG, "Home Office offence code", null="the feed has none"),
        _field("outcome", SLUG, "Last outcome known in the file, as a slug", null="none stated"),
        _field("occurred_from", pa.timestamp("us", "UTC"), "Earliest time of the incident, UTC", null="the feed has no times"),
        _field("occurred_to", pa.timestamp("us", "UTC"), "Latest time of the incident, UTC", null="the feed has no times"),
        _field("time_precision", SLUG, "month, day or minute"),
        _field("longitude", pa.float64(), "Degrees east, WGS 84, as published", null="no place given"),
        _field("latitude", pa.float64(), "Degrees north, WGS 84, as published", null="no place given"),
        _field("location_precision", SLUG, "snap_point, exact or none"),
        _field("in_area", pa.bool_(), "Located, and has an English or Welsh LSOA or, without one, lies south of 54.9 degrees"),
        _field("h3_r9", pa.int64(), "H3 cell of the coordinates at resolution 9", null="no place given"),
        _field("h3_r10", pa.int64(), "H3 cell of the coordinates at resolution 10", null="no place given"),
        _field("lsoa_code", SLUG, "LSOA of the snap point, as published", null="none given"),
        _field("lsoa_vintage", SLUG, "Census year of the LSOA code: 2011 or 2021", null="no LSOA code"),
        _field("place_label", SLUG, "Street or venue of the snap point, cleaned", null="none given"),
    ]
)  # fmt: skip

OUTCOMES = pa.schema(
    [
        _field("force", TEXT, "Publishing force: its police.uk id"),
        _field("month", TEXT, "Calendar month of the outcome, YYYY-MM"),
        *(INCIDENTS.field(name) for name in ("raw_sha256", "raw_line")),
        _field("feed", SLUG, "Feed the outcome came by"),
        _field("crime_id", pa.binary(), "Crime ID as 32 raw bytes: the crime that this is an outcome of; a crime has several"),
        _field("outcome", SLUG, "Outcome, as a slug"),
        *(INCIDENTS.field(name) for name in ("longitude", "latitude", "lsoa_code", "lsoa_vintage", "place_label")),
    ]
)  # fmt: skip

_UNSTATED = "not stated"

STOPS = pa.schema(
    [
        _field("force", TEXT, "Publishing force: its police.uk id"),
        _field("month", TEXT, "Calendar month of the stop on the clock in Great Britain, YYYY-MM"),
        *(INCIDENTS.field(name) for name in ("raw_sha256", "raw_line")),
        _field("feed", SLUG, "Feed the stop came by"),
        _field("occurred_at", pa.timestamp("us", "UTC"), "Time of the stop, UTC"),
        _field("local_time", TEXT, "The same on the clock in Great Britain, YYYY-MM-DDTHH:MM:SS"),
        _field("time_ambiguous", pa.bool_(), "The clock showed local_time twice that night, as it went back; occurred_at says which"),
        *(INCIDENTS.field(name) for name in ("longitude", "latitude")),
        _field("search_type", SLUG, "Person search, Vehicle search or both, as published"),
        _field("policing_operation", pa.bool_(), "Part of a policing operation", null=_UNSTATED),
        _field("operation_name", SLUG, "Policing operation, as published", null=_UNSTATED),
        _field("gender", SLUG, "Gender of the person, as published", null=_UNSTATED),
        _field("age_range", SLUG, "Age range of the person, as published", null=_UNSTATED),
        _field("self_defined_ethnicity", SLUG, "Ethnicity as the person stated it, as published", null=_UNSTATED),
        _field("officer_defined_ethnicity", SLUG, "Ethnicity as the officer saw it, as published", null=_UNSTATED),
        _field("legislation", SLUG, "Power used, as published", null=_UNSTATED),
        _field("object_of_search", SLUG, "What was searched for, as published", null=_UNSTATED),
        _field("outcome", SLUG, "What came of the stop, as published", null=_UNSTATED),
        _field("outcome_linked", pa.bool_(), "The outcome was linked to the object of search", null=_UNSTATED),
        _field("removal_of_clothing", pa.bool_(), "More than outer clothing was removed", null=_UNSTATED),
    ]
)  # fmt: skip

QUARANTINE = pa.schema(
    [
        _field("force", TEXT, "Publishing force: its police.uk id"),
        _field("month", TEXT, "Month of the file, YYYY-MM"),
        _field("raw_sha256", SLUG, "SHA-256 of the file's bytes"),
        _field("raw_line", pa.int32(), "Line in that file; the header is line 1"),
        _field("byte_offset", pa.int64(), "Where that line starts in the file, in bytes"),
        _field("rule", SLUG, "Rule that the row broke"),
    ]
)  # fmt: skip

_NO_REVISION = "it replaced no rows of an earlier release"

COVERAGE = pa.schema(
    [
        _field("force", TEXT, "Force: its police.uk id"),
        _field("feed", TEXT, "Feed"),
        _field("month", TEXT, "Month, YYYY-MM"),
        _field("release", TEXT, "Release of the feed, YYYY-MM"),
        _field("observed", TEXT, "What the release held: supplied, missing, rejected, or superseded by one already held"),
        _field("member", TEXT, "File in the release", null="missing"),
        _field("crc32", pa.int64(), "CRC-32 of the file", null="missing"),
        _field("size_bytes", pa.int64(), "Size of the file, in bytes", null="missing"),
        _field("raw_sha256", TEXT, "SHA-256 of the file's bytes", null="missing or rejected"),
        _field("rows_in", pa.int64(), "Lines in the file less the header", null="missing or rejected"),
        _field("rows_accepted", pa.int64(), "Rows accepted", null="missing or rejected"),
        _field("rows_quarantined", pa.int64(), "Rows held back by a rule", null="missing or rejected"),
        _field("rows_located", pa.int64(), "Accepted rows with a place", null="missing or rejected"),
        _field("reason", TEXT, "Why the file was rejected", null="not rejected"),
        _field("repairs", TEXT, "What was mended in the whole file", null="nothing"),
        _field("rows_added", pa.int64(), "Rows that the release before did not have", null=_NO_REVISION),
        _field("rows_gone", pa.int64(), "Rows of the release before that are gone", null=_NO_REVISION),
        _field("rows_moved", pa.int64(), "Rows that the release before put on another point", null=_NO_REVISION),
        _field("rows_outcome_changed", pa.int64(), "Rows whose last outcome the release before did not have", null=_NO_REVISION),
        _field("received_at", pa.timestamp("us", "UTC"), "When hexbeat first read it"),
    ]
)  # fmt: skip

_COUNT = pa.int32()
_NOT_SUPPLIED = "no month of the window was supplied"
_LATER = "not computed by this version"

SCORES = pa.schema(
    [
        _field("force", TEXT, "Force: its police.uk id"),
        _field("as_of", TEXT, "Newest month the score may know, YYYY-MM"),
        _field("h3_res", pa.int8(), "H3 resolution of the cell"),
        _field("crime_group", SLUG, "Crime group"),
        _field("h3_cell", pa.int64(), "H3 cell; published as 15 lower-case hexadecimal characters"),
        _field("n_1m", _COUNT, "Incidents in the as-of month", null=_NOT_SUPPLIED),
        _field("n_3m", _COUNT, "Incidents in the 3 calendar months to the as-of", null=_NOT_SUPPLIED),
        _field("n_12m", _COUNT, "Incidents in the 12 calendar months to the as-of", null=_NOT_SUPPLIED),
        _field("n_36m", _COUNT, "Incidents in the 36 calendar months to the as-of", null=_NOT_SUPPLIED),
        _field("months_1m", pa.int8(), "Supplied months that n_1m rests on (0 or 1)"),
        _field("months_3m", pa.int8(), "Supplied months that n_3m rests on (of 3)"),
        _field("months_12m", pa.int8(), "Supplied months that n_12m rests on (of 12)"),
        _field("months_36m", pa.int8(), "Supplied months that n_36m rests on (of 36)"),
        _field("n_prev_12m", _COUNT, "Incidents in the 12 calendar months before the last 12", null=_NOT_SUPPLIED),
        _field("months_prev_12m", pa.int8(), "Supplied months that n_prev_12m rests on (of 12)"),
        _field("harm_12m", pa.float64(), "Crime harm in the 12 months to the as-of, days", null=_LATER),
        _field("score", pa.float64(), "Expected incidents in the next month"),
        _field("score_lo", _COUNT, "Lower end of the 95 % predictive interval of next month's count"),
        _field("score_hi", _COUNT, "Upper end of the 95 % predictive interval of next month's count"),
        _field("score_rank", _COUNT, "Rank of the score among the universe's cells; 1 is highest, ties by cell id"),
        _field("score_pctile", pa.float64(), "Share of the universe's cells ranked no higher than this one, 0 to 1"),
        _field("score_band", SLUG, "top_1pct, top_2pct, top_5pct, top_20pct or rest of the universe's cells, by rank"),
        _field("p_top1", pa.float64(), "Probability that the cell belongs in the top 1 %", null=_LATER),
        _field("hotspot_class", SLUG, "Emerging hot spot category", null=_LATER),
        _field("gi_star_z", pa.float64(), "Getis-Ord Gi* z; a label, never the ranking", null=_LATER),
        _field("gi_star_q", pa.float64(), "Benjamini-Hochberg q of gi_star_z", null=_LATER),
        _field("hotspot_id", TEXT, "Hot spot that the cell is part of", null=_LATER),
        _field("method", SLUG, "Scoring method and its version"),
        _field("universe_cells", _COUNT, "Cells in the force's universe at the as-of"),
        _field("universe_area_m2", pa.float64(), "Their area, square metres"),
        _field("inputs_sha256", SLUG, "Hash of everything the score rests on"),
    ]
)  # fmt: skip

_INTERNAL = ("h3_cell", "inputs_sha256")

PUBLISHED = pa.schema(
    [
        _field("h3_cell", TEXT, "H3 cell: 15 lower-case hexadecimal characters"),
        _field("force_code", TEXT, "ONS police force area code", null="the force has none"),
        *(plain(field) for field in SCORES if field.name not in _INTERNAL),
        _field("place_label", TEXT, "Commonest street or venue among the cell's incidents of 36 months; ties alphabetical", null="none named, or it starts as a spreadsheet formula does"),
        _field("lsoa21cd", TEXT, "Commonest 2021 LSOA among the cell's incidents of 36 months; ties alphabetical", null="none of 2021 vintage"),
        _field("lat", pa.float64(), "Latitude of the cell's centre, degrees, WGS 84"),
        _field("lon", pa.float64(), "Longitude of the cell's centre, degrees, WGS 84"),
        _field("easting", pa.int32(), "Easting of the cell's centre, metres, British National Grid (EPSG:27700, to about 2 m)"),
        _field("northing", pa.int32(), "Northing of the cell's centre, metres, British National Grid (EPSG:27700, to about 2 m)"),
        _field("cell_area_m2", pa.float64(), "Area of the cell, square metres"),
        _field("n_outcomes_12m", _COUNT, "Crimes of n_12m whose latest outcome is known and final", null="no outcomes file of those months is held for the force"),
        _field("positive_share_12m", pa.float64(), "Share of those with a positive outcome (charge, caution, penalty notice, local resolution, drugs warning), 0 to 1", null="n_outcomes_12m is 0 or empty"),
    ]
)  # fmt: skip

_HISTORY = (
    "crime_group", "n_1m", "n_3m", "n_12m", "months_1m", "months_3m", "months_12m",
    "score", "score_lo", "score_hi", "score_rank", "score_pctile", "score_band",
    "universe_cells", "method",
)  # fmt: skip

HISTORY = pa.schema(
    [
        PUBLISHED.field("h3_cell"),
        PUBLISHED.field("force"),
        PUBLISHED.field("as_of"),
        *(PUBLISHED.field(name) for name in _HISTORY),
    ]
)

PUBLISHED_COVERAGE = pa.schema(
    [
        COVERAGE.field("force"),
        _field("force_name", TEXT, "Force: its name"),
        COVERAGE.field("month"),
        _field("status", TEXT, "What the month counts as: supplied, partial_suspected, missing, not_supplied or rejected. Only supplied months are exposure; missing is never zero"),
        *(COVERAGE.field(name) for name in ("release", "rows_in", "rows_accepted", "rows_quarantined", "rows_located", "raw_sha256", "repairs", "rows_added", "rows_gone", "rows_moved", "rows_outcome_changed")),
        _field("reason", TEXT, "Why the month counts so: a file's refusal, or an override's reason", null="the plain rule"),
    ]
)  # fmt: skip


def conform(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table with exactly the schema's columns, types and descriptions.

    A missing column, a value that does not fit its type, or a null in a column that
    may hold none raises `pyarrow.ArrowInvalid` or `KeyError`: those are our faults.
    """
    columns = [table[field.name].cast(field.type) for field in schema]
    fitted = pa.Table.from_arrays(columns, schema=schema)
    for field in schema:
        if not field.nullable and fitted[field.name].null_count:
            raise pa.ArrowInvalid(f"{field.name} holds a null")
    return fitted
