"""When in the week incidents happen: by weekday and hour, and by day and night.

Spans are spread over their hours (aoristic.py), so that a theft between ten at night
and six in the morning does not count as one at midnight.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.reference import cells
from transforms.reference.days import LONDON, Day
from transforms.reference.groups import GROUPS, CrimeGroup
from transforms.reference.time_precision import MINUTE, known_to, refuse_without_days
from transforms.restricted import Restricted
from transforms.scores.timing.aoristic import Spread, spread
from transforms.scores.timing.schemas import DAY_AND_NIGHT, WEEKDAY_HOURS
from transforms.scores.timing.week import DAY_HOURS, WEEKDAYS


WINDOW_DAYS = 365
_UTC = pa.timestamp("us", "UTC")
_SPREAD_BY = ("occurred_from", "occurred_to", "time_precision")


def last_day_of(records: pa.Table) -> pa.Array:
    """The last day, on the clock in London, on which each record can have happened."""
    ended = pc.coalesce(records["occurred_to"], records["occurred_from"])
    local = pc.local_timestamp(ended.cast(pa.timestamp("us", LONDON.key)))
    return local.cast(pa.date32())


def of_the_year(records: Restricted, as_of: Day, supplied: Sequence[Day]) -> pa.Table:
    """The records of the supplied days among the 365 to the as-of, in the area."""
    rows = records.reveal()
    day = last_day_of(rows)
    first = as_of + (1 - WINDOW_DAYS)
    among = pa.array([d.date for d in supplied if first <= d <= as_of], pa.date32())
    inside = pc.is_in(day, among)
    return rows.filter(pc.and_(inside, rows["in_area"]))


def with_hours(rows: pa.Table) -> pa.Table:
    """The records whose hours are known: a whole day says nothing of its hours."""
    refuse_without_days(rows["time_precision"], "a table of weekdays and hours")
    return rows.filter(pa.array(known_to(rows["time_precision"], MINUTE)))


def weekday_hours(
    rows: pa.Table, groups: Sequence[CrimeGroup] = tuple(GROUPS.values())
) -> pa.Table:
    """Each crime group in each hour of the week, as weights; no rows if it has none.

    Records whose hour is not known are left out. `UsageError` unless every record's day
    is known.
    """
    lines = []
    # each group is filtered: of few columns
    rows = with_hours(rows).select([*_SPREAD_BY, "category"])
    for group in groups:
        of_group = rows.filter(pc.is_in(rows["category"], _set(group.categories)))
        if not len(of_group):
            continue
        spreaded = spread_records(of_group)
        for weekday, hours in zip(WEEKDAYS, spreaded.table(), strict=True):
            lines += [
                {
                    "crime_group": group.slug,
                    "weekday": weekday,
                    "hour": hour,
                    "incidents": round(float(weight), 4),
                    "counted": spreaded.counted,
                    "too_long": spreaded.too_long,
                }
                for hour, weight in enumerate(hours)
            ]
    return pa.Table.from_pylist(lines, schema=WEEKDAY_HOURS)


def day_and_night(
    rows: pa.Table, groups: Sequence[CrimeGroup] = tuple(GROUPS.values())
) -> pa.Table:
    """Each cell's incidents of a group by day and by night, spans by their shares.

    Records whose hour is not known are left out.
    """
    rows = with_hours(rows)
    if not len(rows):
        return DAY_AND_NIGHT.empty_table()
    spreaded = spread_records(rows)
    by_day, by_night = (
        spreaded.between(*hours) for hours in (DAY_HOURS, DAY_HOURS[::-1])
    )
    distinct, at = np.unique(rows["h3_r10"].to_numpy(), return_inverse=True)
    category = np.array(rows["category"].to_pylist(), dtype=object)
    sums = {
        slug: [
            np.bincount(at[mine], weight[mine], len(distinct))
            for weight in (by_day, by_night)
        ]
        for slug in dict.fromkeys(c for group in groups for c in group.categories)
        if (mine := category == slug).any()
    }
    nothing = np.zeros(len(distinct))
    texts, lines = cells.as_text(distinct), []
    for group in groups:
        parts = [sums[c] for c in group.categories if c in sums]
        day, night = (
            np.sum([part[i] for part in parts], axis=0) if parts else nothing
            for i in (0, 1)
        )
        lines += [
            {
                "crime_group": group.slug,
                "h3_cell": texts[row],
                "incidents_day_365d": round(float(day[row]), 4),
                "incidents_night_365d": round(float(night[row]), 4),
            }
            for row in np.flatnonzero(day + night > 0).tolist()
        ]
    return pa.Table.from_pylist(lines, schema=DAY_AND_NIGHT)


def spread_records(rows: pa.Table) -> Spread:
    """Records spread over the hours in which they may have happened."""
    began = rows["occurred_from"].cast(_UTC)
    ended = pc.coalesce(rows["occurred_to"], rows["occurred_from"]).cast(_UTC)
    return spread(
        began.to_numpy().astype("datetime64[us]"),
        ended.to_numpy().astype("datetime64[us]"),
        rows["time_precision"],
    )


def _set(slugs: tuple[str, ...]) -> pa.Array:
    return pa.array(list(slugs), pa.string())
