"""The clock in Great Britain, for many instants at once.

It differs from UTC by whole hours, so that an hour of the one is an hour of the other:
in October it shows one twice, in March it leaves one out.
"""

from datetime import UTC, date, datetime, time

import numpy as np

from transforms.reference.arrays import Instants, Integers
from transforms.reference.days import LONDON


HOUR_US = 3_600_000_000
_MONDAY = 4 * 24  # 1970 began on a Thursday


def midnight_hour(day: date) -> int:
    """When that day begins on the clock, in hours since 1970 in UTC."""
    began = datetime.combine(day, time(), LONDON)
    return int(began.astimezone(UTC).timestamp()) // 3600


def offsets_hours(hours: Integers) -> Integers:
    """How far the clock is ahead of UTC in each of those hours since 1970 in UTC."""
    distinct, back = np.unique(hours, return_inverse=True)
    shown = [datetime.fromtimestamp(h * 3600, LONDON) for h in distinct.tolist()]
    ahead = [int(s.utcoffset().total_seconds()) // 3600 for s in shown]  # type: ignore[union-attr]
    return np.array(ahead, dtype=np.int64)[back]


def week_hours(hours: Integers) -> Integers:
    """The hour on the clock, from Monday 00:00, of those hours since 1970 in UTC."""
    return (hours + offsets_hours(hours) - _MONDAY) % (7 * 24)


def on_the_clock(moments: Instants) -> Instants:
    """What the clock shows at those instants in UTC."""
    hours = moments.astype("datetime64[h]").astype(np.int64)
    ahead = offsets_hours(hours).astype("timedelta64[h]")
    return np.asarray(moments + ahead, dtype=moments.dtype)
