"""Tables of weekdays and hours, (7, 24), and when in them most happens. No record."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from transforms.reference.arrays import Floats


DAY_HOURS = (7, 19)  # the clock's hours that are day; the others are night
WEEKDAYS = (
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
)  # fmt: skip
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


def weeks_of(hours: pa.Table, key: str) -> dict[str, Floats]:
    """The table of weekdays and hours (7, 24) of each hot spot or group, by name."""
    found: dict[str, Floats] = {}
    names = ("weekday", "hour", "incidents")
    columns = (hours[name].to_pylist() for name in (key, *names))
    for name, weekday, hour, incidents in zip(*columns, strict=True):
        week = found.setdefault(name, np.zeros((7, 24)))
        week[WEEKDAYS.index(weekday), hour] = incidents
    return found
