"""What hot spots were before: their months of incidents, and their earlier ranks.

The months are of today's cells, whether or not these were a hot spot then; the ranks
are of the hot spot of that id, whatever its cells were.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import sql
from transforms.publications.edition.force_edition import ForceEdition
from transforms.publications.schemas import HOTSPOT_MONTHS
from transforms.reference.coverage import supplied_periods
from transforms.reference.groups import GROUPS, group_categories
from transforms.reference.months import Month


PAST_MONTHS = 36
LISTED = pa.schema(
    [(name, pa.string()) for name in ("force", "as_of", "crime_group", "hotspot_id")]
    + [("score", pa.float64()), ("score_rank", pa.int32())]
)
_RANKED = ("hotspot_rank", "expected", "cells")
RANKS = pa.schema(
    [(name, pa.string()) for name in ("force", "as_of", "crime_group", "hotspot_id")]
    + [("expected", pa.float64()), ("cells", pa.int32()), ("hotspot_rank", pa.int32())]
)


def hotspot_counts(
    force: ForceEdition, as_of: Month, rows: pa.Table, kept: pa.Table
) -> pa.Table:
    """The months of a force's hot spots; `rows` are its scores, `kept` its incidents.

    A table of `hotspot_id`, `month` and `incidents`: none of nought.
    """
    span = force.counted_span(as_of, PAST_MONTHS)
    members = rows.select(["hotspot_id", "crime_group", "h3_cell"])
    return sql.run(
        "hotspot_months",
        {
            "incidents": kept,
            "members": members.filter(members["hotspot_id"].is_valid()),
            "groups": group_categories(),
        },
        h3_res=force.resolution,
        first_month=str(span[0]),
        last_month=str(span[-1]),
    )


def hotspot_ranks(listed: pa.Table) -> pa.Table:
    """The ranks of all forces' hot spots at each as-of, with the columns of RANKS.

    `listed` are the cells in hot spots, a twentieth of what is stored, of all forces: a
    query for each would cost three times as much.
    """
    return sql.run("hotspot_ranks", {"scores": listed}, first_month="")


def hotspot_months(
    force: ForceEdition,
    as_of: Month,
    spots: pa.Table,
    counts: pa.Table,
    ranks: pa.Table,
) -> pa.Table:
    """A row for each of a force's hot spots and month that is stored.

    `spots` are as published, `counts` from `hotspot_counts`, `ranks` of all forces.
    """
    stored = [m for m in force.counted_span(as_of, PAST_MONTHS) if m in force.months]
    months = pa.array(map(str, stored), pa.string())
    ids = spots["hotspot_id"].combine_chunks()
    shape = (len(ids), len(months))
    table = {
        name: spots[name]
        .combine_chunks()
        .take(np.repeat(np.arange(len(ids)), shape[1]))
        for name in ("hotspot_id", "force", "crime_group")
    }
    table["month"] = months.take(pa.array(np.tile(np.arange(shape[1]), shape[0])))
    incidents = np.zeros(shape, dtype=np.int64)
    at = _places(counts, ids, months, "month")
    incidents[at.spot, at.month] = counts["incidents"].to_numpy()[at.rows]
    unknown = ~_counted(force, stored, spots)
    table["incidents"] = pa.array(incidents.ravel(), mask=unknown.ravel())
    ranks = ranks.filter(pc.equal(ranks["force"], force.force.id))
    at = _places(ranks, ids, months, "as_of")
    for name in _RANKED:
        values, lacking = np.zeros(shape), np.ones(shape, dtype=bool)
        values[at.spot, at.month] = ranks[name].to_numpy()[at.rows]
        lacking[at.spot, at.month] = False
        column = pa.array(values.ravel(), mask=lacking.ravel())
        table[name] = column.cast(HOTSPOT_MONTHS.field(name).type)
    return pa.table(table).cast(HOTSPOT_MONTHS)


@dataclass(frozen=True)
class _Places:
    """Which rows of a table are of a hot spot and month, and of which."""

    rows: np.ndarray
    spot: np.ndarray
    month: np.ndarray


def _places(rows: pa.Table, ids: pa.Array, months: pa.Array, month: str) -> _Places:
    spot = pc.fill_null(pc.index_in(rows["hotspot_id"], ids), -1).to_numpy()
    at = pc.fill_null(pc.index_in(rows[month], months), -1).to_numpy()
    both = np.flatnonzero((spot >= 0) & (at >= 0))
    return _Places(both, spot[both], at[both])


def _counted(force: ForceEdition, stored: list[Month], spots: pa.Table) -> np.ndarray:
    """Which months count for each hot spot: supplied, and all of its group counted."""
    supplied = set(supplied_periods(force.months))
    slugs: list[str] = spots["crime_group"].cast(pa.string()).to_pylist()
    by_group = {
        slug: [m in supplied and GROUPS[slug].since <= m for m in stored]
        for slug in set(slugs)
    }
    return np.array([by_group[slug] for slug in slugs], dtype=bool).reshape(
        len(slugs), len(stored)
    )
