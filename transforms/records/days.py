"""Which days of a force's feed are exposure: one not supplied is never zero.

One that is missing holds the publications that rest on it, until somebody has looked
and says in the home's settings how it counts.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from transforms.day_overrides import DayOverrides


TRAILING_DAYS = 28
BUSY_RECORDS_A_DAY = 5.0  # in the mean: then a day without any is no quiet day
STOPPED_AFTER_DAYS = 7
HELD_DAYS = 365  # to the as-of: no window of a score is longer

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Days:
    """What the days of a feed say, from the first to the newest that it covers."""

    first: date | None
    newest: date | None
    without: int  # days between them on which nothing began
    missing: list[date]  # of those, the ones that were surely not supplied
    set_aside: list[date]  # by somebody who knows, whatever they hold

    @property
    def supplied(self) -> list[date]:
        """The days that are exposure."""
        gone = {*self.missing, *self.set_aside}
        return [day for day in _span(self.first, self.newest) if day not in gone]

    def stopped(self, today: date, after_days: int = STOPPED_AFTER_DAYS) -> bool:
        """Whether the newest record is older than that."""
        return self.newest is None or (today - self.newest).days > after_days

    def holding(self, as_of: date) -> list[date]:
        """The missing days that hold a publication of that day."""
        return [day for day in self.missing if 0 <= (as_of - day).days < HELD_DAYS]


def days_of(
    by_day: Mapping[date, int], overrides: DayOverrides, until: date = date.max
) -> Days:
    """What the numbers of records of each day before `until` say, and who knows better.

    On the day on which the newest drop came it was not over: that is `until`.

    Missing is a day without a record where the 28 days before it that were supplied, or
    as many as there are, had a mean of five or more. One that an override calls
    supplied was quiet; one that it sets aside is no exposure, whatever it holds.
    """
    by_day = {day: number for day, number in by_day.items() if day < until}
    first, newest = _first(by_day), max(by_day, default=None)
    recent: deque[int] = deque(maxlen=TRAILING_DAYS)
    without, missing, set_aside = 0, list[date](), list[date]()
    for day in _span(first, newest):
        count = by_day.get(day, 0)
        without += count == 0
        busy = recent and sum(recent) >= BUSY_RECORDS_A_DAY * len(recent)
        override = overrides.get(day)
        if override and override.verdict == "set_aside":
            set_aside.append(day)
        elif busy and not count and not override:
            missing.append(day)
        else:
            recent.append(count)
    return Days(first, newest, without, missing, set_aside)


def _first(by_day: Mapping[date, int]) -> date | None:
    """The day that the feed begins on.

    Forces record crimes of long ago: a feed does not begin with the oldest of them, but
    where the 28 days from it on are busy. Of a feed that never is, with its first day.
    """
    if not by_day:
        return None
    oldest, newest = min(by_day), max(by_day)
    length = min(TRAILING_DAYS, (newest - oldest).days + 1)
    for day in sorted(by_day):
        ahead = _span(day, day + (length - 1) * _ONE_DAY)
        if ahead[-1] > newest:
            break
        if sum(by_day.get(d, 0) for d in ahead) >= BUSY_RECORDS_A_DAY * length:
            return day
    return oldest


def _span(first: date | None, last: date | None) -> list[date]:
    if first is None or last is None:
        return []
    return [first + number * _ONE_DAY for number in range((last - first).days + 1)]
