"""The hours of the week of each hot spot, and in which of them it is busiest."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.reference.arrays import Floats
from transforms.reference.groups import GROUPS, CrimeGroup
from transforms.scores.timing.hours import WEEKDAYS, spread_records, with_hours
from transforms.scores.timing.schemas import HOTSPOT_HOURS


WEEK_HOURS = 7 * 24
BUSY_HOURS = 4  # on end: half a shift
AT_LEAST = 10  # incidents with an hour; of fewer, a busiest time would be chance


@dataclass(frozen=True)
class Busiest:
    """The hours on end with most incidents, and the weekday with most."""

    from_hour: int  # of the clock
    incidents: float  # in those hours, on all weekdays
    weekday: str
    known: float  # incidents with an hour


def busiest(week: Floats) -> Busiest | None:
    """When most happens, of a table of weekdays and hours; None of too few incidents.

    Of hours or weekdays with as many, the earliest.
    """
    known = float(week.sum())
    if round(known, 4) < AT_LEAST:
        return None
    hours = week.sum(axis=0)
    windows = sum(np.roll(hours, -step) for step in range(BUSY_HOURS))
    # to a ten-thousandth, as published: equal numbers must not be told apart
    start = int(np.argmax(np.round(windows, 4)))
    day = int(np.argmax(np.round(week.sum(axis=1), 4)))
    return Busiest(start, float(windows[start]), WEEKDAYS[day], known)


def spot_hours(
    rows: pa.Table,
    members: pa.Table,
    groups: Sequence[CrimeGroup] = tuple(GROUPS.values()),
) -> pa.Table:
    """The incidents of each hot spot's group in its cells, by weekday and hour.

    `members` are its cells: hotspot_id, crime_group, h3_cell (a number). Hours without
    an incident are left out, and so are records whose hour is not known.
    """
    rows = with_hours(rows)
    spreaded = spread_records(rows)
    cell = rows["h3_r10"].to_numpy()[spreaded.position]
    category = rows["category"].combine_chunks().take(pa.array(spreaded.position))
    parts = [
        _of_group(group, members, cell, category, spreaded.week_hour, spreaded.weight)
        for group in groups
    ]
    return pa.concat_tables([HOTSPOT_HOURS.empty_table(), *parts])


def _of_group(
    group: CrimeGroup,
    members: pa.Table,
    cell: np.ndarray,
    category: pa.Array,
    week_hour: np.ndarray,
    weight: Floats,
) -> pa.Table:
    mine = members.filter(
        pc.equal(members["crime_group"].cast(pa.string()), group.slug)
    )
    names = sorted(set(mine["hotspot_id"].to_pylist()))
    place = {name: at for at, name in enumerate(names)}
    spot_of = np.array([place[name] for name in mine["hotspot_id"].to_pylist()], int)
    at = pc.index_in(pa.array(cell), value_set=mine["h3_cell"].cast(pa.int64()))
    of_group = pc.is_in(category, pa.array(list(group.categories), pa.string()))
    there = np.asarray(
        pc.and_(of_group, pc.is_valid(at)).to_numpy(zero_copy_only=False)
    )
    key = spot_of[at.filter(pa.array(there)).to_numpy()] * WEEK_HOURS + week_hour[there]
    sums = np.bincount(key, weight[there], len(names) * WEEK_HOURS).round(4)
    some = np.flatnonzero(sums)
    spot, hour = np.divmod(some, WEEK_HOURS)
    return pa.table(
        {
            "hotspot_id": pa.array(names, pa.string()).take(pa.array(spot)),
            "crime_group": pa.repeat(group.slug, len(some)),
            "weekday": pa.array(WEEKDAYS).take(pa.array(hour // 24)),
            "hour": pa.array(hour % 24, pa.int8()),
            "incidents": pa.array(sums[some]),
        },
        schema=HOTSPOT_HOURS,
    )


def weeks_of(hours: pa.Table, key: str) -> dict[str, Floats]:
    """The table of weekdays and hours (7, 24) of each hot spot or group, by name."""
    found: dict[str, Floats] = {}
    names = ("weekday", "hour", "incidents")
    columns = (hours[name].to_pylist() for name in (key, *names))
    for name, weekday, hour, incidents in zip(*columns, strict=True):
        week = found.setdefault(name, np.zeros((7, 24)))
        week[WEEKDAYS.index(weekday), hour] = incidents
    return found
