"""Tables of weekdays and hours, (7, 24), and when in them most happens. No record."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

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
    return busiest_of({"": week})[""]


def busiest_of(weeks: Mapping[str, Floats]) -> dict[str, Busiest | None]:
    """The same of each table, by name: of thousands, at once."""
    every = np.array(list(weeks.values())).reshape(-1, 7, 24)
    hours = every.sum(axis=1)
    windows = np.zeros_like(hours)
    for step in range(BUSY_HOURS):
        windows += np.roll(hours, -step, axis=1)
    # to a ten-thousandth, as published: equal numbers must not be told apart
    starts = np.argmax(np.round(windows, 4), axis=1)
    days = np.argmax(np.round(every.sum(axis=2), 4), axis=1)
    most = np.take_along_axis(windows, starts[:, None], axis=1)[:, 0]
    known = every.reshape(-1, WEEK_HOURS).sum(axis=1)
    columns = (starts.tolist(), most.tolist(), days.tolist(), known.tolist())
    return {
        name: Busiest(start, incidents, WEEKDAYS[day], in_all)
        if round(in_all, 4) >= AT_LEAST
        else None
        for name, start, incidents, day, in_all in zip(weeks, *columns, strict=True)
    }


def weeks_of(hours: pa.Table, key: str) -> dict[str, Floats]:
    """The table of weekdays and hours (7, 24) of each hot spot or group, by name."""
    names = hours[key].cast(pa.string()).combine_chunks().dictionary_encode()
    weeks = np.zeros((len(names.dictionary), 7, 24))
    days = hours["weekday"].cast(pa.string())
    weekday = pc.index_in(days, value_set=pa.array(WEEKDAYS)).to_numpy()
    at = names.indices.to_numpy(), weekday, hours["hour"].to_numpy()
    weeks[at] = hours["incidents"].to_numpy()
    return dict(zip(names.dictionary.to_pylist(), weeks, strict=True))
