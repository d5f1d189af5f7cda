"""Stop and search beside the published hot spots: an output, an input to nothing."""

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from transforms.publications.edition.force_edition import ForceEdition
from transforms.reference import cells as h3_cells
from transforms.reference.arrays import Cells
from transforms.reference.coverage import supplied_periods
from transforms.reference.groups import GROUPS
from transforms.reference.months import Month
from transforms.searches.counts import Incidents, count_incidents
from transforms.searches.force_searches import searches_of
from transforms.searches.ground import HOT_SPOTS, Ground
from transforms.searches.schemas import SEARCHES
from transforms.searches.table import USUAL_GROUP


def published_searches(
    forces: Sequence[ForceEdition],
    as_of: Month,
    cells: pa.Table,
    counts: Mapping[str, pa.Table],
) -> pa.Table:
    """The searches of each force that has any of the year to the as-of; as SEARCHES.

    `cells` are those published, `counts` each force's incidents by cell and month.
    """
    tables = [SEARCHES.empty_table()]
    for force in forces:
        stops = force.stops
        if stops and stops.of_year(as_of):
            ground = Ground(HOT_SPOTS, _spots(cells, force.force.id))
            mine = _incidents(force, ground, counts[force.force.id])
            found = searches_of(force.force, USUAL_GROUP, ground, stops, mine, as_of)
            tables.append(found.table)
    return pa.concat_tables(tables)


def _spots(cells: pa.Table, force: str) -> Cells:
    mine = pc.and_(
        pc.and_(pc.equal(cells["force"], force), pc.is_valid(cells["hotspot_id"])),
        pc.equal(cells["crime_group"], USUAL_GROUP),
    )
    return h3_cells.from_text(cells.filter(mine)["h3_cell"].to_pylist())


def _incidents(force: ForceEdition, ground: Ground, counts: pa.Table) -> Incidents:
    categories = pa.array(GROUPS[USUAL_GROUP].categories)
    mine = counts.filter(pc.is_in(counts["category"].cast(pa.string()), categories))
    area = ground.area_of_cells(mine["h3_cell"].to_numpy())
    each = mine["incidents"].to_numpy()
    supplied = supplied_periods(force.months)
    return count_incidents(mine["month"], area, each, ground, supplied)
