"""What became of each cell's crimes: known final outcomes, and the share positive."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

import sql
from transforms.coverage import supplied_months
from transforms.groups import group_categories
from transforms.months import Month, window
from transforms.outcomes import OUTCOMES
from transforms.publications.force_edition import ForceEdition


WINDOW_MONTHS = 12
_SHARE_DECIMALS = 4

_CLASSES = pa.Table.from_pylist(
    [{"outcome": s, "positive": o.positive} for s, o in OUTCOMES.items() if o.final]
)


def outcome_columns(
    force: ForceEdition,
    as_of: Month,
    kept: pa.Table,
    ids: pa.ChunkedArray,
    groups: pa.ChunkedArray,
) -> dict[str, pa.Array]:
    """Both columns, for rows of those cells and crime groups; `kept`: its incidents.

    Null throughout where no outcomes file of the window is held.
    """
    span = window(as_of, WINDOW_MONTHS)
    held = {file.partition["month"] for file in force.outcomes}
    number = np.zeros(len(ids), dtype=np.int32)
    share = np.full(len(ids), np.nan)
    if held.isdisjoint(map(str, span)):
        return _columns(number, share, unknown=True)
    found = _counted(force, as_of, kept).to_pylist()
    by_key = {
        (row["h3_cell"], row["crime_group"]): (row["n_outcomes"], row["n_positive"])
        for row in found
    }
    keys = zip(ids.to_pylist(), groups.to_pylist(), strict=True)
    for at, key in enumerate(keys):
        if key in by_key:
            number[at], positive = by_key[key]
            share[at] = positive / number[at]
    return _columns(number, np.round(share, _SHARE_DECIMALS), unknown=False)


def _columns(
    number: NDArray[np.int32], share: NDArray[np.float64], unknown: bool
) -> dict[str, pa.Array]:
    return {
        "n_outcomes_12m": pa.array(number, mask=np.full(len(number), unknown)),
        "positive_share_12m": pa.array(share, mask=np.isnan(share)),
    }


def _counted(force: ForceEdition, as_of: Month, kept: pa.Table) -> pa.Table:
    """Final and positive outcomes by cell and group, over the supplied months."""
    span = [str(month) for month in window(as_of, WINDOW_MONTHS)]
    crimes = sql.run(
        "latest_outcomes",
        {
            "incidents": [
                f.path for f in force.incidents if f.partition["month"] in span
            ],
            "outcomes": [file.path for file in force.outcomes],
        },
        first_month=span[0],
        last_month=span[-1],
    )
    supplied = {str(month) for month in supplied_months(force.months)}
    months = pa.table({"month": [month for month in span if month in supplied]})
    return sql.run(
        "positive_outcomes",
        {
            "crimes": crimes,
            "kept": kept.select(["month", "raw_line"]),
            "classes": _CLASSES,
            "groups": group_categories(),
            "months": months,
        },
        h3_res=force.resolution,
    )
