"""Tables of the forces: their state at the as-of month, and their coverage."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

import pyarrow as pa

from transforms.incidents.coverage import Entry, reason_of
from transforms.lake.schemas import COVERAGE, column
from transforms.publications.edition.force_edition import ForceEdition
from transforms.publications.schemas import PUBLISHED, PUBLISHED_COVERAGE
from transforms.reference.forces import Force
from transforms.reference.months import Month


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
            "Their area, square metres, on a sphere: 0.3 to 0.5 % less than on the"
            " ellipsoid",
            null=_UNSCORED,
        ),
        column(
            "months_12m",
            pa.int8(),
            "Supplied months of the 12 calendar months to the as-of month",
        ),
        column(
            "months_36m",
            pa.int8(),
            "Supplied months of the 36 calendar months to the as-of month",
        ),
        column(
            "newest_month",
            pa.string(),
            "Newest month supplied up to the as-of, YYYY-MM",
            null="none was supplied",
        ),
    ]
)

DAY_FORCES = pa.schema(
    [
        *(FORCES.field(name) for name in ("force", "force_name", "force_code")),
        *(FORCES.field(n) for n in ("h3_res", "universe_cells", "universe_area_m2")),
        column("days_365d", pa.int16(), "Supplied days of the 365 days to the as-of"),
        column("newest_day", pa.string(), "Newest day supplied up to the as-of"),
    ]
)


def forces_table(forces: Iterable[ForceEdition], as_of: Month) -> pa.Table:
    """One row for each force, scored or not."""
    rows = [
        force.facts(as_of)
        | {"force_name": force.force.name, "force_code": force.force.code or None}
        for force in forces
    ]
    for row in rows:  # a force without a score has no universe
        for name in ("universe_cells", "universe_area_m2"):
            row[name] = row[name] or None
    return pa.Table.from_pylist(rows, schema=FORCES)


def day_forces_table(force: Force, facts: Mapping[str, Any]) -> pa.Table:
    """The one force of a day's publication, by what its manifest says of it."""
    row = {**facts, "force_name": force.name, "force_code": force.code or None}
    return pa.Table.from_pylist([row], schema=DAY_FORCES)


def coverage_table(forces: Iterable[ForceEdition]) -> pa.Table:
    """What each month of each force counts as, and its number of rows."""
    of_the_entry = {field.name for field in fields(Entry)}
    rows = [
        {
            **{
                name: getattr(c.entry, name, None)
                for name in PUBLISHED_COVERAGE.names
                if name in of_the_entry
            },
            "force": f.force.id,
            "force_name": f.force.name,
            "month": str(month),
            "status": c.status,
            "reason": reason_of(c),
            "points_renewed": _text(f.renewed(month)),
        }
        for f in forces
        for month, c in f.months.items()
    ]
    return pa.Table.from_pylist(rows, schema=PUBLISHED_COVERAGE)


def _text(month: Month | None) -> str | None:
    return None if month is None else str(month)
