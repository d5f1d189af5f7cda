"""The tables of a programme: its places, every scored cell, and the buffers."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.lake.schemas import conform
from transforms.programmes.buffers import buffers, components, ground_of
from transforms.programmes.chosen import CELL, JOINED, POLYGON, Chosen
from transforms.programmes.counted import Counted
from transforms.programmes.evidence import Evidence
from transforms.programmes.flags import flags
from transforms.programmes.parts import shares_of_cells
from transforms.programmes.points import GroupPoints
from transforms.programmes.published import supplied_in_year
from transforms.programmes.rule import Candidates
from transforms.programmes.schemas import BUFFERS, cells_schema, places_schema
from transforms.reference import cells
from transforms.reference.arrays import Cells, Floats, Integers
from transforms.reference.clocks import Clock, Period


_DECIMALS = 6
_SAME = ("lat", "lon", "easting", "northing", "hotspot_id", "hotspot_class")


def candidates(rows: pa.Table, clock: Clock) -> Candidates:
    """The published cells of a force and group, as a rule chooses among them."""
    return Candidates(
        cells=cells.from_text(rows["h3_cell"].to_pylist()),
        score=rows["score"].to_numpy(),
        level_month=level_month(rows, clock),
        n_12m=pc.fill_null(rows[f"n_{clock.year}"], 0).to_numpy(),
        hotspots=rows["hotspot_id"].to_pylist(),
        universe_cells=rows["universe_cells"][0].as_py(),
    )


def level_month(rows: pa.Table, clock: Clock) -> Floats:
    """Incidents expected in a month of each cell, ignoring the season."""
    supplied = supplied_in_year(rows, clock).to_numpy()
    level = rows[f"expected_{clock.year}"].to_numpy() / np.maximum(supplied, 1)
    return np.asarray(np.round(level * clock.periods_a_month, _DECIMALS))


def places_table(
    rows: pa.Table,
    found: Chosen,
    evidence: Evidence,
    of_force: Counted,
    excluded: Floats,
    as_of: Period,
    clock: Clock,
) -> pa.Table:
    """The places of a programme, the highest first; `rows` are the published cells.

    `excluded` is of `excluded_share`.
    """
    ids = cells.from_text(rows["h3_cell"].to_pylist())
    level = found.share * level_month(rows, clock)[found.row]
    highest = rows.take(pa.array(_highest_parts(found, level)))
    contact = components([np.unique(ids[rows]) for rows in _rows_of(found)])
    area = np.array([cells.areas_m2(ground).sum() for ground in found.grounds])
    harm = found.share * rows["harm_score"].to_numpy()[found.row]
    supplied = supplied_in_year(highest, clock)
    windows = list(clock.windows)[-3:]
    total = np.round(found.summed(level), _DECIMALS)
    columns = {name: highest[name] for name in _SAME}
    columns |= {
        f"n_{name}": _past(rows, found, of_force, as_of, name, clock)
        for name in windows
    }
    columns |= {
        "place_id": [f"p{rank:02d}" for rank in range(1, len(total) + 1)],
        "rank": np.arange(1, len(total) + 1),
        "name": pa.array(found.names) if found.names else highest["place_label"],
        "unit": [_unit(found.unit, ground) for ground in found.grounds],
        f"{clock.unit}_{clock.year}": supplied,
        "h3_res": cells.resolutions(np.array([g[0] for g in found.grounds])),
        "h3_cells": [" ".join(cells.as_text(ground)) for ground in found.grounds],
        "area_m2": np.round(area, 1),
        "level_month": total,
        "rate_shape": np.round(_joint(found, level, evidence.rate_shape), _DECIMALS),
        "month_size": np.round(
            _joint(found, level, np.full(len(level), evidence.month_size)), _DECIMALS
        ),
        "harm_score": found.summed(harm) * clock.periods_a_month,
        "component": contact,
        "flags": flags(area, total, contact, supplied.to_numpy(), excluded, clock),
    }
    schema = places_schema(clock)
    return conform(pa.table({f.name: columns[f.name] for f in schema}), schema)


def excluded_share(
    places: Sequence[Cells],
    kept: GroupPoints,
    every: GroupPoints,
    span: Sequence[Period],
) -> Floats:
    """Share of each place's incidents that are at excluded places, 0 to 1."""
    counted, stored = (points.by_place(places, span) for points in (kept, every))
    return np.asarray((stored - counted) / np.maximum(stored, 1))


def _unit(unit: str, ground: Cells) -> str:
    return JOINED if unit == CELL and len(ground) > 1 else unit


def _rows_of(found: Chosen) -> list[Integers]:
    """The rows of the scored cells of each place."""
    return [found.row[found.place == at] for at in range(len(found.grounds))]


def _highest_parts(found: Chosen, level: Floats) -> Integers:
    """The row of the cell of each place in which most is expected."""
    order = np.lexsort((found.row, -level, found.place))
    _, first = np.unique(found.place[order], return_index=True)
    return found.row[order[first]]


def _joint(found: Chosen, level: Floats, size: Floats) -> Floats:
    """The size of the sum of a place's parts: mean squared by variance.

    Cells are taken as independent, as in the intervals of hot spots.
    """
    return found.summed(level) ** 2 / found.summed(level**2 / size)


def _past(
    rows: pa.Table,
    found: Chosen,
    of_force: Counted,
    as_of: Period,
    name: str,
    clock: Clock,
) -> pa.Array:
    """Incidents of each place in a window to the as-of."""
    if found.unit != POLYGON:
        parts = rows[f"n_{name}"].take(pa.array(found.row))
        if parts.null_count:
            return pa.nulls(len(found.grounds), pa.int32())
        return pa.array(found.summed(parts.to_numpy()).astype(np.int32))
    span = of_force.of_epoch(as_of, clock.windows[name])
    if not span:
        return pa.nulls(len(found.grounds), pa.int32())
    points = of_force.points
    counts = [points.by_fine_cell(ground, span).sum() for ground in found.grounds]
    return pa.array(counts, pa.int32())


def cells_table(rows: pa.Table, found: Chosen, clock: Clock) -> pa.Table:
    """Every scored cell, sorted, and which place it is; of none if places are parts."""
    place = np.full(len(rows), None, dtype=object)
    if found.unit != POLYGON:
        place[found.row] = [f"p{at + 1:02d}" for at in found.place]
    table = pa.table(
        {
            "h3_cell": rows["h3_cell"],
            "level_month": level_month(rows, clock),
            "place_id": pa.array(place, pa.string()),
        }
    )
    return conform(table.sort_by("h3_cell"), cells_schema(clock))


def buffers_table(
    places: pa.Table,
    frozen: pa.Table,
    found: Chosen,
    points: GroupPoints,
    span: Sequence[Period],
    buffer_m: float,
) -> pa.Table:
    """The cells around each place, and what was expected in each.

    A cell's expectation is divided over its parts as the incidents of `span` were; of a
    cell that had none, evenly.
    """
    around = buffers([ground_of(ground) for ground in found.grounds], buffer_m)
    fine, number = np.unique(np.concatenate(around), return_counts=True)
    whole = cells.from_text(frozen["h3_cell"].to_pylist())
    row, share = shares_of_cells(fine, whole, points, span)
    level = share * frozen["level_month"].to_numpy()[row]
    at = np.concatenate([np.searchsorted(fine, buffer) for buffer in around])
    of_place = np.repeat(places["place_id"].to_pylist(), [len(b) for b in around])
    table = pa.table(
        {
            "place_id": of_place.tolist(),
            "h3_cell": cells.as_text(fine[at]),
            "level_month": np.round(level[at], _DECIMALS),
            "shared": number[at] > 1,
        }
    )
    return conform(table, BUFFERS)
