"""The hours of the week in which the incidents of each hot spot happen."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.reference.arrays import Floats
from transforms.reference.groups import GROUPS, CrimeGroup
from transforms.scores.timing.hours import spread_records, with_hours
from transforms.scores.timing.schemas import HOTSPOT_HOURS
from transforms.scores.timing.week import WEEK_HOURS, WEEKDAYS


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
