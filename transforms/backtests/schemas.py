"""The columns of what a backtest reports: accuracy over origins, and calibration."""

import pyarrow as pa

from transforms.lake.schemas import ACCURACY, TEXT, column
from transforms.lake.schemas.accuracy import RANK_ONLY


_COUNT = pa.int32()
_FEW_BLOCKS = "it is based on under five blocks of two months, which is too few"
_EQUAL = "the area is the same number of km2 in every universe"
_AREA = column(
    "area",
    TEXT,
    "Area that is searched: a share of the universe (1 %), or the same in every universe (10 km2)",
)
_NO_RIVAL = "it was not compared with a rolling count"

ACCURACY_SUMMARY = pa.schema(
    [
        ACCURACY.field("crime_group"),
        ACCURACY.field("method"),
        ACCURACY.field("horizon_months"),
        _AREA,
        column("area_share", pa.float64(), "Share of the universe's area that is searched", null=_EQUAL),
        column("area_km2", pa.float64(), "Area that is searched in each force-month, square kilometres: mean over force-months where it is a share of the universe. Compare homes, years and methods at the same area_km2: a share grows with the months that a home holds"),
        column("forces", _COUNT, "Forces"),
        column("force_months", _COUNT, "Force-months with any incident of the group; all have equal weight"),
        column("first_outcome_month", TEXT, "First outcome month, YYYY-MM"),
        column("last_outcome_month", TEXT, "Last outcome month, YYYY-MM"),
        column("incidents", pa.int64(), "Located incidents of those months, including those outside the universes"),
        column("hit_rate", pa.float64(), "Share of a month's incidents found in that area, mean over force-months, 0 to 1"),
        column("hit_rate_lo", pa.float64(), "Lower end of its 95 % interval: block bootstrap over force x two months", null=_FEW_BLOCKS),
        column("hit_rate_hi", pa.float64(), "Upper end of that interval", null=_FEW_BLOCKS),
        column("pai", pa.float64(), "Predictive accuracy index: hit_rate divided by area_share", null=_EQUAL),
        column("pei_star", pa.float64(), "Prediction efficiency index*: incidents found, as a share of the most that the same area could find, mean over force-months, 0 to 1", null="every incident was outside the universe"),
        column("gain", pa.float64(), "hit_rate minus that of the rival in the same force-months", null=_NO_RIVAL),
        column("gain_lo", pa.float64(), "Lower end of its paired 95 % interval", null=_FEW_BLOCKS),
        column("gain_hi", pa.float64(), "Upper end of that interval", null=_FEW_BLOCKS),
        column("rival", TEXT, "The rolling count that, in hindsight, found most in 1 % of the area, or in area_km2 where that is the same in every universe; each knew everything up to the month before", null=_NO_RIVAL),
        column("auc", pa.float64(), "Area under hit rate against area share, 0 to 1"),
        column("jaccard_1pct", pa.float64(), "Overlap of the top 1 % with that of the previous month, 0 to 1", null="the contestant has no ranking, or no two months are consecutive"),
        column("log_score", pa.float64(), "Mean Poisson log score of a cell; higher is better", null=RANK_ONLY),
        column("expected", pa.float64(), "Incidents expected in all those months", null=RANK_ONLY),
    ]
)  # fmt: skip

_OTHER_KIND = "the row is of the other kind"

CALIBRATION = pa.schema(
    [
        ACCURACY.field("crime_group"),
        ACCURACY.field("method"),
        column("kind", TEXT, "tenth of expected crime, or cells by expected incidents"),
        column("part", TEXT, "The tenth (1 has the quietest cells), or the band"),
        column("expected", pa.float64(), "Incidents expected a month ahead", null=_OTHER_KIND),
        column("observed", pa.float64(), "Incidents observed", null=_OTHER_KIND),
        column("cells", pa.int64(), "Cells and months in the band", null=_OTHER_KIND),
        column("inside_interval", pa.float64(), "Share of them inside the 95 % predictive interval (randomised PIT, expected), 0 to 1", null="the row is of the other kind, or no cell is in the band"),
    ]
)  # fmt: skip

_FEW_FORTNIGHTS = "it is based on under five blocks of two weeks, which is too few"

DAY_ACCURACY = pa.schema(
    [
        column("crime_group", TEXT, "Crime group"),
        column("method", TEXT, "Contestant: a scoring method"),
        column("horizon_days", pa.int64(), "Days that were forecast: 1 or 7"),
        _AREA,
        column("area_share", pa.float64(), "Share of the universe's area that is searched", null=_EQUAL),
        column("area_km2", pa.float64(), "Area that is searched, square kilometres: mean over origins where it is a share of the universe"),
        column("origins", pa.int64(), "As-of days with any incident after them: each counts as one"),
        column("incidents", pa.int64(), "Incidents after them, including those outside the universe"),
        column("hit_rate", pa.float64(), "Share of those incidents found in that area, mean over origins, 0 to 1. An origin knows what had been recorded by then; if the feed does not say when that was, its last days are seen as they are now"),
        column("hit_rate_lo", pa.float64(), "Lower end of its 95 % interval", _FEW_FORTNIGHTS),
        column("hit_rate_hi", pa.float64(), "Upper end of it", _FEW_FORTNIGHTS),
        column("pai", pa.float64(), "Predictive accuracy index: hit_rate divided by area_share", null=_EQUAL),
        column("rival", TEXT, "The rival that found most, in hindsight: the count of 7, 28, 91 or 365 days or of all, ewma or kernel_density"),
        column("gain", pa.float64(), "hit_rate minus that of the rival at the same origins"),
        column("gain_lo", pa.float64(), "Lower end of its paired 95 % interval", _FEW_FORTNIGHTS),
        column("gain_hi", pa.float64(), "Upper end of it", _FEW_FORTNIGHTS),
    ]
)  # fmt: skip
