"""What is known of each force: how it stands at the as-of month, and every month."""

import pyarrow as pa

from transforms.coverage import reason_of
from transforms.publications.edition import Edition
from transforms.schemas import COVERAGE, PUBLISHED, PUBLISHED_COVERAGE


def column(
    name: str, kind: pa.DataType, description: str, *, null: str | None = None
) -> pa.Field:
    """A column of these outputs alone; `null` says what an absent value means."""
    says = {"description": description} | ({"null": null} if null else {})
    return pa.field(name, kind, nullable=null is not None, metadata=says)


_UNSCORED = "the force has no score"

FORCES = pa.schema(
    [
        COVERAGE.field("force"),
        PUBLISHED_COVERAGE.field("force_name"),
        PUBLISHED.field("force_code"),
        column(
            "unscored", pa.string(), "Why the force has no score", null="it has scores"
        ),
        column(
            "h3_res", pa.int8(), "H3 resolution of the force's cells", null=_UNSCORED
        ),
        column(
            "universe_cells",
            pa.int32(),
            "Cells in the force's universe at the as-of",
            null=_UNSCORED,
        ),
        column(
            "universe_area_m2",
            pa.float64(),
            "Their area, square metres",
            null=_UNSCORED,
        ),
        column(
            "months_12m", pa.int8(), "Supplied months of the 12 calendar months to it"
        ),
        column(
            "months_36m", pa.int8(), "Supplied months of the 36 calendar months to it"
        ),
        column(
            "newest_month",
            pa.string(),
            "Newest month supplied up to the as-of, YYYY-MM",
            null="none was",
        ),
    ]
)


def forces_table(edition: Edition) -> pa.Table:
    """One row for each force, scored or not."""
    rows = [
        {
            "force": f.force.id,
            "force_name": f.force.name,
            "force_code": f.force.code or None,
            "unscored": f.unscored,
            "h3_res": f.resolution or None,
            "universe_cells": f.universe_cells or None,
            "universe_area_m2": round(f.universe_area_m2, 1) or None,
            "months_12m": f.supplied(edition.as_of, 12),
            "months_36m": f.supplied(edition.as_of, 36),
            "newest_month": f.newest_month(edition.as_of),
        }
        for f in edition.forces
    ]
    return pa.Table.from_pylist(rows, schema=FORCES)


def coverage_table(edition: Edition) -> pa.Table:
    """What each month of each force counts as, and the rows it rests on."""
    of_the_entry = PUBLISHED_COVERAGE.names[4:-1]
    rows = [
        {
            "force": f.force.id,
            "force_name": f.force.name,
            "month": str(month),
            "status": c.status,
            **{name: getattr(c.entry, name, None) for name in of_the_entry},
            "reason": reason_of(c),
        }
        for f in edition.forces
        for month, c in f.months.items()
    ]
    return pa.Table.from_pylist(rows, schema=PUBLISHED_COVERAGE)
