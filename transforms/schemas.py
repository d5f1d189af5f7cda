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
        _field("harm_12m", pa.float64(), "Crime harm of n_12m, in the unit of the harm weights (METHOD.md)", null=_NOT_SUPPLIED),
        _field("harm_top_share_12m", pa.float64(), "Share of harm_12m that its one gravest incident makes up, 0 to 1", null="harm_12m is 0 or empty"),
        _field("harm_score", pa.float64(), "Crime harm expected in the next month, in the unit of the harm weights"),
        _field("score", pa.float64(), "Expected incidents in the next month"),
        _field("expected_12m", pa.float64(), "Incidents that as many months as n_12m rests on would bring at the level now expected, season apart. Where it is below n_12m, that much of a fall is expected with no patrol at all (regression to the mean)"),
        _field("score_lo", _COUNT, "Lower end of the 95 % predictive interval of next month's count"),
        _field("score_hi", _COUNT, "Upper end of the 95 % predictive interval of next month's count"),
        _field("score_rank", _COUNT, "Rank of the score among the universe's cells; 1 is highest, ties by cell id"),
        _field("score_pctile", pa.float64(), "Share of the universe's cells ranked no higher than this one, 0 to 1"),
        _field("score_band", SLUG, "top_1pct, top_2pct, top_5pct, top_20pct or rest of the universe's cells, by rank"),
        _field("p_top1", pa.float64(), "Probability that the cell's true rate is among the highest 1 % of the universe's cells, 0 to 1", null="nothing is expected in any cell"),
        _field("hotspot_class", SLUG, "Emerging hot spot category of the months supplied of the last 12; a label, never the ranking", null="fewer than 10 of them were supplied"),
        _field("gi_star_z", pa.float64(), "Getis-Ord Gi* z of the monthly mean of n_12m in the cell and the six around it; a label, never the ranking", null="all cells are alike"),
        _field("gi_star_q", pa.float64(), "Benjamini-Hochberg q of gi_star_z among the universe's cells", null="all cells are alike"),
        _field("hotspot_id", TEXT, "Hot spot that the cell is part of", null="the cell is in none"),
        _field("method", SLUG, "Scoring method and its version"),
        _field("universe_cells", _COUNT, "Cells in the force's universe at the as-of"),
        _field("universe_area_m2", pa.float64(), "Their area, square metres"),
        _field("inputs_sha256", SLUG, "Hash of everything the score rests on"),
    ]
)  # fmt: skip

_RANK_ONLY = "the contestant ranks cells and expects nothing of them"
_NOT_CALIBRATED = "not told of this contestant"
_NO_INCIDENTS = "the month brought none"
_FLOATS = pa.list_(pa.float64())

ACCURACY = pa.schema(
    [
        _field("force", TEXT, "Force: its police.uk id"),
        _field("as_of", TEXT, "Origin: the newest month known to the contestants, YYYY-MM"),
        _field("horizon_months", pa.int8(), "Months from the origin to the outcome month"),
        _field("outcome_month", TEXT, "Month that the rankings are held against, YYYY-MM"),
        _field("crime_group", SLUG, "Crime group"),
        _field("method", SLUG, "Contestant: a scoring method, gi_star, random or oracle"),
        _field("incidents", _COUNT, "Located incidents of the outcome month, outside the universe too"),
        _field("incidents_outside", _COUNT, "Those of them outside the universe, which nothing can find"),
        _field("hits_0_5pct", pa.float64(), "Incidents found in 0.5 % of the universe's area, expected under ties"),
        _field("hits_1pct", pa.float64(), "Incidents found in 1 % of it"),
        _field("hits_2pct", pa.float64(), "Incidents found in 2 % of it"),
        _field("hits_5pct", pa.float64(), "Incidents found in 5 % of it"),
        _field("auc", pa.float64(), "Area under share of incidents found against share of area searched", null=_NO_INCIDENTS),
        _field("jaccard_1pct", pa.float64(), "Overlap of the top 1 % with that of the origin before, 0 to 1", null="there is no origin before, or no ranking"),
        _field("log_score", pa.float64(), "Mean Poisson log score of the universe's cells; higher is better", null=_RANK_ONLY),
        _field("expected", pa.float64(), "Incidents expected in the universe", null=_RANK_ONLY),
        _field("interval_cells", _FLOATS, "Cells that expect 0.2 to 1, 1 to 5 and over 5 incidents", null=_NOT_CALIBRATED),
        _field("interval_inside", _FLOATS, "Of those, how many lie in their 95 % interval (randomised PIT, expected)", null=_NOT_CALIBRATED),
        _field("tenths_expected", _FLOATS, "Incidents expected in tenths of the expected crime, quietest cells first", null=_NOT_CALIBRATED),
        _field("tenths_observed", _FLOATS, "Incidents observed in them", null=_NOT_CALIBRATED),
        _field("universe_cells", _COUNT, "Cells in the force's universe at the origin"),
        _field("universe_area_m2", pa.float64(), "Their area, square metres"),
        _field("inputs_sha256", SLUG, "Hash of everything the row rests on"),
    ]
)  # fmt: skip

_ONE_BLOCK = "it rests on one block of two months, which cannot tell"
_NO_RIVAL = "no rolling count was held against it"

ACCURACY_SUMMARY = pa.schema(
    [
        ACCURACY.field("crime_group"),
        ACCURACY.field("method"),
        ACCURACY.field("horizon_months"),
        _field("area_share", pa.float64(), "Share of the universe's area that is searched"),
        _field("forces", _COUNT, "Forces"),
        _field("force_months", _COUNT, "Force-months with any incident of the group: each counts as one"),
        _field("first_outcome_month", TEXT, "First outcome month, YYYY-MM"),
        _field("last_outcome_month", TEXT, "Last outcome month, YYYY-MM"),
        _field("incidents", pa.int64(), "Located incidents of those months, outside the universes too"),
        _field("hit_rate", pa.float64(), "Share of a month's incidents found in that share of the area, mean over force-months, 0 to 1"),
        _field("hit_rate_lo", pa.float64(), "Lower end of its 95 % interval: block bootstrap over force x two months", null=_ONE_BLOCK),
        _field("hit_rate_hi", pa.float64(), "Upper end of it", null=_ONE_BLOCK),
        _field("pai", pa.float64(), "Predictive accuracy index: hit_rate by area_share"),
        _field("pei_star", pa.float64(), "Prediction efficiency index*: found, of what the same area could find at most, mean over force-months, 0 to 1", null="every incident lay outside the universe"),
        _field("gain", pa.float64(), "hit_rate less that of the rival in the same force-months", null=_NO_RIVAL),
        _field("gain_lo", pa.float64(), "Lower end of its paired 95 % interval", null=_ONE_BLOCK),
        _field("gain_hi", pa.float64(), "Upper end of it", null=_ONE_BLOCK),
        _field("rival", TEXT, "The rolling count that found most in 1 % of the area in hindsight, knowing everything up to the month before", null=_NO_RIVAL),
        _field("auc", pa.float64(), "Area under hit rate against area share, 0 to 1"),
        _field("jaccard_1pct", pa.float64(), "Overlap of the top 1 % with that of the month before, 0 to 1", null="no ranking, or no two months in a row"),
        _field("log_score", pa.float64(), "Mean Poisson log score of a cell; higher is better", null=_RANK_ONLY),
        _field("expected", pa.float64(), "Incidents expected in all of those months", null=_RANK_ONLY),
    ]
)  # fmt: skip

_RUN = _field("run_id", TEXT, "Publication that the forecast was made in")

FORECASTS = pa.schema(
    [
        ACCURACY.field("force"),
        _RUN,
        _field("as_of", TEXT, "As-of month of the forecast, YYYY-MM"),
        ACCURACY.field("outcome_month"),
        _field("method", TEXT, "Scoring method and its version"),
        _field("universe_cells", _COUNT, "Cells in the force's universe at the as-of"),
        _field("forecast_sha256", TEXT, "SHA-256 of the publication's hotspot_cells.parquet"),
        _field("exclusions", TEXT, "Exclusions that the forecast was made with, as JSON"),
        _field("frozen_at", pa.timestamp("us", "UTC"), "When it was published, the outcome month not yet held"),
    ]
)  # fmt: skip

ACCURACY_HISTORY = pa.schema(
    [
        *(FORECASTS.field(name) for name in ("force", "run_id", "as_of", "outcome_month", "method", "forecast_sha256")),
        _field("release", TEXT, "Release of the feed that the outcome was counted in, YYYY-MM"),
        ACCURACY.field("crime_group"),
        _field("incidents", _COUNT, "Located incidents of the outcome month, outside the universe too"),
        *(_field(f"hits_{name}", _COUNT, f"Incidents found in the highest {text} of the cells, as they were published") for name, text in {"0_5pct": "0.5 %", "1pct": "1 %", "2pct": "2 %", "5pct": "5 %"}.items()),
        _field("expected_1pct", pa.float64(), "Incidents that the highest 1 % of the cells were expected to bring"),
        _field("cells_5pct", _COUNT, "Cells among the highest 5 %"),
        _field("inside_5pct", _COUNT, "Those of them whose count lies in the published 95 % interval"),
        _field("judged_at", pa.timestamp("us", "UTC"), "When the outcome was first held"),
    ]
)  # fmt: skip

PUBLISHED_HISTORY = pa.schema(
    [plain(field) for field in ACCURACY_HISTORY if field.name != "judged_at"]
)

_OTHER_KIND = "the row is of the other kind"

CALIBRATION = pa.schema(
    [
        ACCURACY.field("crime_group"),
        ACCURACY.field("method"),
        _field("kind", TEXT, "tenth of expected crime, or cells by expected incidents"),
        _field("part", TEXT, "The tenth, 1 being that of the quietest cells, or the band"),
        _field("expected", pa.float64(), "Incidents expected a month ahead", null=_OTHER_KIND),
        _field("observed", pa.float64(), "Incidents observed", null=_OTHER_KIND),
        _field("cells", pa.int64(), "Cells and months in the band", null=_OTHER_KIND),
        _field("inside_interval", pa.float64(), "Share of them inside the 95 % predictive interval (randomised PIT, expected), 0 to 1", null="the row is of the other kind, or no cell is in the band"),
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


HOTSPOTS = pa.schema(
    [
        _field("hotspot_id", TEXT, "Hot spot: the same id from one as-of to the next while most of its cells are"),
        PUBLISHED.field("force"),
        PUBLISHED.field("as_of"),
        PUBLISHED.field("crime_group"),
        _field("hotspot_rank", _COUNT, "Rank by expected among the force's hot spots of the group; 1 is highest"),
        _field("name", TEXT, "Commonest street among its incidents of 36 months, or kind of venue where none is named; ties alphabetical", null="none named, or it starts as a spreadsheet formula does"),
        _field("expected", pa.float64(), "Expected incidents in the next month: the sum of its cells' scores"),
        _field("n_1m", _COUNT, "Incidents in the as-of month", null=_NOT_SUPPLIED),
        _field("n_12m", _COUNT, "Incidents in the 12 calendar months to the as-of", null=_NOT_SUPPLIED),
        _field("n_prev_12m", _COUNT, "Incidents in the 12 calendar months before the last 12", null=_NOT_SUPPLIED),
        PUBLISHED.field("months_12m"),
        PUBLISHED.field("months_prev_12m"),
        _field("expected_12m", pa.float64(), "Incidents that as many months as n_12m rests on would bring at the level now expected, season apart: the sum of its cells' own"),
        _field("harm_12m", pa.float64(), "Crime harm of n_12m, in the unit of the harm weights", null=_NOT_SUPPLIED),
        _field("harm_score", pa.float64(), "Crime harm expected in the next month, in the unit of the harm weights"),
        _field("p_top1", pa.float64(), "Highest p_top1 of its cells, 0 to 1", null="nothing is expected in any cell"),
        _field("hotspot_class", TEXT, "Emerging hot spot category of its highest cell; a label, never the ranking", null="fewer than 10 of the last 12 months were supplied"),
        _field("cells", _COUNT, "How many cells it has"),
        _field("area_m2", pa.float64(), "Their area, square metres"),
        _field("top_cell", TEXT, "Its highest cell"),
        _field("lsoa21cd", TEXT, "2021 LSOA of its highest cell", null="none of 2021 vintage"),
        _field("lat", pa.float64(), "Latitude of its highest cell's centre, degrees, WGS 84"),
        _field("lon", pa.float64(), "Longitude of its highest cell's centre, degrees, WGS 84"),
        _field("h3_cells", TEXT, "Its cells, apart by spaces, the highest first"),
    ]
)  # fmt: skip

CONCENTRATION = pa.schema(
    [
        PUBLISHED.field("force"),
        PUBLISHED.field("as_of"),
        PUBLISHED.field("crime_group"),
        _field("incidents_12m", _COUNT, "Located incidents in the universe in the 12 calendar months to the as-of"),
        PUBLISHED.field("months_12m"),
        PUBLISHED.field("universe_cells"),
        _field("cells_with_any", _COUNT, "Cells with any of them"),
        _field("share_of_cells_25", pa.float64(), "Smallest share of the cells that holds 25 % of them, 0 to 1"),
        _field("share_of_cells_50", pa.float64(), "Smallest share of the cells that holds 50 % of them, 0 to 1"),
        _field("gini", pa.float64(), "Gini coefficient over all cells, 0 to 1"),
        _field("generalised_gini", pa.float64(), "Generalised Gini coefficient: the same, allowing for fewer incidents than cells (Bernasco and Steenbeek 2017)"),
    ]
)  # fmt: skip

EXCLUDED = pa.schema(
    [
        PUBLISHED.field("force"),
        _field("exclusion", TEXT, "Rule: its id"),
        _field("places", TEXT, "Which places it means: a regular expression for the whole label, or a cell"),
        _field("why", TEXT, "Why they are left out"),
        _field("incidents_12m", _COUNT, "Located incidents that it left out, in the 12 calendar months to the as-of; one that two rules meet counts with both"),
        _field("incidents_36m", _COUNT, "The same in 36 calendar months"),
    ]
)  # fmt: skip


def conform(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table with exactly the schema's columns, types and descriptions.

    A missing column, a value that does not fit its type, or a null in a column that
    may hold none raises `pyarrow.ArrowInvalid` or `KeyError`: those are our faults.
    """
    columns = [
        column if column.type == field.type else column.cast(field.type)
        for field in schema
        for column in [table[field.name]]
    ]
    for field, column in zip(schema, columns, strict=True):
        if not field.nullable and column.null_count:
            raise pa.ArrowInvalid(f"{field.name} holds a null")
    return pa.Table.from_arrays(columns, schema=schema)


_SUPPRESSED = "suppressed"

PUBLIC_CELLS = pa.schema(
    [
        PUBLISHED.field("force"),
        _field("period", TEXT, "Calendar quarter, such as 2025-Q1; each is told once and then frozen"),
        _field("crime_group", TEXT, "Crime group: all-crime or anti-social-behaviour"),
        PUBLISHED.field("h3_cell"),
        _field("h3_res", pa.int8(), "H3 resolution of the cell: 7, or 8 where each of a cell's children holds none or at least the minimum"),
        _field("incidents_rounded", _COUNT, "Incidents in the period of the scored cells that are this cell's descendants (h3 cell_to_parent, not the outline), rounded", null=_SUPPRESSED),
        _field("suppressed", pa.bool_(), "Not told: the cell holds fewer than the minimum, none included, or hides another that does"),
    ]
)  # fmt: skip

PUBLIC_BANDS = pa.schema(
    [
        PUBLISHED.field("force"),
        PUBLISHED.field("as_of"),
        *(PUBLIC_CELLS.field(name) for name in ("period", "crime_group", "h3_cell", "h3_res")),
        _field("score_band", TEXT, "top_1pct, top_2pct, top_5pct, top_20pct or rest of the cells told of that force, period and group, by the sum of their descendants' scores at the as-of", null=_SUPPRESSED),
    ]
)  # fmt: skip
