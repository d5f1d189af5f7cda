"""The columns of what is only published: cells, hot spots, coverage, the public tier.

They are made of the columns of stored tables, and mean the same.
"""

import pyarrow as pa

from transforms.lake.schemas import (
    ACCURACY_HISTORY,
    COVERAGE,
    DAY_SCORES,
    SCORES,
    TEXT,
    about,
    column,
    plain,
)
from transforms.lake.schemas.scores import NOT_SUPPLIED


CELLS_FILE = "hotspot_cells.parquet"

_COUNT = pa.int32()

PUBLISHED_HISTORY = pa.schema(
    [plain(field) for field in ACCURACY_HISTORY if field.name != "judged_at"]
)

_INTERNAL = ("h3_cell", "inputs_sha256")

PUBLISHED = pa.schema(
    [
        column("h3_cell", TEXT, "H3 cell: 15 lower-case hexadecimal characters"),
        column("force_code", TEXT, "ONS police force area code", null="the force has none"),
        *(plain(field) for field in SCORES if field.name not in _INTERNAL),
        column("place_label", TEXT, "Most common street among the cell's incidents of 36 months, or venue with its street, as in High Street (shopping area); then the nearest town; ties in alphabetical order", null="none named, or the name starts like a formula, contains < or >, or is over 255 characters"),
        column("lsoa21cd", TEXT, "Most common 2021 LSOA among the cell's incidents of 36 months; ties in alphabetical order; 2011 codes count if 2021 kept them", null="no 2021 code known"),
        column("lat", pa.float64(), "Latitude of the cell's centre, degrees, WGS 84"),
        column("lon", pa.float64(), "Longitude of the cell's centre, degrees, WGS 84"),
        column("easting", pa.int32(), "Easting of the cell's centre, metres, British National Grid (EPSG:27700, to about 3 m, in the far south-west 5 m)"),
        column("northing", pa.int32(), "Northing of the cell's centre, metres, British National Grid (EPSG:27700, to about 3 m, in the far south-west 5 m)"),
        column("cell_area_m2", pa.float64(), "Area of the cell, square metres, on a sphere: 0.3 to 0.5 % less than on the ellipsoid"),
        column("n_outcomes_12m", _COUNT, "Crimes of n_12m whose latest outcome is known and final", null="no outcomes file of those months is stored for the force"),
        column("positive_share_12m", pa.float64(), "Share of those with a positive outcome (charge, caution, penalty notice, local resolution, drugs warning), 0 to 1", null="n_outcomes_12m is 0 or empty"),
    ]
)  # fmt: skip

_HISTORY = (
    "crime_group", "n_1m", "n_3m", "n_12m", "months_1m", "months_3m", "months_12m",
    "score", "score_lo", "score_hi", "score_size", "score_rank", "score_pctile",
    "score_band", "universe_cells", "method",
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
        column("force_name", TEXT, "Force: its name"),
        COVERAGE.field("month"),
        column("status", TEXT, "What the month counts as: supplied, partial_suspected, missing, not_supplied or rejected. Only supplied months are exposure; missing is never zero"),
        *(COVERAGE.field(name) for name in ("release", "rows_in", "rows_accepted", "rows_quarantined", "rows_located", "raw_sha256", "repairs")),
        column("reason", TEXT, "Why the month has this status: why a file was rejected, or the reason of an override", null="the normal rules apply"),
        column("points_renewed", TEXT, "First month that used the same map points as this month, YYYY-MM: counts of cells are never compared with months before it", null="no renewal is known up to this month"),
    ]
)  # fmt: skip


HOTSPOTS = pa.schema(
    [
        column("hotspot_id", TEXT, "Hot spot: keeps its id from one as-of month to the next while most of its cells stay; ids start again when the map points are renewed"),
        PUBLISHED.field("force"),
        PUBLISHED.field("as_of"),
        PUBLISHED.field("crime_group"),
        column("hotspot_rank", _COUNT, "Rank by expected among the force's hot spots of the group; 1 is highest"),
        column("name", TEXT, "Most common street among its incidents of 36 months, with the type of venue if that is more common, then the nearest town; ties in alphabetical order", null="none named, or the name starts like a formula, contains < or >, or is over 255 characters"),
        column("expected", pa.float64(), "Expected incidents in the next month: the sum of its cells' scores"),
        column("expected_lo", _COUNT, "Lower end of the 95 % predictive interval of next month's count, its cells taken as independent"),
        column("expected_hi", _COUNT, "Upper end of the 95 % predictive interval of next month's count, its cells taken as independent"),
        column("change", TEXT, "new, or kept since the as-of month before", null="the force has no score as of the month before"),
        column("previous_rank", _COUNT, "Its hotspot_rank then", null="it is new, or change is empty"),
        column("first_as_of", TEXT, "First of the newest twelve as-of months at which there was a hot spot with this id, YYYY-MM"),
        column("n_1m", _COUNT, "Incidents in the as-of month", null=NOT_SUPPLIED),
        column("n_12m", _COUNT, "Incidents in the 12 calendar months to the as-of month", null=NOT_SUPPLIED),
        column("n_prev_12m", _COUNT, "Incidents in the 12 calendar months before the last 12", null=NOT_SUPPLIED),
        PUBLISHED.field("months_12m"),
        PUBLISHED.field("months_prev_12m"),
        column("expected_12m", pa.float64(), "Incidents expected over the same number of months as n_12m is based on, at the current rate, ignoring seasonality: the sum of its cells' expected_12m"),
        column("harm_12m", pa.float64(), "Crime harm of n_12m, in the unit of the harm weights", null=NOT_SUPPLIED),
        column("harm_score", pa.float64(), "Crime harm expected in the next month, in the unit of the harm weights"),
        column("p_top1", pa.float64(), "Highest p_top1 of its cells, 0 to 1", null="nothing is expected in any cell"),
        column("hotspot_class", TEXT, "Emerging hot spot category of its highest-scored cell; a label, never the ranking", null="fewer than 10 of the last 12 months were supplied since the map points were last renewed"),
        column("mix_12m", TEXT, "What was recorded in its cells in the 12 calendar months to the as-of month, of every category: the five crime groups with most, the most first, each with its number, then the others together; separated by semicolons", null="nothing was"),
        column("cells", _COUNT, "Number of its cells"),
        column("area_m2", pa.float64(), "Their area, square metres, on a sphere: 0.3 to 0.5 % less than on the ellipsoid"),
        column("top_cell", TEXT, "Its cell with the highest score"),
        column("lsoa21cd", TEXT, "2021 LSOA of its highest-scored cell", null="no 2021 code known"),
        column("lat", pa.float64(), "Latitude of the centre of its highest-scored cell, degrees, WGS 84"),
        column("lon", pa.float64(), "Longitude of the centre of its highest-scored cell, degrees, WGS 84"),
        column("easting", pa.int32(), "Easting of the centre of its highest-scored cell, metres, British National Grid (EPSG:27700)"),
        column("northing", pa.int32(), "Northing of the centre of its highest-scored cell, metres, British National Grid (EPSG:27700)"),
        column("h3_cells", TEXT, "Its cells, separated by spaces, highest score first"),
    ]
)  # fmt: skip

_NO_SPOT = "there was no hot spot with this id, or no score: scores are of the newest twelve as-of months"

HOTSPOT_MONTHS = pa.schema(
    [
        HOTSPOTS.field("hotspot_id"),
        *(PUBLISHED.field(name) for name in ("force", "crime_group")),
        column("month", TEXT, "Stored month since the map points were last renewed, of 36, YYYY-MM"),
        column("incidents", _COUNT, "Incidents of the group in the month in what are now its cells", null="the month was not supplied, or a category of the group did not exist yet"),
        column("hotspot_rank", _COUNT, "Rank of the hot spot with this id as of that month", null=_NO_SPOT),
        column("expected", pa.float64(), "Incidents that its cells of then expected in the month after", null=_NO_SPOT),
        column("cells", _COUNT, "Number of its cells of then", null=_NO_SPOT),
    ]
)  # fmt: skip

CONCENTRATION = pa.schema(
    [
        PUBLISHED.field("force"),
        PUBLISHED.field("as_of"),
        PUBLISHED.field("crime_group"),
        column("incidents_12m", _COUNT, "Located incidents in the universe in the 12 calendar months to the as-of month"),
        PUBLISHED.field("months_12m"),
        PUBLISHED.field("universe_cells"),
        column("cells_with_any", _COUNT, "Cells with any of those incidents"),
        column("share_of_cells_25", pa.float64(), "Smallest share of the cells that contains 25 % of those incidents, 0 to 1"),
        column("share_of_cells_50", pa.float64(), "Smallest share of the cells that contains 50 % of those incidents, 0 to 1"),
        column("gini", pa.float64(), "Gini coefficient over all cells, 0 to 1"),
        column("generalised_gini", pa.float64(), "Generalised Gini coefficient: the same, allowing for fewer incidents than cells (Bernasco and Steenbeek 2017)"),
    ]
)  # fmt: skip

EXCLUDED = pa.schema(
    [
        PUBLISHED.field("force"),
        column("exclusion", TEXT, "Id of the rule; `far-from-force` for areas far from where the force's incidents are"),
        column("places", TEXT, "Places it excludes: a regular expression for the whole label, a cell, or areas far from the force"),
        column("why", TEXT, "Why they are left out"),
        column("incidents_12m", _COUNT, "Located incidents that it left out in the 12 calendar months to the as-of month; an incident that matches two rules counts for both"),
        column("incidents_36m", _COUNT, "The same in 36 calendar months"),
    ]
)  # fmt: skip

RECONCILIATION = pa.schema(
    [
        PUBLISHED.field("force"),
        PUBLISHED.field("as_of"),
        column("crime_group", TEXT, "Crime group; `everything` for all incidents of the force, of whatever category"),
        PUBLISHED.field("months_12m"),
        column("rows_in_12m", _COUNT, "Rows of the force's files of the months_12m months", null="of a group: a quarantined row need not have a category"),
        column("rows_quarantined_12m", _COUNT, "Rows of those that broke a rule; rows_in_12m less these is incidents_12m", null="of a group"),
        column("incidents_12m", _COUNT, "Incidents of the group in those months: the sum of the columns that follow"),
        column("without_place_12m", _COUNT, "Incidents without coordinates"),
        column("outside_area_12m", _COUNT, "Incidents with a place outside England and Wales"),
        column("excluded_12m", _COUNT, "Incidents at excluded places (exclusions.csv)"),
        column("far_from_force_12m", _COUNT, "Incidents in areas far from the force (far-from-force in exclusions.csv)"),
        column("outside_universe_12m", _COUNT, "Incidents outside the universe: in areas that are not ranked, with fewer than five located incidents up to the as-of month, or outside the areas that the home's settings name"),
        column("counted_12m", _COUNT, "Incidents counted in a cell: the sum of n_12m over the published cells"),
    ]
)  # fmt: skip

_NO_SPOT_HERE = "no hot spot of the group reaches into it"

AREAS = pa.schema(
    [
        column("layer", TEXT, "The user's layer, by the name that it was given"),
        column("area", TEXT, "Area of that layer, by its label. A row for each force and group with a published cell whose centre is in it; a cell in two areas counts in both"),
        *(PUBLISHED.field(name) for name in ("force", "as_of", "crime_group")),
        column("cells", _COUNT, "Number of those cells. Published are cells with an incident of the group in 36 months, and the top 5 %"),
        column("area_m2", pa.float64(), "Their area, square metres, on a sphere; not the area of the user's polygon"),
        column("expected", pa.float64(), "Expected incidents in the next month: the sum of its cells' scores. It has no interval: those of cells do not add up"),
        column("n_3m", _COUNT, "Incidents in the 3 calendar months to the as-of month", null=NOT_SUPPLIED),
        PUBLISHED.field("months_3m"),
        column("n_12m", _COUNT, "Incidents in the 12 calendar months to the as-of month", null=NOT_SUPPLIED),
        PUBLISHED.field("months_12m"),
        column("n_prev_12m", _COUNT, "Incidents in the 12 calendar months before the last 12", null=NOT_SUPPLIED),
        PUBLISHED.field("months_prev_12m"),
        column("top_cell", TEXT, "Its cell with the highest score"),
        column("place_label", TEXT, "place_label of that cell", null="the cell has none"),
        column("hotspots", _COUNT, "Number of hot spots of the group with at least one cell in it; one that reaches into two areas counts in both"),
        column("hotspot_rank", _COUNT, "Rank, in the force, of the highest of those", null=_NO_SPOT_HERE),
        column("hotspot_id", TEXT, "Its id", null=_NO_SPOT_HERE),
        column("hotspot_name", TEXT, "Its name", null="it has none, or no hot spot of the group reaches into it"),
    ]
)  # fmt: skip

_SUPPRESSED = "suppressed"

PUBLIC_CELLS = pa.schema(
    [
        PUBLISHED.field("force"),
        column("period", TEXT, "Calendar quarter, such as 2025-Q1; each is published once and then frozen"),
        column("crime_group", TEXT, "Crime group: all-crime or anti-social-behaviour"),
        PUBLISHED.field("h3_cell"),
        column("h3_res", pa.int8(), "H3 resolution of the cell: 7, or 8 if each of a cell's children has none or at least the minimum"),
        column("incidents_rounded", _COUNT, "Incidents in the period of the scored cells that are this cell's descendants (h3 cell_to_parent, not the outline), rounded", null=_SUPPRESSED),
        column("suppressed", pa.bool_(), "Withheld: the cell has fewer than the minimum (zero included), or is withheld to protect another that has"),
    ]
)  # fmt: skip

PUBLIC_BANDS = pa.schema(
    [
        PUBLISHED.field("force"),
        PUBLISHED.field("as_of"),
        *(PUBLIC_CELLS.field(name) for name in ("period", "crime_group", "h3_cell", "h3_res")),
        column("score_band", TEXT, "top_1pct, top_2pct, top_5pct, top_20pct or rest of the published cells of that force, period and group, by the sum of their descendants' scores at the as-of month", null=_SUPPRESSED),
    ]
)  # fmt: skip

PUBLIC_ACCURACY = pa.schema(
    [
        PUBLISHED.field("force"),
        *(PUBLIC_CELLS.field(name) for name in ("period", "crime_group")),
        column("area_share", pa.float64(), "Share of the universe's cells that is searched each month: those ranked highest by the score of the month before"),
        column("found_percent", pa.int8(), "Share of the period's incidents that the searches of its months found, to the nearest 5 %; published once, with the period's counts", null=_SUPPRESSED),
        column("suppressed", pa.bool_(), "Withheld: it would be based on too few incidents, found or not found"),
    ]
)  # fmt: skip

PUBLIC_SEARCHES = pa.schema(
    [
        PUBLISHED.field("force"),
        column("period", TEXT, "Calendar quarter; each is published once, with the force's counts of incidents, and then frozen"),
        column("breakdown", TEXT, "all; object: what was searched for; officer-defined or self-defined: groups of ethnicity by either field"),
        column("value", TEXT, "The object or the group, or all; the list is the same in each quarter"),
        column("searches_rounded", _COUNT, "Stops and searches of the whole force, rounded", null=_SUPPRESSED),
        column("suppressed", pa.bool_(), "Withheld: fewer than the minimum (zero included), or withheld to protect another"),
    ]
)  # fmt: skip

_NO_DAY_NAME = "no such label, or it starts like a formula, contains < or >, or is over 255 characters"
_NO_HOURS = "no hour of the group's incidents is known"
_FEW_HOURS = "fewer than ten of those incidents have a known hour"
_DAY_PLACES = ("h3_cell", "lon", "lat", "easting", "northing", "cell_area_m2")

DAY_CELLS = pa.schema(
    [
        *(plain(field) for field in DAY_SCORES if field.name not in _INTERNAL),
        column("place_label", TEXT, "Most common street or venue among the cell's incidents of 365 days, of the labels that three or more of the force's incidents have, sensitive ones left out; ties in alphabetical order", null=_NO_DAY_NAME),
        *(PUBLISHED.field(name) for name in _DAY_PLACES),
    ]
)  # fmt: skip

DAY_HOTSPOTS = pa.schema(
    [
        column("hotspot_id", TEXT, "Hot spot: keeps its id from one as-of day to the next while most of its cells stay"),
        *(DAY_CELLS.field(name) for name in ("force", "as_of", "horizon_days", "crime_group")),
        column("hotspot_rank", _COUNT, "Rank by expected among the hot spots of the group and horizon; 1 is highest"),
        column("name", TEXT, "Most common street among its incidents of 365 days, or type of venue if none is named, chosen as place_label is; if they have none, place_label of its highest-scored cell", null=_NO_DAY_NAME),
        column("expected", pa.float64(), "Expected incidents in the next horizon_days days: the sum of its cells' scores"),
        *(
            column(name, _COUNT, f"{DAY_CELLS.field(name).metadata[b'description'].decode()}: the sum of its cells", null="no day of the window was supplied")
            for name in ("n_7d", "n_28d", "n_prev_28d", "n_365d")
        ),
        *(DAY_CELLS.field(name) for name in ("harm_365d", "harm_score")),
        column("p_top1", pa.float64(), "Highest p_top1 of its cells, 0 to 1", null="nothing is expected in any cell"),
        column("incidents_day_365d", pa.float64(), "Incidents of the group in its cells between 07:00 and 19:00, of those of 365 days whose hours are known; spans count by their shares", null=_NO_HOURS),
        column("incidents_night_365d", pa.float64(), "The same between 19:00 and 07:00", null=_NO_HOURS),
        column("busiest_from", pa.int8(), "Hour of the clock in London at which the four hours on end begin in which most of those incidents happened, on any weekday: 22 is 22:00 to 02:00; the earliest of several", null=_FEW_HOURS),
        column("incidents_busiest_365d", pa.float64(), "Incidents of those in these four hours", null=_FEW_HOURS),
        column("busiest_weekday", TEXT, "Day of the week with most of those incidents, in London; the first of several from Monday on", null=_FEW_HOURS),
        column("change", TEXT, "new, or kept since the as-of day before", null="none of the seven days before was scored by the same method"),
        column("previous_rank", _COUNT, "Its hotspot_rank then", null="it is new, or change is empty"),
        DAY_CELLS.field("hotspot_class"),
        column("cells", _COUNT, "Number of its cells"),
        column("area_m2", pa.float64(), "Their area, square metres, on a sphere: 0.3 to 0.5 % less than on the ellipsoid"),
        column("top_cell", TEXT, "Its cell with the highest score"),
        *(HOTSPOTS.field(name) for name in ("lat", "lon", "easting", "northing", "h3_cells")),
    ]
)  # fmt: skip

HOTSPOT_CHANGES = pa.schema(
    [
        *(DAY_HOTSPOTS.field(name) for name in ("force", "crime_group", "hotspot_id")),
        column("change", TEXT, "new: a hot spot now and not at previous_as_of; gone: the reverse; kept: at both"),
        DAY_HOTSPOTS.field("name"),
        column("hotspot_rank", _COUNT, "Its rank in the group now", null="it is gone"),
        column("previous_rank", _COUNT, "Its rank in the group at previous_as_of", null="it is new"),
        column("expected", pa.float64(), "Incidents expected in the next day", null="it is gone"),
        column("previous_expected", pa.float64(), "Incidents expected in the day after previous_as_of", null="it is new"),
        *(column(name, DAY_HOTSPOTS.field(name).type, about(DAY_HOTSPOTS.field(name))["description"] + "; if it is gone, as it was") for name in ("top_cell", "lat", "lon")),
        DAY_HOTSPOTS.field("as_of"),
        column("previous_as_of", TEXT, "The as-of day that is compared: the newest earlier one that is scored by the same method, up to seven days before"),
    ]
)  # fmt: skip

DAY_COVERAGE = pa.schema(
    [
        SCORES.field("force"),
        column("day", TEXT, "Day in London, YYYY-MM-DD, from the first supplied one to the as-of"),
        column("status", TEXT, "What the day counts as: supplied, partial, missing or set_aside. Only supplied days are exposure; missing is never zero"),
        column("reason", TEXT, "Why somebody set the day aside, or counts it as supplied", "the plain rule"),
    ]
)  # fmt: skip
