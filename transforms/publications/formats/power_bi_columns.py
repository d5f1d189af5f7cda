"""The columns of the stars: keys that join them, measures as the other files have them.

That of days has one force and two horizons, and none of the past: its files of several
days can be put below one another.

Each fact has one column for each dimension it joins, and each dimension that column as
its key.
"""

from collections.abc import Sequence

import pyarrow as pa

from transforms.lake.schemas import column
from transforms.publications.edition.force_history import MEASURES
from transforms.publications.schemas import (
    DAY_CELLS,
    DAY_HOTSPOTS,
    HISTORY,
    HOTSPOT_MONTHS,
    HOTSPOTS,
    PUBLISHED,
    RECONCILIATION,
)
from transforms.reference.groups import GROUPS, CrimeGroup


_MEASURES = (
    "score", "score_lo", "score_hi", "score_size", "score_rank", "score_pctile",
    "score_band", "p_top1", "n_1m", "n_3m", "n_12m", "n_36m", "n_prev_12m",
    "months_12m", "months_36m", "months_prev_12m", "expected_12m", "harm_12m",
    "harm_score", "hotspot_class", "gi_star_z", "hotspot_id", "n_outcomes_12m",
    "positive_share_12m",
)  # fmt: skip
_PLACE = (
    "place_label", "lsoa21cd", "lat", "lon", "easting", "northing", "cell_area_m2",
)  # fmt: skip

CELL_KEY = column(
    "cell_key",
    pa.string(),
    "Force and H3 cell with a slash between: a cell on a border is of two forces",
)
_MONTH_END = column("month_end", pa.date32(), "Last day of the as-of month")
_GROUP, _FORCE = PUBLISHED.field("crime_group"), PUBLISHED.field("force")
_KEYS = [CELL_KEY, _FORCE, _MONTH_END, _GROUP]

CELLS_FACT = pa.schema([*_KEYS, *(PUBLISHED.field(name) for name in _MEASURES)])
HISTORY_FACT = pa.schema([*_KEYS, *(HISTORY.field(name) for name in MEASURES)])
TOTALS_FACT = pa.schema(
    [
        _FORCE,
        _MONTH_END,
        _GROUP,
        *(
            f
            for f in RECONCILIATION
            if f.name.endswith("_12m") and "rows" not in f.name
        ),
    ]
)
CELL = pa.schema(
    [
        CELL_KEY,
        _FORCE,
        PUBLISHED.field("h3_cell"),
        *(PUBLISHED.field(name) for name in _PLACE),
        column("wkt", pa.string(), "Hexagon of the cell: WKT, degrees, WGS 84"),
    ]
)
HOTSPOT_MONTHS_FACT = pa.schema(
    [
        HOTSPOT_MONTHS.field("hotspot_id"),
        _FORCE,
        _MONTH_END,
        _GROUP,
        *(
            f
            for f in HOTSPOT_MONTHS
            if f.name in ("incidents", "hotspot_rank", "expected")
        ),
    ]
)
HOTSPOT = pa.schema(
    [
        *(f for f in HOTSPOTS if f.name not in ("as_of", "h3_cells")),
        column("wkt", pa.string(), "Outline of the hot spot: WKT, degrees, WGS 84"),
    ]
)
MONTH = pa.schema(
    [
        column("month_end", pa.date32(), "Last day of the month"),
        column("month", pa.string(), "The month, YYYY-MM, as the other files have it"),
        column("year", pa.int32(), "Calendar year"),
        column("quarter", pa.string(), "Quarter of the calendar year, Q1 to Q4"),
        column("month_number", pa.int32(), "Month of the year, 1 to 12: sorts names"),
        column("month_name", pa.string(), "Month of the year, in English"),
    ]
)
GROUP = pa.schema(
    [
        _GROUP,
        column("label", pa.string(), "Crime group: its name"),
        column("note", pa.string(), "What it contains"),
        column("sort_order", pa.int32(), "Order of the groups: composite ones first"),
    ]
)

_DAY_MEASURES = (
    "score", "score_lo", "score_hi", "score_size", "score_rank", "score_pctile",
    "score_band", "p_top1", "n_7d", "n_28d", "n_91d", "n_365d", "n_prev_28d",
    "days_7d", "days_28d", "days_91d", "days_365d", "days_prev_28d",
    "expected_365d", "harm_365d", "harm_score", "hotspot_class", "gi_star_z",
    "hotspot_id",
)  # fmt: skip
# What the horizons of a hot spot differ in; the rest of it is the dimension.
_OF_A_HORIZON = (
    "hotspot_rank", "expected", "harm_score", "p_top1", "change", "previous_rank",
)  # fmt: skip
_DATE = column("date", pa.date32(), "The as-of day")
_HORIZON = DAY_CELLS.field("horizon_days")
_DAY_KEYS = [_FORCE, _DATE, _GROUP, _HORIZON]

DAY_CELLS_FACT = pa.schema(
    [CELL_KEY, *_DAY_KEYS, *(DAY_CELLS.field(name) for name in _DAY_MEASURES)]
)
DAY_HOTSPOTS_FACT = pa.schema(
    [
        DAY_HOTSPOTS.field("hotspot_id"),
        *_DAY_KEYS,
        *(DAY_HOTSPOTS.field(name) for name in _OF_A_HORIZON),
    ]
)
DAY_CELL = pa.schema([field for field in CELL if field.name != "lsoa21cd"])
DAY_HOTSPOT = pa.schema(
    [
        *(
            f
            for f in DAY_HOTSPOTS
            if f.name not in ("as_of", "horizon_days", "h3_cells", *_OF_A_HORIZON)
        ),
        HOTSPOT.field("wkt"),
    ]
)
DAY = pa.schema(
    [
        column("date", pa.date32(), "The day"),
        column("year", pa.int32(), "Calendar year"),
        column("month_number", pa.int32(), "Month of the year, 1 to 12: sorts names"),
        column("month_name", pa.string(), "Month of the year, in English"),
        column("weekday_number", pa.int32(), "Day of the week, 1 is Monday"),
        column("weekday", pa.string(), "Day of the week, in English: sorted by number"),
    ]
)


def groups_table(own: Sequence[CrimeGroup] = ()) -> pa.Table:
    """The crime groups in their order, then those of the user's own."""
    rows = [
        {"crime_group": g.slug, "label": g.label, "note": g.note, "sort_order": at}
        for at, g in enumerate((*GROUPS.values(), *own), 1)
    ]
    return pa.Table.from_pylist(rows, schema=GROUP)
