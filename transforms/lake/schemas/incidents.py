"""The columns of the monthly feeds: incidents, outcomes, stops, and their quarantine."""

import pyarrow as pa

from transforms.lake.schemas.fields import SLUG, TEXT, column


INCIDENTS = pa.schema(
    [
        column("force", TEXT, "Publishing force: its police.uk id"),
        column("month", TEXT, "Calendar month of the incident, YYYY-MM"),
        column("raw_sha256", SLUG, "SHA-256 of the file's bytes; with raw_line the key"),
        column("raw_line", pa.int32(), "Line in that file; the header is line 1"),
        column("feed", SLUG, "Feed that the incident came from"),
        column("crime_id", pa.binary(), "Crime ID as 32 raw bytes; it repeats, so it is not a key", null="ASB and British Transport Police have none"),
        column("category", SLUG, "Crime category: police.uk slug"),
        column("offence_code", SLUG, "Home Office offence code", null="the feed has none"),
        column("outcome", SLUG, "Latest outcome in the file, as a slug", null="none stated"),
        column("occurred_from", pa.timestamp("us", "UTC"), "Earliest time of the incident, UTC", null="the feed has no times"),
        column("occurred_to", pa.timestamp("us", "UTC"), "Latest time of the incident, UTC", null="the feed has no times"),
        column("time_precision", SLUG, "month, day or minute"),
        column("longitude", pa.float64(), "Degrees east, WGS 84, as published", null="no place given"),
        column("latitude", pa.float64(), "Degrees north, WGS 84, as published", null="no place given"),
        column("location_precision", SLUG, "snap_point, exact or none"),
        column("in_area", pa.bool_(), "Located, and has an English or Welsh LSOA or, without one, is south of 54.9 degrees north"),
        column("h3_r9", pa.int64(), "H3 cell of the coordinates at resolution 9", null="no place given"),
        column("h3_r10", pa.int64(), "H3 cell of the coordinates at resolution 10", null="no place given"),
        column("lsoa_code", SLUG, "LSOA of the snap point, as published", null="none given"),
        column("lsoa_vintage", SLUG, "Census year of the LSOA code: 2011 or 2021", null="no LSOA code"),
        column("place_label", SLUG, "Street or venue of the snap point, cleaned", null="none given"),
    ]
)  # fmt: skip

OUTCOMES = pa.schema(
    [
        column("force", TEXT, "Publishing force: its police.uk id"),
        column("month", TEXT, "Calendar month of the outcome, YYYY-MM"),
        *(INCIDENTS.field(name) for name in ("raw_sha256", "raw_line")),
        column("feed", SLUG, "Feed that the outcome came from"),
        column("crime_id", pa.binary(), "Crime ID as 32 raw bytes: the crime that this is an outcome of; a crime has several"),
        column("outcome", SLUG, "Outcome, as a slug"),
        *(INCIDENTS.field(name) for name in ("longitude", "latitude", "lsoa_code", "lsoa_vintage", "place_label")),
    ]
)  # fmt: skip

_UNSTATED = "not stated"

STOPS = pa.schema(
    [
        column("force", TEXT, "Publishing force: its police.uk id"),
        column("month", TEXT, "Calendar month of the stop in local time in Great Britain, YYYY-MM"),
        *(INCIDENTS.field(name) for name in ("raw_sha256", "raw_line")),
        column("feed", SLUG, "Feed that the stop came from"),
        column("occurred_at", pa.timestamp("us", "UTC"), "Time of the stop, UTC"),
        column("local_time", TEXT, "Local time in Great Britain, YYYY-MM-DDTHH:MM:SS"),
        column("time_ambiguous", pa.bool_(), "local_time occurred twice that night, because the clocks went back; occurred_at says which one it was"),
        *(INCIDENTS.field(name) for name in ("longitude", "latitude")),
        column("search_type", SLUG, "Person search, Vehicle search or both, as published"),
        column("policing_operation", pa.bool_(), "Part of a policing operation", null=_UNSTATED),
        column("operation_name", SLUG, "Policing operation, as published", null=_UNSTATED),
        column("gender", SLUG, "Gender of the person, as published", null=_UNSTATED),
        column("age_range", SLUG, "Age range of the person, as published", null=_UNSTATED),
        column("self_defined_ethnicity", SLUG, "Ethnicity as the person stated it, as published", null=_UNSTATED),
        column("officer_defined_ethnicity", SLUG, "Ethnicity as the officer saw it, as published", null=_UNSTATED),
        column("legislation", SLUG, "Power used, as published", null=_UNSTATED),
        column("object_of_search", SLUG, "What was searched for, as published", null=_UNSTATED),
        column("outcome", SLUG, "Result of the stop, as published", null=_UNSTATED),
        column("outcome_linked", pa.bool_(), "The outcome was linked to the object of search", null=_UNSTATED),
        column("removal_of_clothing", pa.bool_(), "More than outer clothing was removed", null=_UNSTATED),
    ]
)  # fmt: skip

QUARANTINE = pa.schema(
    [
        column("force", TEXT, "Publishing force: its police.uk id"),
        column("month", TEXT, "Month of the file, YYYY-MM"),
        column("raw_sha256", SLUG, "SHA-256 of the file's bytes"),
        column("raw_line", pa.int32(), "Line in that file; the header is line 1"),
        column("byte_offset", pa.int64(), "Where that line starts in the file, in bytes"),
        column("rule", SLUG, "Rule that the row broke"),
    ]
)  # fmt: skip
