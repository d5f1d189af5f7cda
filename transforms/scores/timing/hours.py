"""When in the week incidents happen: by weekday and hour, and by day and night.

Spans are spread over their hours (transforms/aoristic.py), so that a theft between ten
at night and six in the morning is no theft at midnight.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms import cells
from transforms.aoristic import Spread, spread
from transforms.categories import CATEGORIES
from transforms.days.day import Day
from transforms.groups import GROUPS
from transforms.restricted import Restricted


WINDOW_DAYS = 365
DAY_HOURS = (7, 19)  # the clock's hours that are day; the others are night
_WEEKDAYS = (
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
)  # fmt: skip
_UTC = pa.timestamp("us", "UTC")

WEEKDAY_HOURS = pa.schema(
    {
        "crime_group": pa.string(),
        "weekday": pa.string(),
        "hour": pa.int8(),
        "incidents": pa.float64(),  # aoristic weights
        "counted": pa.int64(),  # incidents that the group's weights add up to
        "too_long": pa.int64(),  # spans over seven days, which say nothing of the hour
    }
)
DAY_AND_NIGHT = pa.schema(
    {
        "crime_group": pa.string(),
        "h3_cell": pa.string(),
        "incidents_day_365d": pa.float64(),
        "incidents_night_365d": pa.float64(),
    }
)


def last_day_of(records: pa.Table) -> pa.Array:
    """The day, on the clock in London, by whose end each record had happened."""
    ended = pc.coalesce(records["occurred_to"], records["occurred_from"])
    local = pc.local_timestamp(ended.cast(pa.timestamp("us", "Europe/London")))
    return local.cast(pa.date32())


def of_the_year(records: Restricted, as_of: Day, supplied: Sequence[Day]) -> pa.Table:
    """The records of the supplied days among the 365 to the as-of, in the area."""
    rows = records.reveal()
    day = last_day_of(rows)
    first = as_of + (1 - WINDOW_DAYS)
    among = pa.array([d.date for d in supplied if first <= d <= as_of], pa.date32())
    inside = pc.is_in(day, among)
    return rows.filter(pc.and_(inside, rows["in_area"]))


def weekday_hours(rows: pa.Table) -> pa.Table:
    """Each crime group in each hour of the week, as weights; no rows where it has none.

    `UsageError` where not every record's day is known.
    """
    found = []
    for slug, group in GROUPS.items():
        of_group = rows.filter(pc.is_in(rows["category"], _set(group.categories)))
        if not len(of_group):
            continue
        spreaded = _spread(of_group)
        for weekday, hours in zip(_WEEKDAYS, spreaded.table(), strict=True):
            found += [
                {
                    "crime_group": slug,
                    "weekday": weekday,
                    "hour": hour,
                    "incidents": round(float(weight), 4),
                    "counted": spreaded.counted,
                    "too_long": spreaded.too_long,
                }
                for hour, weight in enumerate(hours)
            ]
    return pa.Table.from_pylist(found, schema=WEEKDAY_HOURS)


def day_and_night(rows: pa.Table) -> pa.Table:
    """Each cell's incidents of a group by day, and by night, of spans their parts."""
    if not len(rows):
        return DAY_AND_NIGHT.empty_table()
    spreaded = _spread(rows)
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
        for slug in CATEGORIES
        if (mine := category == slug).any()
    }
    nothing = np.zeros(len(distinct))
    texts, found = cells.as_text(distinct), []
    for slug, group in GROUPS.items():
        held = [sums[c] for c in group.categories if c in sums]
        day, night = (
            np.sum([part[i] for part in held], axis=0) if held else nothing
            for i in (0, 1)
        )
        found += [
            {
                "crime_group": slug,
                "h3_cell": texts[row],
                "incidents_day_365d": round(float(day[row]), 4),
                "incidents_night_365d": round(float(night[row]), 4),
            }
            for row in np.flatnonzero(day + night > 0).tolist()
        ]
    return pa.Table.from_pylist(found, schema=DAY_AND_NIGHT)


def _spread(rows: pa.Table) -> Spread:
    began = rows["occurred_from"].cast(_UTC)
    ended = pc.coalesce(rows["occurred_to"], rows["occurred_from"]).cast(_UTC)
    return spread(
        began.to_numpy().astype("datetime64[us]"),
        ended.to_numpy().astype("datetime64[us]"),
        rows["time_precision"].to_pylist(),
    )


def _set(slugs: tuple[str, ...]) -> pa.Array:
    return pa.array(list(slugs), pa.string())
