"""The tables of a programme: its places, every scored cell, and the buffers."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.feeds.police_uk import street
from transforms.lake.schemas import conform
from transforms.programmes.buffers import (
    RESOLUTION,
    buffers,
    components,
    ground_of,
)
from transforms.programmes.evidence import Evidence
from transforms.programmes.flags import flags
from transforms.programmes.points import GroupPoints
from transforms.programmes.rule import Candidates
from transforms.programmes.schemas import BUFFERS, FROZEN_CELLS, PLACES
from transforms.reference import cells
from transforms.reference.arrays import Cells, Floats, Integers
from transforms.reference.months import Month


_DECIMALS = 6
_SAME = (
    "lat", "lon", "easting", "northing", "n_3m", "n_12m", "n_36m", "months_12m",
    "harm_score", "hotspot_id", "hotspot_class",
)  # fmt: skip


def candidates(rows: pa.Table) -> Candidates:
    """The published cells of a force and group, as a rule chooses among them."""
    return Candidates(
        cells=cells.from_text(rows["h3_cell"].to_pylist()),
        score=rows["score"].to_numpy(),
        level_month=level_month(rows),
        n_12m=pc.fill_null(rows["n_12m"], 0).to_numpy(),
    )


def level_month(rows: pa.Table) -> Floats:
    """Incidents expected in a month of each cell, ignoring the season."""
    months = rows["months_12m"].to_numpy()
    level = rows["expected_12m"].to_numpy() / np.maximum(months, 1)
    return np.asarray(np.round(level, _DECIMALS))


def places_table(chosen: pa.Table, evidence: Evidence) -> pa.Table:
    """The places of a programme: published rows, the highest first."""
    ids = cells.from_text(chosen["h3_cell"].to_pylist())
    level = level_month(chosen)
    contact = components(ids)
    area = chosen["cell_area_m2"].to_numpy()
    raised = flags(area, level, contact, chosen["months_12m"].to_numpy())
    columns = {name: chosen[name] for name in _SAME}
    columns |= {
        "place_id": [f"p{rank:02d}" for rank in range(1, len(ids) + 1)],
        "rank": np.arange(1, len(ids) + 1),
        "name": chosen["place_label"],
        "h3_cell": chosen["h3_cell"],
        "area_m2": area,
        "level_month": level,
        "rate_shape": np.round(evidence.rate_shape, _DECIMALS),
        "month_size": np.full(len(ids), round(evidence.month_size, _DECIMALS)),
        "component": contact,
        "flags": raised,
    }
    return conform(pa.table({f.name: columns[f.name] for f in PLACES}), PLACES)


def cells_table(rows: pa.Table, places: pa.Table) -> pa.Table:
    """Every scored cell, sorted, and which place it is."""
    of_cell = dict(
        zip(places["h3_cell"].to_pylist(), places["place_id"].to_pylist(), strict=True)
    )
    ids = rows["h3_cell"].to_pylist()
    table = pa.table(
        {
            "h3_cell": ids,
            "level_month": level_month(rows),
            "place_id": pa.array([of_cell.get(cell) for cell in ids], pa.string()),
        }
    )
    return conform(table.sort_by("h3_cell"), FROZEN_CELLS)


def buffers_table(
    places: pa.Table,
    frozen: pa.Table,
    points: GroupPoints,
    span: Sequence[Month],
    buffer_m: float,
) -> pa.Table:
    """The cells around each place, and what was expected in each.

    A cell's expectation is divided over its parts as the incidents of `span` were; of a
    cell that had none, evenly.
    """
    ids = cells.from_text(places["h3_cell"].to_pylist())
    around = buffers([ground_of(np.array([cell])) for cell in ids], buffer_m)
    fine, number = np.unique(np.concatenate(around), return_counts=True)
    level = _parts(fine, frozen, points, span)
    rows = np.concatenate([np.searchsorted(fine, buffer) for buffer in around])
    of_place = np.repeat(places["place_id"].to_pylist(), [len(b) for b in around])
    table = pa.table(
        {
            "place_id": of_place.tolist(),
            "h3_cell": cells.as_text(fine[rows]),
            "level_month": np.round(level[rows], _DECIMALS),
            "shared": number[rows] > 1,
        }
    )
    return conform(table, BUFFERS)


def _parts(
    fine: Cells, frozen: pa.Table, points: GroupPoints, span: Sequence[Month]
) -> Floats:
    """The expectation of parts of cells; 0 in cells that are not scored."""
    whole = cells.from_text(frozen["h3_cell"].to_pylist())
    parent = cells.parents(fine, street.SCORED_RESOLUTION)
    at = np.minimum(np.searchsorted(whole, parent), len(whole) - 1)
    level = np.where(whole[at] == parent, frozen["level_month"].to_numpy()[at], 0.0)
    in_part = points.by_fine_cell(fine, span)
    in_whole = _by_parent(points, whole, span)[at]
    children = cells.children(whole[:1], RESOLUTION).size
    share = np.where(in_whole > 0, in_part / np.maximum(in_whole, 1), 1 / children)
    return np.asarray(level * share)


def _by_parent(points: GroupPoints, whole: Cells, span: Sequence[Month]) -> Integers:
    """Incidents in the parts of each cell: near its edge not those of the cell."""
    sums = np.zeros(len(whole), dtype=np.int64)
    parent = cells.parents(points.fine_cells, street.SCORED_RESOLUTION)
    at = np.minimum(np.searchsorted(whole, parent), len(whole) - 1)
    known = whole[at] == parent
    np.add.at(sums, at[known], points.in_months(span)[known])
    return sums
