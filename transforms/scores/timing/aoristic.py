"""Aoristic weights: when crimes happened whose time is known only as a span.

Suppose a car is taken between ten at night and six in the morning. Aoristic analysis
divides the incident among the hours of the span: Ratcliffe (2000), International
Journal of Geographical Information Science 14(7). For 303 thefts whose true time was on
camera, Ashby and Bowers (2013), Crime Science 2:1, found that its peaks were right, and
that those of methods which choose one fixed moment of the span were misleading.

Hours are those of the clock in Great Britain: the one that the clock shows twice in
autumn counts twice, the one skipped in spring never.
"""

from dataclasses import dataclass
from datetime import UTC

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.errors import UsageError
from transforms.reference.arrays import Floats, Instants, Integers
from transforms.reference.days import LONDON
from transforms.reference.time_precision import (
    DAY,
    TimePrecision,
    known_to,
    refuse_without_days,
)


_HOUR_US = 3_600_000_000
_MOST_HOURS = 7 * 24


@dataclass(frozen=True, kw_only=True)
class Spread:
    """Incidents spread over the hours in which they may have happened.

    Parts are in the order of the incidents given, then of time.
    """

    position: Integers
    week_hour: Integers  # on the clock, from Monday 00:00 (0) to Sunday 23:00 (167)
    weight: Floats  # adding up to 1 for each incident counted
    given: int
    too_long: int  # spans over seven days, which say nothing about the hour
    untimed: int  # an end of the span is unknown, or before its beginning

    @property
    def counted(self) -> int:
        """How many incidents the weights add up to."""
        return self.given - self.too_long - self.untimed

    def table(self) -> Floats:
        """The weight of each weekday, Monday first, and hour of the clock: (7, 24)."""
        sums = np.bincount(self.week_hour, self.weight, minlength=7 * 24)
        return np.asarray(sums.reshape(7, 24), dtype=np.float64)

    def between(self, start_hour: int, end_hour: int) -> Floats:
        """The weight of each incident given between two hours of the clock.

        The end hour is excluded, and may be after midnight: (7, 19) is by day and
        (19, 7) by night. 0 for incidents that are not counted.
        """
        if start_hour == end_hour or not {start_hour, end_hour} <= set(range(24)):
            raise UsageError(
                "a part of the day is between two different hours from 0 to 23, "
                f"not {start_hour} and {end_hour}"
            )
        length = (end_hour - start_hour) % 24
        within = (self.week_hour - start_hour) % 24 < length
        position, weight = self.position[within], self.weight[within]
        sums = np.bincount(position, weight, minlength=self.given)
        return np.asarray(sums, dtype=np.float64)


def spread(
    occurred_from: Instants,  # UTC, microseconds
    occurred_to: Instants,
    time_precision: TimePrecision,
) -> Spread:
    """The aoristic weights of incidents, each with one moment or span.

    If the two moments are equal, the whole incident is in that hour. The end of a span
    is excluded. If only the day is known, the span is that day, or those days, from
    midnight to midnight: the moments themselves would all be midnight.
    """
    refuse_without_days(time_precision, "a table of weekdays and hours")
    start, end = (t.astype("datetime64[us]") for t in (occurred_from, occurred_to))
    timed = start <= end  # false where one is not known
    by_day = timed & known_to(time_precision, DAY)
    start[by_day], end[by_day] = _whole_days(start[by_day], end[by_day])
    short = timed & (end - start <= np.timedelta64(_MOST_HOURS, "h"))
    position = np.flatnonzero(short)
    start_us, end_us = (t[short].astype(np.int64) for t in (start, end))
    part, hour, weight = _parts(start_us, end_us)
    return Spread(
        position=position[part],
        week_hour=_week_hours(hour),
        weight=weight,
        given=len(timed),
        too_long=int((timed & ~short).sum()),
        untimed=int((~timed).sum()),
    )


def _parts(start_us: Integers, end_us: Integers) -> tuple[Integers, Integers, Floats]:
    """Each span cut into hours: which span, the hour since 1970 in UTC, its weight.

    Great Britain's clock differs from UTC by whole hours, so these are its hours too.
    """
    first = start_us // _HOUR_US
    last = np.maximum(first, (end_us - 1) // _HOUR_US)
    hours = last - first + 1
    span = np.repeat(np.arange(len(hours)), hours)
    since_first = np.arange(len(span)) - np.repeat(hours.cumsum() - hours, hours)
    hour = first[span] + since_first
    begins = np.maximum(start_us[span], hour * _HOUR_US)
    ends = np.minimum(end_us[span], (hour + 1) * _HOUR_US)
    length = (end_us - start_us)[span]
    weight = np.ones(len(span))  # of a moment, which has no length
    np.divide(ends - begins, length, out=weight, where=length > 0)
    return span, hour, weight


def _week_hours(hour: Integers) -> Integers:
    """The hour of the week on the clock, of hours since 1970 in UTC."""
    distinct, back = np.unique(hour, return_inverse=True)
    moments = pa.array(distinct * 3600).cast(pa.timestamp("s", LONDON.key))
    shown = pc.add(pc.multiply(pc.day_of_week(moments), 24), pc.hour(moments))
    return np.asarray(shown, dtype=np.int64)[back]


def _whole_days(start: Instants, end: Instants) -> tuple[Instants, Instants]:
    """From the midnight at or before the start to the one at or after the end."""
    final = np.maximum(start, end - np.timedelta64(1, "us"))
    # A day and a half past midnight is the next day, with 23 hours in it or with 25.
    return _midnight(start), _midnight(_midnight(final) + np.timedelta64(36, "h"))


def _midnight(moments: Instants) -> Instants:
    """When each moment's day began on the clock, in UTC."""
    distinct, back = np.unique(moments, return_inverse=True)
    clock = [m.replace(tzinfo=UTC).astimezone(LONDON) for m in distinct.tolist()]
    began = [
        m.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        .astimezone(UTC)
        .replace(tzinfo=None)
        for m in clock
    ]
    return np.array(began, dtype="datetime64[us]")[back]
