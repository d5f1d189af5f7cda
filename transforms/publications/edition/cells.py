"""The published columns: the scores' own, ids as text, and each cell's place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import sql
from transforms.lake.data_files import read_files
from transforms.lake.schemas import SLUG, conform
from transforms.lake.tables import TABLES
from transforms.publications.each import Each, here
from transforms.publications.edition.force_edition import ForceEdition, Incidents
from transforms.publications.edition.hotspot_past import (
    hotspot_counts,
    hotspot_ranks,
    listed_hotspots,
)
from transforms.publications.edition.hotspots import NAMES, hotspot_names
from transforms.publications.edition.outcome_shares import outcome_columns
from transforms.publications.edition.place_labels import PlaceLabel, place_labels
from transforms.publications.edition.place_names import cell_names, venues
from transforms.publications.edition.reconciliation import Account, account
from transforms.publications.formulas import withhold_code
from transforms.publications.schemas import PUBLISHED
from transforms.reference import cells
from transforms.reference.arrays import Cells
from transforms.reference.months import Month, window
from transforms.reference.national_grid import to_grid_by_proj


PLACE_WINDOW_MONTHS = 36
COUNTED_MONTHS = 24  # so that each as-of month has the same one of the year before
COUNTS = pa.schema(
    {"h3_cell": pa.int64(), "month": SLUG, "category": SLUG, "incidents": pa.int32()}
)
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


@dataclass(frozen=True)
class PublishedCells:
    """The cells of some forces, and all else that only their incidents say."""

    cells: pa.Table  # one row per cell and crime group
    names: pa.Table  # of the hot spots
    months: Mapping[str, pa.Table]  # by force, those of its hot spots
    ranks: pa.Table  # of all hot spots at each as-of
    accounts: Mapping[str, Account]
    removed: Mapping[str, list[dict[str, Any]]]  # what each exclusion left out
    counts: Mapping[str, pa.Table]  # of the newest months, with the columns of COUNTS
    labels: Mapping[str, list[PlaceLabel]]  # of streets and venues, for the map


@dataclass(frozen=True)
class _ForceCells:
    """The same of one force."""

    cells: pa.Table
    names: pa.Table
    months: pa.Table
    listed: pa.Table  # of which all forces' ranks are made
    account: Account
    removed: list[dict[str, Any]]
    counts: pa.Table
    labels: list[PlaceLabel]


def published_cells(
    forces: Sequence[ForceEdition], as_of: Month, each: Each = here
) -> PublishedCells:
    """The scores of those forces at a month: their incidents are read once."""
    parts = list(each(partial(_force_cells, as_of), forces))
    of = dict(zip((force.force.id for force in forces), parts, strict=True))
    tables = [PUBLISHED.empty_table(), *(part.cells for part in parts)]
    cells = withhold_code(pa.concat_tables(tables)).sort_by(
        [(key, "ascending") for key in ("h3_cell", "force", "crime_group")]
    )
    return PublishedCells(
        cells,
        pa.concat_tables([NAMES.empty_table(), *(part.names for part in parts)]),
        {force: part.months for force, part in of.items()},
        hotspot_ranks([part.listed for part in parts]),
        {force: part.account for force, part in of.items()},
        {force: part.removed for force, part in of.items()},
        {force: part.counts for force, part in of.items()},
        {force: part.labels for force, part in of.items()},
    )


def _force_cells(as_of: Month, force: ForceEdition) -> _ForceCells:
    rows = read_files([force.scores] if force.scores else [], TABLES["scores"])
    incidents = force.read_incidents()
    counted = force.counted_incidents(incidents)
    span = force.counted_span(as_of, PLACE_WINDOW_MONTHS)
    return _ForceCells(
        _of_force(force, as_of, rows, incidents),
        hotspot_names(force, as_of, rows, incidents.kept),
        hotspot_counts(force, as_of, rows, incidents.kept),
        listed_hotspots(force, as_of),
        account(force, as_of, incidents, counted),
        force.removed(incidents, as_of),
        _recent(counted, as_of),
        place_labels(force, span, incidents.kept),
    )


def _recent(counted: pa.Table, as_of: Month) -> pa.Table:
    """The newest months of what was counted, as small as those of a nation must be."""
    first = str(window(as_of, COUNTED_MONTHS)[0])
    mine = pc.and_(
        pc.greater_equal(counted["period"], first),
        pc.less_equal(counted["period"], str(as_of)),
    )
    rows = counted.select(["h3_cell", "period", "category", "incidents"]).filter(mine)
    return conform(rows.rename_columns(COUNTS.names), COUNTS)


def _of_force(
    force: ForceEdition, as_of: Month, rows: pa.Table, incidents: Incidents
) -> pa.Table:
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
