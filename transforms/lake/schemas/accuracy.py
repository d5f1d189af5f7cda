"""The columns of accuracy: backtests, forecasts frozen for judging, and their judgement."""

import pyarrow as pa

from transforms.lake.schemas.fields import SLUG, TEXT, column


_COUNT = pa.int32()
RANK_ONLY = "the contestant only ranks cells, without a forecast"
_NOT_CALIBRATED = "not measured for this contestant"
_NO_INCIDENTS = "no incidents in the month"
# Searched of every universe alike: of half a force to two (docs/methods.md).
EQUAL_AREAS_KM2 = (5, 10, 20)
_FLOATS = pa.list_(pa.float64())

ACCURACY = pa.schema(
    [
        column("force", TEXT, "Force: its police.uk id"),
        column("as_of", TEXT, "Origin: the newest month known to the contestants, YYYY-MM"),
        column("horizon_months", pa.int8(), "Months from the origin to the outcome month"),
        column("outcome_month", TEXT, "Month that the rankings are compared with, YYYY-MM"),
        column("crime_group", SLUG, "Crime group"),
        column("method", SLUG, "Contestant: a scoring method, gi_star, random or oracle"),
        column("incidents", _COUNT, "Located incidents of the outcome month, including those outside the universe"),
        column("incidents_outside", _COUNT, "Of those, incidents outside the universe, which no contestant can find"),
        column("hits_0_5pct", pa.float64(), "Incidents found in 0.5 % of the universe's area (expected value if cells tie)"),
        column("hits_1pct", pa.float64(), "Incidents found in 1 % of the universe's area (expected value if cells tie)"),
        column("hits_2pct", pa.float64(), "Incidents found in 2 % of the universe's area (expected value if cells tie)"),
        column("hits_5pct", pa.float64(), "Incidents found in 5 % of the universe's area (expected value if cells tie)"),
        *(column(f"hits_{n}km2", pa.float64(), f"Incidents found in {n} km2, the same area whatever the universe (expected value if cells tie)", null="it is over 5 % of the universe") for n in EQUAL_AREAS_KM2),
        column("auc", pa.float64(), "Area under share of incidents found against share of area searched", null=_NO_INCIDENTS),
        column("jaccard_1pct", pa.float64(), "Overlap of the top 1 % with that of the previous origin, 0 to 1", null="there is no previous origin, or no ranking"),
        column("log_score", pa.float64(), "Mean Poisson log score of the universe's cells; higher is better", null=RANK_ONLY),
        column("expected", pa.float64(), "Incidents expected in the universe", null=RANK_ONLY),
        column("interval_cells", _FLOATS, "Cells that expect 0.2 to 1, 1 to 5 and over 5 incidents", null=_NOT_CALIBRATED),
        column("interval_inside", _FLOATS, "Of those, how many are in their 95 % interval (randomised PIT, expected)", null=_NOT_CALIBRATED),
        column("tenths_expected", _FLOATS, "Incidents expected in tenths of the expected crime, quietest cells first", null=_NOT_CALIBRATED),
        column("tenths_observed", _FLOATS, "Incidents observed in them", null=_NOT_CALIBRATED),
        column("universe_cells", _COUNT, "Cells in the force's universe at the origin"),
        column("universe_area_m2", pa.float64(), "Their area, square metres, on a sphere: 0.3 to 0.5 % less than on the ellipsoid"),
        column("inputs_sha256", SLUG, "Hash of everything the row is based on"),
    ]
)  # fmt: skip

_RUN = column("run_id", TEXT, "Publication that the forecast was made in")

FORECASTS = pa.schema(
    [
        ACCURACY.field("force"),
        _RUN,
        column("as_of", TEXT, "As-of month of the forecast, YYYY-MM"),
        ACCURACY.field("outcome_month"),
        column("method", TEXT, "Scoring method and its version"),
        column("universe_cells", _COUNT, "Cells in the force's universe at the as-of"),
        column("forecast_sha256", TEXT, "SHA-256 of the publication's hotspot_cells.parquet"),
        column("exclusions", TEXT, "Exclusions that the forecast was made with, as JSON"),
        column("frozen_at", pa.timestamp("us", "UTC"), "When it was published, before the outcome month was stored"),
    ]
)  # fmt: skip

ACCURACY_HISTORY = pa.schema(
    [
        *(FORECASTS.field(name) for name in ("force", "run_id", "as_of", "outcome_month", "method", "forecast_sha256")),
        column("release", TEXT, "Release of the feed that the outcome was counted in, YYYY-MM"),
        ACCURACY.field("crime_group"),
        column("incidents", _COUNT, "Located incidents of the outcome month, including those outside the universe"),
        *(column(f"hits_{name}", _COUNT, f"Incidents found in the highest {text} of the cells, as they were published") for name, text in {"0_5pct": "0.5 %", "1pct": "1 %", "2pct": "2 %", "5pct": "5 %"}.items()),
        column("expected_1pct", pa.float64(), "Incidents expected in the highest 1 % of the cells, to 6 decimals"),
        column("cells_5pct", _COUNT, "Cells among the highest 5 %"),
        column("inside_5pct", _COUNT, "Of those, cells whose count is in the published 95 % interval"),
        column("judged_at", pa.timestamp("us", "UTC"), "When the outcome was first stored"),
    ]
)  # fmt: skip
