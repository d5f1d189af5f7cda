"""The public table: what everyone may know of how many incidents there were, and where.

**Groups.** Two that share no category: all-crime and anti-social behaviour. Sexual and
domestic offences, robbery and the rest are told as part of all-crime alone. Of nested
groups the difference is a count as well: all-crime less all but one of its categories
is that category.

**Periods.** Calendar quarters, which share no month.

**Cells.** A cell of resolution 7 is told as its seven children of resolution 8 if each
of them holds nothing or the minimum, else as one; if it holds less than the minimum
itself, or is needed to hide such a one, it is listed and not told. All incidents of a
scored cell go to its parent by H3's own hierarchy (`cell_to_parent`): children do not
lie wholly inside their parent's outline, so counting points in the outline of a cell
gives another number.

**Each table splits for itself.** No incident is in two tables (force, period, group):
nothing that one says bounds a count of another, whichever way it splits, and one split
for all would have to be the coarsest. That a cell of at least the minimum is not split
tells that one of its children holds between one and the minimum less one; with more
than two children it is never told which, and each may still hold anything from nothing
up. Therefore every child counts as one that may hold incidents, in the universe or not.

**Zeros.** A child that holds nothing, among others that hold the minimum, is told as 0:
it speaks of no incident, so of no person, and no small count is near it. A cell of
resolution 7 that holds nothing is treated as any other below the minimum. Were it told
as 0, each one not told would be known to hold at least one.

**What is listed.** A cell left out of the list altogether would be known to hold next
to nothing, if the list were that of the universe (which wants five incidents). The
list is therefore made of wider cells, `public_parents`. Beyond them it remains true
that an area of some 33 km2 was left out because none of its cells ever held five.
"""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms import cells
from transforms.disclosure.periods import PUBLIC_GROUPS
from transforms.disclosure.settings import DisclosureSettings
from transforms.disclosure.suppression import Counts, hidden, rounded, splits
from transforms.schemas import PUBLIC_CELLS, conform


COARSE, FINE = 7, 8  # H3 resolutions
_LISTED_AROUND = 6
_CHILDREN = 7


def public_parents(universe: cells.Cells) -> cells.Cells:
    """The cells of resolution 7 that a force's tables list: its universe's, and more.

    All children of each cell of resolution 6 that any of its universe lies in.
    """
    if not len(universe):
        return universe
    around = np.unique(cells.parents(universe, _LISTED_AROUND))
    return cells.children(around, COARSE)


def public_table(
    force: str,
    counts: pa.Table,
    listed: cells.Cells,
    periods: Iterable[str],
    settings: DisclosureSettings,
) -> pa.Table:
    """The public rows of one force, ordered by group, period and cell.

    `counts` has `crime_group`, `period`, `h3_cell` (resolution 9 or 10) and
    `incidents`: exact, all that are located in the force's area. `listed` holds cells
    of resolution 7, sorted; incidents in none of them are left out. Where a period and
    group have no counts, nothing happened.
    """
    # Ids are in the order of the hierarchy: the children of a cell follow each other.
    children = cells.children(listed, FINE) if len(listed) else listed
    tables = [PUBLIC_CELLS.empty_table()]
    for group in PUBLIC_GROUPS:
        for period in sorted(periods):
            exact = _exact(counts, group, period, children)
            rows = _one_table(exact, listed, children, settings)
            tables.append(_named(rows, force, period, group))
    return pa.concat_tables(tables)


def _exact(counts: pa.Table, group: str, period: str, children: cells.Cells) -> Counts:
    """Incidents of each child in one table: (parents, 7)."""
    asked = pc.and_(
        pc.equal(counts["crime_group"].cast(pa.string()), group),
        pc.equal(counts["period"].cast(pa.string()), period),
    )
    rows = counts.filter(asked)
    of_row = cells.parents(rows["h3_cell"].to_numpy(), FINE)
    incidents = rows["incidents"].to_numpy().astype(np.int64)
    at = np.searchsorted(children, of_row)
    known = at < len(children)
    known[known] = children[at[known]] == of_row[known]
    found = np.zeros(len(children), dtype=np.int64)
    np.add.at(found, at[known], incidents[known])
    return found.reshape(-1, _CHILDREN)


def _one_table(
    exact: Counts,
    listed: cells.Cells,
    children: cells.Cells,
    settings: DisclosureSettings,
) -> pa.Table:
    """Cells, resolutions and told counts of one force, period and group."""
    total = exact.sum(axis=1)
    secret = hidden(total, settings.minimum_count)
    split = ~secret & splits(exact, settings.minimum_count)
    split &= settings.finest_resolution >= FINE
    whole = np.flatnonzero(~split)
    ids = np.concatenate(
        [listed[whole], children.reshape(-1, _CHILDREN)[split].ravel()]
    )
    number = np.concatenate([total[whole], exact[split].ravel()])
    untold = np.concatenate([secret[whole], np.zeros(_CHILDREN * split.sum(), bool)])
    resolution = np.where(np.arange(len(ids)) < len(whole), COARSE, FINE)
    told = rounded(number, settings.rounding)
    return pa.table(
        {
            "h3_cell": pa.array(cells.as_text(ids), pa.string()),
            "h3_res": resolution,
            "incidents_rounded": pa.array(told, mask=untold),
            "suppressed": untold,
        }
    ).sort_by("h3_cell")


def _named(rows: pa.Table, force: str, period: str, group: str) -> pa.Table:
    for name, value in {"force": force, "period": period, "crime_group": group}.items():
        rows = rows.append_column(name, pa.repeat(value, len(rows)))
    return conform(rows, PUBLIC_CELLS)
