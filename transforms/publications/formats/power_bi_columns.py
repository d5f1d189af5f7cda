"""The columns of the star: keys that join it, measures as the other files have them.

Each fact has one column for each dimension it joins, and each dimension that column as
its key.
"""

import pyarrow as pa

from transforms.lake.schemas import column
from transforms.publications.schemas import (
    HISTORY,
    HOTSPOT_MONTHS,
    HOTSPOTS,
    PUBLISHED,
    RECONCILIATION,
)
from transforms.reference.groups import GROUPS


_MEASURES = (
    "score", "score_lo", "score_hi", "score_rank", "score_pctile", "score_band",
    "p_top1", "n_1m", "n_3m", "n_12m", "n_36m", "n_prev_12m", "months_12m",
    "months_36m", "months_prev_12m", "expected_12m", "harm_12m", "harm_score",
    "hotspot_class", "gi_star_z", "hotspot_id", "n_outcomes_12m", "positive_share_12m",
)  # fmt: skip
HISTORY_MEASURES = (
    "score", "score_lo", "score_hi", "score_rank", "score_band", "n_1m", "n_12m",
    "months_1m", "months_12m",
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
HISTORY_FACT = pa.schema([*_KEYS, *(HISTORY.field(name) for name in HISTORY_MEASURES)])
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


def groups_table() -> pa.Table:
    """The crime groups in their order."""
    rows = [
        {"crime_group": g.slug, "label": g.label, "note": g.note, "sort_order": at}
        for at, g in enumerate(GROUPS.values(), 1)
    ]
    return pa.Table.from_pylist(rows, schema=GROUP)
