"""The outcomes of each cell's crimes: known final ones, and the positive share."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import sql
from transforms.publications.edition.force_edition import ForceEdition, Incidents
from transforms.reference.coverage import supplied_periods
from transforms.reference.groups import group_categories
from transforms.reference.months import Month, window
from transforms.reference.outcomes import OUTCOMES


WINDOW_MONTHS = 12
_SHARE_DECIMALS = 4

_CLASSES = pa.Table.from_pylist(
    [{"outcome": s, "positive": o.positive} for s, o in OUTCOMES.items() if o.final]
)


def outcome_columns(
    force: ForceEdition, as_of: Month, incidents: Incidents, rows: pa.Table
) -> pa.Table:
    """Both columns, for a force's scores `rows` and its incidents.

    All null if no outcomes file of the window is stored.
    """
    span = {str(month) for month in window(as_of, WINDOW_MONTHS)}
    if span.isdisjoint(file.partition["month"] for file in force.outcomes):
        number, share = pa.nulls(len(rows)), pa.nulls(len(rows))
    else:
        counted = _counted(force, as_of, incidents, rows)
        number = counted["n_outcomes"]
        share = pc.round(counted["positive_share"], _SHARE_DECIMALS)
    return pa.table({"n_outcomes_12m": number, "positive_share_12m": share})


def _counted(
    force: ForceEdition, as_of: Month, incidents: Incidents, rows: pa.Table
) -> pa.Table:
    """Final outcomes of each row's cell and group, over the supplied months."""
    span = [str(month) for month in window(as_of, WINDOW_MONTHS)]
    crimes = sql.run(
        "latest_outcomes",
        {
            "incidents": incidents.every,
            "outcomes": [file.path for file in force.outcomes],
        },
        first_month=span[0],
        last_month=span[-1],
    )
    supplied = {str(month) for month in supplied_periods(force.months)}
    counted = map(str, force.counted_span(as_of, WINDOW_MONTHS))
    months = pa.table({"month": [month for month in counted if month in supplied]})
    return sql.run(
        "positive_outcomes",
        {
            "crimes": crimes,
            "kept": incidents.kept.select(["month", "raw_line"]),
            "classes": _CLASSES,
            "groups": group_categories(),
            "months": months,
            "scored": rows.select(["h3_cell", "crime_group"]).append_column(
                "nth", pa.array(np.arange(len(rows)))
            ),
        },
        h3_res=force.resolution,
    )
