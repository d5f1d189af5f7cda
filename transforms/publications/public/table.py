"""The public table: how many incidents there were and where, with small counts hidden.

**Groups.** Two that share no category: all-crime and anti-social behaviour. Sexual and
domestic offences, robbery and the rest are published only as part of all-crime. The
difference of nested groups is a count as well: all-crime minus all but one of its
categories is that category.

**Periods.** Calendar quarters, which share no month.

**Cells.** A cell of resolution 7 is published as its seven children of resolution 8 if
each of them has 0 or at least the minimum, and otherwise as one cell. If it has less
than the minimum itself, or is needed to hide such a cell, it is listed without a count.
All incidents of a scored cell belong to its parent by H3's own hierarchy
(`cell_to_parent`). Children are not wholly inside their parent's outline, so counting
the points in the outline of a cell gives another number.

**Each table is split independently.** No incident is in two tables (force, period,
group), so nothing in one bounds a count in another, however it is split; one split for
all would have to be the coarsest. That a cell with at least the minimum is not split
reveals that one of its children has between one and the minimum less one. With more
than two children it does not reveal which, and each may still have any number from 0
up. Therefore every child counts as one that may have incidents, even outside the
universe.

**Zeros.** A child with 0, whose siblings have at least the minimum or 0, is published
as 0: it concerns no incident and so no person, and no small count is near it. A cell of
resolution 7 with 0 is treated as any other below the minimum. If it were published as
0, every hidden cell would be known to have at least one.

**What is listed.** If the list were the universe (which requires five incidents), a
cell missing from it would be known to have next to nothing. The list is therefore made
of wider cells, `public_parents`. It still reveals that an area of some 33 km2 was left
out because none of its cells ever had five.
"""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.homes.disclosure_settings import DisclosureSettings
from transforms.lake.schemas import conform
from transforms.publications.public.periods import PUBLIC_GROUPS
from transforms.publications.public.suppression import hidden, rounded, splits
from transforms.publications.schemas import PUBLIC_CELLS
from transforms.reference import cells
from transforms.reference.arrays import Cells, Integers


COARSE, FINE = 7, 8  # H3 resolutions
_LISTED_AROUND = 6
_CHILDREN = 7


def public_parents(universe: Cells) -> Cells:
    """The cells of resolution 7 that a force's tables list: its universe's, and more.

    All children of each cell of resolution 6 that contains any of its universe.
    """
    if not len(universe):
        return universe
    around = np.unique(cells.parents(universe, _LISTED_AROUND))
    return cells.children(around, COARSE)


def public_table(
    force: str,
    counts: pa.Table,
    listed: Cells,
    periods: Iterable[str],
    settings: DisclosureSettings,
) -> pa.Table:
    """The public rows of one force, ordered by group, period and cell.

    `counts` has `crime_group`, `period`, `h3_cell` (resolution 9 or 10) and
    `incidents`: exact, all that are located in the force's area. `listed` are cells of
    resolution 7, sorted; incidents in none of them are left out. A period and group
    without counts had no incidents.
    """
    # Ids are in the order of the hierarchy: the children of a cell are consecutive.
    children = cells.children(listed, FINE) if len(listed) else listed
    tables = [PUBLIC_CELLS.empty_table()]
    for group in PUBLIC_GROUPS:
        for period in sorted(periods):
            exact = _exact(counts, group, period, children)
            rows = _one_table(exact, listed, children, settings)
            tables.append(_named(rows, force, period, group))
    return pa.concat_tables(tables)


def _exact(counts: pa.Table, group: str, period: str, children: Cells) -> Integers:
    """Incidents of each child in one table: (parents, 7)."""
    wanted = pc.and_(
        pc.equal(counts["crime_group"].cast(pa.string()), group),
        pc.equal(counts["period"].cast(pa.string()), period),
    )
    rows = counts.filter(wanted)
    of_row = cells.parents(rows["h3_cell"].to_numpy(), FINE)
    incidents = rows["incidents"].to_numpy().astype(np.int64)
    at = np.searchsorted(children, of_row)
    known = at < len(children)
    known[known] = children[at[known]] == of_row[known]
    exact = np.zeros(len(children), dtype=np.int64)
    np.add.at(exact, at[known], incidents[known])
    return exact.reshape(-1, _CHILDREN)


def _one_table(
    exact: Integers,
    listed: Cells,
    children: Cells,
    settings: DisclosureSettings,
) -> pa.Table:
    """Cells, resolutions and published counts of one force, period and group."""
    total = exact.sum(axis=1)
    secret = hidden(total, settings.minimum_count)
    split = ~secret & splits(exact, settings.minimum_count)
    split &= settings.finest_resolution >= FINE
    whole = np.flatnonzero(~split)
    ids = np.concatenate(
        [listed[whole], children.reshape(-1, _CHILDREN)[split].ravel()]
    )
    number = np.concatenate([total[whole], exact[split].ravel()])
    suppressed = np.concatenate(
        [secret[whole], np.zeros(_CHILDREN * split.sum(), bool)]
    )
    resolution = np.where(np.arange(len(ids)) < len(whole), COARSE, FINE)
    published = rounded(number, settings.rounding)
    return pa.table(
        {
            "h3_cell": pa.array(cells.as_text(ids), pa.string()),
            "h3_res": resolution,
            "incidents_rounded": pa.array(published, mask=suppressed),
            "suppressed": suppressed,
        }
    ).sort_by("h3_cell")


def _named(rows: pa.Table, force: str, period: str, group: str) -> pa.Table:
    for name, value in {"force": force, "period": period, "crime_group": group}.items():
        rows = rows.append_column(name, pa.repeat(value, len(rows)))
    return conform(rows, PUBLIC_CELLS)
