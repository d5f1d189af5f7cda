"""The one door through which excluded places leave: what scores and counts may see.

Every count of incidents takes them from here, a force's own records among them.
"""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

import sql
from transforms.reference.exclusions import Exclusion
from transforms.reference.months import Month, window


_WINDOWS_MONTHS = (12, 36)
_RULES = pa.schema([("id", pa.string()), ("label", pa.string()), ("cell", pa.int64())])


def scored_incidents(
    incidents: sql.Relation, exclusions: Sequence[Exclusion], force: str
) -> pa.Table:
    """A force's incidents without those at excluded places.

    Their columns are those that kept_incidents.sql names, as far as there are any.
    """
    inputs = {"incidents": incidents, "rules": _rules(exclusions, force)}
    return sql.run("kept_incidents", inputs)


def removed_incidents(
    incidents: sql.Relation, exclusions: Sequence[Exclusion], force: str, as_of: Month
) -> list[dict[str, Any]]:
    """What each rule that applies to a force removed, ordered by the rules' ids.

    Rows of `id` and, for the 12 and 36 months to the as-of, `incidents_12m` and
    `incidents_36m`; an incident that two rules meet counts with both.
    """
    inputs = {"incidents": incidents, "rules": _rules(exclusions, force)}
    first = {f"first_{n}m": str(window(as_of, n)[0]) for n in _WINDOWS_MONTHS}
    removed = sql.run("excluded_incidents", inputs, last_month=str(as_of), **first)
    return list(removed.to_pylist())


def _rules(exclusions: Sequence[Exclusion], force: str) -> pa.Table:
    """Those that apply to a force, as the queries join them."""
    rows = [
        {"id": r.id, "label": r.label, "cell": int(r.cell, 16) if r.cell else None}
        for r in exclusions
        if r.force in (None, force)
    ]
    return pa.Table.from_pylist(rows, schema=_RULES)
