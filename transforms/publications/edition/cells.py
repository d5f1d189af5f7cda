"""The published columns: the scores' own, ids as text, and each cell's place."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyproj import Transformer

import sql
from transforms import cells
from transforms.data_files import read_files
from transforms.months import Month, window
from transforms.publications.force_edition import ForceEdition
from transforms.publications.formulas import withhold_formulas
from transforms.publications.hotspot_table import hotspot_names
from transforms.publications.outcome_shares import outcome_columns
from transforms.schemas import PUBLISHED, conform
from transforms.table_specs import TABLES


PLACE_WINDOW_MONTHS = 36
_DEGREE_DECIMALS = 6
_DECIMALS = {
    "p_top1": 6,
    "gi_star_z": 4,
    "gi_star_q": 6,
    "harm_12m": 4,
    "harm_score": 4,
    "harm_top_share_12m": 4,
    "expected_12m": 4,
}
_TO_GRID = ("OGC:CRS84", "EPSG:27700")


def published_cells(
    forces: Sequence[ForceEdition], as_of: Month
) -> tuple[pa.Table, dict[str, str]]:
    """The scores of those forces at a month, one row per cell and crime group.

    And the names of their hot spots: each force's incidents are read once for both.
    """
    tables, names = [PUBLISHED.empty_table()], dict[str, str]()
    for force in forces:
        rows = read_files([force.scores] if force.scores else [], TABLES["scores"])
        kept = force.kept_incidents()
        tables.append(_of_force(force, as_of, rows, kept))
        names |= hotspot_names(force, as_of, rows, kept)
    cells = withhold_formulas(pa.concat_tables(tables)).sort_by(
        [(key, "ascending") for key in ("h3_cell", "force", "crime_group")]
    )
    return cells, names


def _of_force(
    force: ForceEdition, as_of: Month, rows: pa.Table, kept: pa.Table
) -> pa.Table:
    ids = rows["h3_cell"].to_numpy()
    distinct, of_row = np.unique(ids, return_inverse=True)
    facts = _cell_facts(force, as_of, kept, distinct).take(pa.array(of_row))
    shares = outcome_columns(force, as_of, kept, rows["h3_cell"], rows["crime_group"])
    rows = _rounded(rows)
    rows = rows.drop_columns(["h3_cell"])
    for name in facts.column_names:
        rows = rows.append_column(name, facts[name])
    for name, column in shares.items():
        rows = rows.append_column(name, column)
    code = pa.repeat(force.force.code, len(rows)) if force.force.code else None
    return conform(
        rows.append_column("force_code", code or pa.nulls(len(rows))), PUBLISHED
    )


def _rounded(rows: pa.Table) -> pa.Table:
    """Derived numbers to the digits that mean anything: full ones double a CSV."""
    for name, decimals in _DECIMALS.items():
        at = rows.schema.get_field_index(name)
        rows = rows.set_column(at, name, pc.round(rows[name], decimals))
    return rows


def _cell_facts(
    force: ForceEdition, as_of: Month, kept: pa.Table, ids: cells.Cells
) -> pa.Table:
    """What is published of each cell whatever the group."""
    places = _places(force, as_of, kept, ids)
    positions = cell_positions(ids)
    for name in ("lsoa21cd", "place_label"):
        positions = positions.add_column(1, name, places[name])
    return positions


def cell_positions(ids: cells.Cells) -> pa.Table:
    """Where each cell is: its id as text, its centre twice, and its area."""
    longitude, latitude = (
        np.round(degrees, _DEGREE_DECIMALS) for degrees in cells.centres(ids)
    )
    easting, northing = _to_grid().transform(longitude, latitude)
    return pa.table(
        {
            "h3_cell": cells.as_text(ids),
            "lon": longitude,
            "lat": latitude,
            "easting": np.round(easting).astype(np.int32),
            "northing": np.round(northing).astype(np.int32),
            "cell_area_m2": np.round(cells.areas_m2(ids), 1),
        }
    )


@cache
def _to_grid() -> Transformer:
    return Transformer.from_crs(*_TO_GRID, always_xy=True)


def _places(
    force: ForceEdition, as_of: Month, kept: pa.Table, ids: cells.Cells
) -> pa.Table:
    """The commonest labels of those cells, in order; null where there are none."""
    span = window(as_of, PLACE_WINDOW_MONTHS)
    found = sql.run(
        "cell_places",
        {"incidents": kept},
        h3_res=force.resolution,
        first_month=str(span[0]),
        last_month=str(span[-1]),
    )
    at = {cell: row for row, cell in enumerate(found["h3_cell"].to_pylist())}
    return found.take(pa.array([at.get(cell) for cell in ids.tolist()], pa.int64()))
