"""The published columns: the scores' own, ids as text, and each cell's place."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import sql
from transforms.lake.schemas import conform
from transforms.publications.edition.force_edition import ForceEdition, Incidents
from transforms.publications.edition.outcome_shares import outcome_columns
from transforms.publications.edition.place_names import cell_names, venues
from transforms.publications.schemas import PUBLISHED
from transforms.reference import cells
from transforms.reference.arrays import Cells
from transforms.reference.months import Month
from transforms.reference.national_grid import to_grid_by_proj


PLACE_WINDOW_MONTHS = 36
_MOST_DECIMALS = 6
_DECIMALS = {
    "p_top1": 6,
    "gi_star_z": 4,
    "gi_star_q": 6,
    "harm_12m": 4,
    "harm_score": 4,
    "harm_top_share_12m": 4,
    "expected_12m": 4,
}


def force_cells(
    force: ForceEdition, as_of: Month, rows: pa.Table, incidents: Incidents
) -> pa.Table:
    """A force's cells, one row per cell and crime group; `rows` are its scores."""
    ids = rows["h3_cell"].to_numpy()
    distinct, of_row = np.unique(ids, return_inverse=True)
    facts = _cell_facts(force, as_of, incidents.kept, distinct).take(pa.array(of_row))
    shares = outcome_columns(force, as_of, incidents, rows)
    rows = _to_digits(rows)
    rows = rows.drop_columns(["h3_cell"])
    for table in (facts, shares):
        for name in table.column_names:
            rows = rows.append_column(name, table[name])
    code = pa.repeat(force.force.code, len(rows)) if force.force.code else None
    return conform(
        rows.append_column("force_code", code or pa.nulls(len(rows))), PUBLISHED
    )


def rounded(table: pa.Table) -> pa.Table:
    """The table with fractions rounded to a useful number of decimals."""
    for at, field in enumerate(table.schema):
        if pa.types.is_floating(field.type):
            # adding 0.0 turns -0.0 into 0.0
            column = pc.add(pc.round(table[field.name], _MOST_DECIMALS), 0.0)
            table = table.set_column(at, field, column)
    return table


def _to_digits(rows: pa.Table) -> pa.Table:
    """Derived numbers to their significant digits: all digits would double a CSV."""
    for name, decimals in _DECIMALS.items():
        at = rows.schema.get_field_index(name)
        rows = rows.set_column(at, name, pc.round(rows[name], decimals))
    return rows


def _cell_facts(
    force: ForceEdition, as_of: Month, kept: pa.Table, ids: Cells
) -> pa.Table:
    """The columns of each cell that are the same for all groups."""
    span = force.counted_span(as_of, PLACE_WINDOW_MONTHS)
    places = _places(force, span, kept, ids)
    labels, streets = (places[n].to_pylist() for n in ("place_label", "street"))
    named = cell_names(force, ids, labels, streets)
    at = places.schema.get_field_index("place_label")
    places = places.set_column(at, "place_label", named)
    positions = cell_positions(ids)
    for name in ("lsoa21cd", "place_label"):
        positions = positions.add_column(1, name, places[name])
    return positions


def cell_positions(ids: Cells) -> pa.Table:
    """Each cell's id as text, its centre in degrees and on the grid, and its area."""
    longitude, latitude = cells.published_centres(ids)
    easting, northing = to_grid_by_proj(longitude, latitude)
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


def _places(
    force: ForceEdition, span: Sequence[Month], kept: pa.Table, ids: Cells
) -> pa.Table:
    """The most common label, street and LSOA of those cells, in order; or null."""
    places = sql.run(
        "cell_places",
        {"incidents": kept, "venues": venues()},
        h3_res=force.resolution,
        first_month=str(span[0]),
        last_month=str(span[-1]),
    )
    at = {cell: row for row, cell in enumerate(places["h3_cell"].to_pylist())}
    return places.take(pa.array([at.get(cell) for cell in ids.tolist()], pa.int64()))
