"""A force's own records as arrays to score: counts by cell, day and category."""

from collections.abc import Sequence

import sql
from transforms.incidents.scored import scored_incidents
from transforms.reference.days import Day
from transforms.reference.months import month_range
from transforms.reference.score_settings import Scoring
from transforms.reference.time_precision import refuse_without_days
from transforms.restricted import Restricted
from transforms.scores.panel import Panel, build_panel, cell_points, count_cells


SCORED_RESOLUTION = 10


def day_panel(
    records: Restricted, days: Sequence[Day], force: str, scoring: Scoring
) -> Panel:
    """The panel of a force's live records, over those days.

    A record counts on the last day on which it can have happened (dated_records.sql);
    records of other days, and excluded places, are left out.
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
    counted = count_cells(dated, SCORED_RESOLUTION, scoring.harm)
    points = cell_points(dated, SCORED_RESOLUTION)
    return build_panel(counted, points, days, SCORED_RESOLUTION)


def every_day(supplied: Sequence[Day]) -> list[Day]:
    """From the first supplied day to the last, including any that were not supplied."""
    return month_range(min(supplied), max(supplied))
