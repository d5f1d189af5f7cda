"""Which days patrol logs cover: a day without any row is missing, never zero."""

from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from transforms.homes.home import Home
from transforms.lake.lake import Lake
from transforms.patrols.log_rules import PLACE
from transforms.patrols.visit_rows import LOG, PINGS, held_back, stored_visits
from transforms.programmes.programme import Programme
from transforms.programmes.register import Register
from transforms.reference.overrides import days_from


@dataclass(frozen=True)
class LogDays:
    """How far the logs of a programme reach, and how many of its days they lack."""

    newest: date | None
    missing: int
    of: int  # days since it started, up to yesterday or its end


def log_days(home: Home, programme: Programme, today: date) -> LogDays | None:
    """What the logs cover of a programme; None where it has not started."""
    standing = Register(home).standing(programme.id)
    if standing.starts is None:
        return None
    lake, force = home.lake.pinned(), programme.rule.force
    visits = stored_visits(lake, force, programme.id)
    held = held_back(lake, force, programme.id)
    known = supplied_days(home, lake, programme, visits, held)
    yesterday = today - timedelta(days=1)
    last = min(standing.ends, yesterday) if standing.ends else yesterday
    due = days_from(standing.starts, last)
    missing = sum(day not in known for day in due)
    return LogDays(max(known, default=None), missing, len(due))


def supplied_days(
    home: Home, lake: Lake, programme: Programme, visits: pa.Table, held: pa.Table
) -> dict[date, str]:
    """The days that are supplied, and where minutes and visits of each are from.

    A row whose place is none of the programme's still shows that the log has its day.
    """
    elsewhere = held.filter(pc.equal(held["rule"], PLACE))["day"].to_pylist()
    found = dict.fromkeys([day for day in elsewhere if day], LOG)
    for entry in home.patrol.days:
        found |= dict.fromkeys(entry.days(), LOG)
    logged = visits.filter(pc.equal(visits["source"], LOG))["day"].to_pylist()
    found |= dict.fromkeys(logged, LOG)
    pinged = lake.read("ping_days", programme.rule.force)
    own = pc.equal(pinged["programme"].cast(pa.string()), programme.id)
    return found | dict.fromkeys(pinged.filter(own)["day"].to_pylist(), PINGS)
