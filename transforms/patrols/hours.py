"""Patrol and need by hour of the week, in a home of a force's own feed.

Need is what happened at the places in the newest 365 days: an incident that may have
been in several hours counts in each by its share.
"""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.errors import UsageError
from transforms.homes.home import Home
from transforms.patrols.place_hours import place_hours
from transforms.patrols.place_sums import overlap, shares
from transforms.patrols.schemas import DOSAGE_HOURS
from transforms.programmes.programme import Programme
from transforms.records.homes import open_force_home
from transforms.reference.arrays import Floats
from transforms.reference.time_precision import MINUTE
from transforms.scores.timing.aoristic import spread
from transforms.scores.timing.week import WEEK_HOURS, WEEKDAYS


_DECIMALS = 4


def dosage_hours(
    home: Home, programme: Programme, visits: pa.Table, source: Mapping[date, str]
) -> pa.Table | None:
    """Minutes of visits and incidents by hour of the week, as DOSAGE_HOURS.

    None in a home of the public feed, of a log without times, and where the feed has
    no hours at these places: then nothing can be said of hours.
    """
    minutes = patrol_by_hour(visits, source)
    if home.feed is None or not minutes.any():
        return None
    try:
        feed = open_force_home(home.root)
        found = place_hours(feed, programme, "a dose report").weights
    except UsageError:
        return None
    need = np.sum(list(found.values()), axis=0)
    if not need.any():
        return None
    columns = {
        "weekday": np.repeat(WEEKDAYS, 24),
        "hour": np.tile(np.arange(24), 7).astype(np.int32),
        "patrol_minutes": minutes.round(_DECIMALS),
        "incidents": need.round(_DECIMALS),
        "dose_share": shares(minutes.tolist()).round(_DECIMALS),
        "need_share": shares(need.tolist()).round(_DECIMALS),
    }
    return pa.table(columns).cast(DOSAGE_HOURS)


def patrol_by_hour(visits: pa.Table, source: Mapping[date, str]) -> Floats:
    """Minutes of the programme's visits in each of 168 hours; those with times alone.

    A day's visits are of its source, as in the rest of a report.
    """
    wanted = [source.get(day) for day in visits["day"].to_pylist()]
    use = pc.and_(
        pc.equal(visits["source"], pa.array(wanted, pa.string())),
        pc.and_(pc.invert(visits["background"]), pc.is_valid(visits["starts"])),
    )
    mine = visits.filter(pc.fill_null(use, False))
    began, ended = (
        mine[name].cast(pa.timestamp("us")).to_numpy() for name in ("starts", "ends")
    )
    parts = spread(began, ended, [MINUTE] * len(mine))
    minutes = mine["minutes"].to_numpy()[parts.position] * parts.weight
    sums = np.bincount(parts.week_hour, minutes, minlength=WEEK_HOURS)
    return np.asarray(sums, dtype=np.float64)


def hours_overlap(hours: pa.Table) -> float:
    """How much of patrol lies in the hours of need: the sum of the smaller shares."""
    patrolled, needed = hours["patrol_minutes"], hours["incidents"]
    return overlap(patrolled.to_pylist(), needed.to_pylist())
