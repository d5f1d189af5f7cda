"""A force's own records as arrays to score: counts by cell, day and category."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

import sql
from transforms.incidents.scored import scored_incidents
from transforms.reference.calls import is_call
from transforms.reference.days import Day
from transforms.reference.months import month_range
from transforms.reference.resolutions import DAYS_RESOLUTION
from transforms.reference.score_settings import Scoring
from transforms.reference.time_precision import refuse_without_days
from transforms.restricted import Restricted
from transforms.scores.panel import (
    Panel,
    build_panel,
    cell_points,
    count_cells,
    refuse_elsewhere,
)


def day_panel(
    records: Restricted,
    days: Sequence[Day],
    force: str,
    scoring: Scoring,
    within: Panel | None = None,
) -> Panel:
    """The panel of a force's live records, over those days.

    A record counts on the last day on which it can have happened (dated_records.sql);
    records of other days, and excluded places, are left out. The panel has the universe
    of the one that it is `within`, where that is given.
    """
    rows = records.reveal()
    refuse_without_days(rows["time_precision"], "a daily score")
    kept = scored_incidents(rows, scoring.exclusions, force)
    dated = sql.run(
        "dated_records",
        {"live_records": kept},
        first_day=str(days[0]),
        last_day=str(days[-1]),
    )
    found = pc.unique(dated["category"].cast(pa.string())).to_pylist()
    kinds = sorted(category for category in found if is_call(category))
    counted = count_cells(dated, DAYS_RESOLUTION, scoring.harm, kinds)
    points = cell_points(dated, DAYS_RESOLUTION)
    own = None if within else scoring.universe
    refuse_elsewhere(force, counted, own)
    return build_panel(counted, points, days, DAYS_RESOLUTION, within, own)


def every_day(supplied: Sequence[Day]) -> list[Day]:
    """From the first supplied day to the last, including any that were not supplied."""
    return month_range(min(supplied), max(supplied))
