"""Hot spots of a day: the cells with the same id, combined at each horizon."""

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from transforms.lake.schemas import conform
from transforms.publications.edition.hotspot_changes import change_of
from transforms.publications.schemas import DAY_HOTSPOTS
from transforms.scores.timing.week import busiest_of, weeks_of


_KEYS = ["horizon_days", "force", "crime_group", "hotspot_id"]
_SUMS = {
    "expected": "score",
    "n_7d": "n_7d",
    "n_28d": "n_28d",
    "n_prev_28d": "n_prev_28d",
    "n_365d": "n_365d",
    "harm_365d": "harm_365d",
    "harm_score": "harm_score",
    "area_m2": "cell_area_m2",
    "incidents_day_365d": "incidents_day_365d",
    "incidents_night_365d": "incidents_night_365d",
}
HOURS = ("incidents_day_365d", "incidents_night_365d")
# Columns of the highest cell, which is first.
_FIRST = {
    "as_of": "as_of",
    "hotspot_class": "hotspot_class",
    "place_label": "place_label",
    "top_cell": "h3_cell",
    "lat": "lat",
    "lon": "lon",
    "easting": "easting",
    "northing": "northing",
}


def day_hotspots(
    cells: pa.Table,
    names: pa.Table,
    hours: pa.Table,
    before: pa.Table | None = None,
    weeks: pa.Table | None = None,
) -> pa.Table:
    """The hot spots among a day's published cells, by horizon, group and rank.

    `names` are their own, by `hotspot_id`; one without has that of its highest cell.
    `hours` are the cells' incidents by day and night. `before` are the hot spots of an
    earlier as-of, to compare with. `weeks` are the hot spots' own hours of the week.
    """
    members = _with_hours(cells.filter(pc.is_valid(cells["hotspot_id"])), hours)
    members = members.sort_by([(key, "ascending") for key in (*_KEYS, "score_rank")])
    # by default "first" would skip a null and take the value of a lower cell
    very_first = pc.ScalarAggregateOptions(skip_nulls=False)
    aggregates: list[tuple[Any, ...]] = [(name, "sum") for name in _SUMS.values()]
    aggregates += [(name, "first", very_first) for name in _FIRST.values()]
    aggregates += [("h3_cell", "count"), ("h3_cell", "list"), ("p_top1", "max")]
    # one thread: "first" and "list" depend on the order of the cells
    grouped = members.group_by(_KEYS, use_threads=False).aggregate(aggregates)
    columns = {key: grouped[key] for key in _KEYS}
    columns |= {name: grouped[f"{of}_sum"] for name, of in _SUMS.items()}
    columns |= {name: grouped[f"{of}_first"] for name, of in _FIRST.items()}
    columns["cells"] = grouped["h3_cell_count"]
    columns["p_top1"] = grouped["p_top1_max"]
    at = pc.index_in(columns["hotspot_id"], value_set=names["hotspot_id"])
    own = names["place_label"].combine_chunks().take(at.combine_chunks())
    columns["name"] = pc.coalesce(own, columns.pop("place_label"))
    columns["h3_cells"] = pc.binary_join(grouped["h3_cell_list"], " ")
    spots = _with_busiest(_ranked(pa.table(columns)), weeks)
    return conform(_compared(spots, before), DAY_HOTSPOTS)


def _with_hours(members: pa.Table, hours: pa.Table) -> pa.Table:
    """The cells with their incidents by day and night: null if no hour is known."""
    keys = [hours[name].to_pylist() for name in ("crime_group", "h3_cell")]
    known, timed = zip(*keys, strict=True), set(keys[0])
    at = {key: row for row, key in enumerate(known)}
    groups, ids = (members[n].to_pylist() for n in ("crime_group", "h3_cell"))
    for name in HOURS:
        values = hours[name].to_pylist()
        column = [
            values[at[key]] if key in at else 0.0 if key[0] in timed else None
            for key in zip(groups, ids, strict=True)
        ]
        members = members.append_column(name, pa.array(column, pa.float64()))
    return members


def _with_busiest(spots: pa.Table, weeks: pa.Table | None) -> pa.Table:
    """The hot spots with the hours and the weekday in which most happens."""
    found = busiest_of(weeks_of(weeks, "hotspot_id")) if weeks else {}
    ids = [found.get(name) for name in spots["hotspot_id"].to_pylist()]
    columns = {
        "busiest_from": pa.array([b and b.from_hour for b in ids], pa.int8()),
        "incidents_busiest_365d": pa.array(
            [b and round(b.incidents, 4) for b in ids], pa.float64()
        ),
        "busiest_weekday": pa.array([b and b.weekday for b in ids], pa.string()),
    }
    for name, values in columns.items():
        spots = spots.append_column(name, values)
    return spots


def _compared(spots: pa.Table, before: pa.Table | None) -> pa.Table:
    """The hot spots, each with what it was at the earlier as-of."""
    keys = ("horizon_days", "crime_group", "hotspot_id")
    ranks = {} if before is None else dict(_with_key(before, keys, "hotspot_rank"))
    previous = [ranks.get(key) for key, _ in _with_key(spots, keys, "hotspot_rank")]
    change = [
        None if before is None else change_of(is_now=True, was_before=rank is not None)
        for rank in previous
    ]
    spots = spots.append_column("previous_rank", pa.array(previous, pa.int32()))
    return spots.append_column("change", pa.array(change, pa.string()))


def _with_key(
    rows: pa.Table, keys: Sequence[str], value: str
) -> Iterator[tuple[tuple[Any, ...], Any]]:
    columns = (rows[name].to_pylist() for name in keys)
    return zip(zip(*columns, strict=True), rows[value].to_pylist(), strict=True)


def _ranked(spots: pa.Table) -> pa.Table:
    """Sorted by horizon, group and expected incidents, with ranks."""
    spots = spots.sort_by(
        [
            ("horizon_days", "ascending"),
            ("crime_group", "ascending"),
            ("expected", "descending"),
            ("hotspot_id", "ascending"),
        ]
    )
    ranks: list[int] = []
    before = None
    for key in zip(
        spots["horizon_days"].to_pylist(), spots["crime_group"].to_pylist(), strict=True
    ):
        ranks.append(ranks[-1] + 1 if key == before else 1)
        before = key
    return spots.append_column("hotspot_rank", pa.array(ranks, pa.int32()))
