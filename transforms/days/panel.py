"""A force's own records as numbers to score: cells, days and categories."""

from collections.abc import Sequence

import pyarrow as pa

import sql
from transforms.days.day import Day
from transforms.exclusions import exclusion_rules
from transforms.months import month_range
from transforms.panel import Panel, build_panel, harm_relations
from transforms.restricted import Restricted
from transforms.scoring import Scoring
from transforms.time_precision import refuse_without_days


SCORED_RESOLUTION = 10


def day_panel(
    records: Restricted, days: Sequence[Day], force: str, scoring: Scoring
) -> Panel:
    """The panel of a force's live records, over those days.

    A record counts on the day by whose end it had happened (day_counts.sql); one of no
    day asked for does not count. Excluded places are left out.
    """
    rows = records.reveal()
    refuse_without_days(rows["time_precision"].to_pylist(), "a daily score")
    rules = exclusion_rules(scoring.exclusions, force)
    kept = sql.run("kept_records", {"live_records": rows, "rules": rules})
    counted = sql.run(
        "day_counts", {"live_records": kept, **harm_relations(scoring.harm)}
    )
    points = sql.run("day_points", {"live_records": kept})
    return build_panel(
        _among(counted, days), _among(points, days), days, SCORED_RESOLUTION, "day"
    )


def _among(rows: pa.Table, days: Sequence[Day]) -> pa.Table:
    """The rows of those days; ISO days sort as texts do."""
    first, last = str(days[0]), str(days[-1])
    return rows.filter(
        pa.array([first <= day <= last for day in rows["day"].to_pylist()], pa.bool_())
    )


def every_day(supplied: Sequence[Day]) -> list[Day]:
    """From the first supplied day to the last, those between that were not as well."""
    return month_range(min(supplied), max(supplied))
