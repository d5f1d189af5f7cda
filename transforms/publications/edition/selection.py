"""Which cells and hot spots a file shows that does not contain all of them."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from transforms.publications.edition.day_edition import DayEdition
from transforms.publications.edition.edition import Edition
from transforms.publications.edition.month_edition import MonthEdition
from transforms.reference.bands import TOP_5
from transforms.reference.groups import ALL_CRIME


TOP_CELLS = 50
# What a briefing asks for: everything, the grave, the visible, and three that patrols
# are sent for. The other groups are in the files of all cells.
TOP_GROUPS = (
    "all-crime",
    "serious-violence-proxy",
    "robbery-and-theft-from-person",
    "anti-social-behaviour",
    "burglary",
    "vehicle-crime",
)
_CELL_COLUMNS = {
    "months": (
        "force", "crime_group", "score_rank", "h3_cell", "as_of", "place_label",
        "lsoa21cd", "score", "score_lo", "score_hi", "score_size", "score_band",
        "n_1m", "n_3m", "n_12m", "n_36m", "n_prev_12m", "months_12m",
        "months_36m", "expected_12m", "p_top1", "hotspot_class", "hotspot_id",
        "universe_cells", "lat", "lon",
    ),
    "days": (
        "force", "horizon_days", "crime_group", "score_rank", "h3_cell",
        "as_of", "place_label", "score", "score_lo", "score_hi", "score_size",
        "score_band", "n_7d", "n_28d", "n_365d", "n_prev_28d", "days_28d",
        "days_365d", "expected_365d", "p_top1", "hotspot_class", "hotspot_id",
        "universe_cells", "lat", "lon",
    ),
}  # fmt: skip
_HOTSPOT_COLUMNS = {
    "months": (
        "force", "crime_group", "hotspot_rank", "name", "expected", "expected_lo",
        "expected_hi", "change", "previous_rank", "first_as_of", "n_1m", "n_12m",
        "n_prev_12m", "months_12m", "months_prev_12m", "expected_12m", "harm_12m",
        "harm_score", "p_top1", "hotspot_class", "mix_12m", "cells", "area_m2",
        "lsoa21cd", "lat", "lon", "easting", "northing", "as_of", "top_cell",
        "hotspot_id",
    ),
    "days": (
        "force", "horizon_days", "crime_group", "hotspot_rank", "name", "expected",
        "change", "previous_rank", "n_7d", "n_28d", "n_prev_28d", "n_365d",
        "incidents_day_365d", "incidents_night_365d", "busiest_from",
        "incidents_busiest_365d", "busiest_weekday", "harm_365d", "harm_score",
        "p_top1", "hotspot_class", "cells", "area_m2", "lat", "lon", "easting",
        "northing", "as_of", "top_cell", "hotspot_id",
    ),
}  # fmt: skip


def whole_or_top(
    cells: pa.Table, whole: Sequence[str] = (ALL_CRIME,), also: pa.Array | None = None
) -> pa.Table:
    """Of some crime groups all cells, of the others those in the top 5 %, or also."""
    of_whole = pc.is_in(
        cells["crime_group"].cast(pa.string()), pa.array(list(whole), pa.string())
    )
    top = pc.is_in(cells["score_band"].cast(pa.string()), pa.array(TOP_5))
    shown = pc.or_(of_whole, top)
    return cells.filter(shown if also is None else pc.or_(shown, also))


def groups_shown(edition: Edition) -> list[str]:
    """The groups of such a file: some shipped ones, and all of the user's own."""
    return [*TOP_GROUPS, *(group.slug for group in edition.own)]


def of_groups_shown(edition: Edition, rows: pa.Table) -> pa.Table:
    """The rows of those groups."""
    shown = pa.array(groups_shown(edition))
    return rows.filter(pc.is_in(rows["crime_group"].cast(pa.string()), shown))


def top_cells(edition: Edition) -> pa.Table:
    """The highest cells of each force in each of those groups, in order of rank."""
    cells, columns = edition.cells, _CELL_COLUMNS[edition.clock.unit]
    groups = pa.array(groups_shown(edition))
    wanted = pc.and_(
        pc.less_equal(cells["score_rank"], TOP_CELLS),
        pc.is_in(cells["crime_group"].cast(pa.string()), groups),
    )
    keys = ("force", "horizon_days", "crime_group", "score_rank")
    order = [(key, "ascending") for key in keys if key in columns]
    return cells.filter(wanted).select(list(columns)).sort_by(order)


def top_changes(edition: DayEdition) -> pa.Table:
    """The hot spots of those groups that are new or gone, among the first of either."""
    rows = edition.hotspot_changes
    rank = pc.coalesce(rows["hotspot_rank"], rows["previous_rank"])
    groups = pa.array(groups_shown(edition))
    listed = pc.and_(
        pc.less_equal(rank, TOP_CELLS),
        pc.is_in(rows["crime_group"].cast(pa.string()), groups),
    )
    return rows.filter(pc.and_(listed, pc.not_equal(rows["change"], "kept")))


def top_hotspots(
    edition: Edition, groups: Sequence[str] = (), also: Sequence[str] = ()
) -> pa.Table:
    """The first hot spots of each force in each of those groups, in order of rank.

    `also` names columns besides the usual ones.
    """
    spots = edition.hotspots
    shown = pa.array(groups or groups_shown(edition))
    wanted = pc.and_(
        pc.less_equal(spots["hotspot_rank"], TOP_CELLS),
        pc.is_in(spots["crime_group"].cast(pa.string()), shown),
    )
    columns = _HOTSPOT_COLUMNS[edition.clock.unit]
    return spots.filter(wanted).select([*columns, *edition.added_columns, *also])


def with_months(edition: MonthEdition, spots: pa.Table) -> pa.Table:
    """Those hot spots with a text of their months: the incidents of each, in order."""
    months = edition.hotspot_months
    mine = months.filter(pc.is_in(months["hotspot_id"], spots["hotspot_id"]))
    number = pc.fill_null(mine["incidents"].cast(pa.string()), "not counted")
    said = pc.binary_join_element_wise(mine["month"], number, " ")
    rows = pa.table({"hotspot_id": mine["hotspot_id"], "said": said})
    by_spot = rows.group_by("hotspot_id", use_threads=False).aggregate(
        [("said", "list")]
    )
    texts = pc.binary_join(by_spot["said_list"], "; ")
    at = pc.index_in(spots["hotspot_id"], value_set=by_spot["hotspot_id"])
    return spots.append_column("by_month", texts.take(at))
