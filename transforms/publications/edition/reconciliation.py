"""What became of every incident of a force's year: counted in a cell, or why not.

Each output carries this table, so that its sums can be checked against what the force
sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

import sql
from transforms.publications.edition.force_edition import ForceEdition, Incidents
from transforms.reference.coverage import supplied_periods
from transforms.reference.groups import GROUPS
from transforms.reference.months import Month
from transforms.scores.panel import Whereabouts, whereabouts


EVERYTHING = "everything"
# A row of everything sent is the first of these columns; the others add up to it.
PARTS = (
    "rows_in_12m", "rows_quarantined_12m", "without_place_12m", "outside_area_12m",
    "excluded_12m", "far_from_force_12m", "outside_universe_12m", "counted_12m",
)  # fmt: skip
_YEAR = 12


@dataclass(frozen=True)
class Account:
    """What became of one force's incidents."""

    far: dict[str, int]  # far from the force: `incidents_12m` and `incidents_36m`
    rows: list[dict[str, Any]]  # with the columns of RECONCILIATION


def account(
    force: ForceEdition, as_of: Month, incidents: Incidents, counted: pa.Table
) -> Account:
    """A row for everything that the force sent, and one for each scored group.

    `counted` are those of its incidents that are kept, by cell, month and category.
    """
    where = whereabouts(counted, as_of, force.universe)
    far = {f"incidents_{n}m": where.far_incidents(as_of, n) for n in (12, 36)}
    supplied = set(supplied_periods(force.months))
    span = [m for m in force.counted_span(as_of, _YEAR) if m in supplied]
    offered, kept = _offered(force, as_of, incidents), _kept(where)
    rows = [{"crime_group": EVERYTHING, **_sent(force, span)}]
    rows[0] |= _row(span, None, offered, kept)
    scored = force.scored_groups()
    for slug in (slug for slug in GROUPS if slug in scored):
        group = GROUPS[slug]
        counting = [month for month in span if group.since <= month]
        row = _row(counting, group.categories, offered, kept)
        rows.append({"crime_group": slug, **row})
    of = {"force": force.force.id, "as_of": str(as_of)}
    return Account(far, [of | row for row in rows])


def _offered(force: ForceEdition, as_of: Month, incidents: Incidents) -> pa.Table:
    """Its incidents by month and category, and how many of them no cell can count."""
    span = force.counted_span(as_of, _YEAR)
    return sql.run(
        "unplaced_incidents",
        {"incidents": incidents.every},
        h3_res=force.resolution,
        first_month=str(span[0]),
        last_month=str(span[-1]),
    )


def _kept(where: Whereabouts) -> pa.Table:
    """The incidents of each month and category that cells count, and where they are."""
    number = where.counted["incidents"].to_numpy()
    rows = {
        "month": where.counted["period"],
        "category": where.counted["category"],
        "incidents": number,
        "far": number * where.far,
        "inside": number * where.inside,
    }
    sums = [(name, "sum") for name in ("incidents", "far", "inside")]
    return pa.table(rows).group_by(["month", "category"]).aggregate(sums)


def _sent(force: ForceEdition, span: Sequence[Month]) -> dict[str, Any]:
    """The rows of the files of those months."""
    entries = [entry for month in span if (entry := force.months[month].entry)]
    return {
        "rows_in_12m": sum(entry.rows_in for entry in entries),
        "rows_quarantined_12m": sum(entry.rows_quarantined for entry in entries),
    }


def _row(
    span: Sequence[Month],
    categories: Sequence[str] | None,
    offered: pa.Table,
    kept: pa.Table,
) -> dict[str, Any]:
    """The incidents of those months and categories, by what became of them."""
    sent, without_place, outside_area = _sums(
        _among(offered, span, categories),
        ("incidents", "without_place", "outside_area"),
    )
    every, far, inside = _sums(
        _among(kept, span, categories), ("incidents_sum", "far_sum", "inside_sum")
    )
    return {
        "months_12m": len(span),
        "incidents_12m": sent,
        "without_place_12m": without_place,
        "outside_area_12m": outside_area,
        "excluded_12m": sent - without_place - outside_area - every,
        "far_from_force_12m": far,
        "outside_universe_12m": every - far - inside,
        "counted_12m": inside,
    }


def _among(
    rows: pa.Table, span: Sequence[Month], categories: Sequence[str] | None
) -> pa.Table:
    """The rows of those months and categories; None for every category."""
    found = pc.is_in(rows["month"], value_set=pa.array(map(str, span), pa.string()))
    if categories is not None:
        wanted = pa.array(list(categories), pa.string())
        found = pc.and_(found, pc.is_in(rows["category"], value_set=wanted))
    return rows.filter(found)


def _sums(rows: pa.Table, names: Sequence[str]) -> list[int]:
    return [pc.sum(rows[name]).as_py() or 0 for name in names]
