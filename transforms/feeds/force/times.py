"""From a date and a time on some clock to instants, and the two hours that are odd.

In October the clock in Great Britain shows an hour twice, in March it leaves one out.
The mapping says what then counts; that is done, and reported.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from transforms.feeds.force.mapping import Times
from transforms.feeds.force.mapping_values import ISO, has_time


_ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"([T ]([01][0-9]|2[0-3]):[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?"
    r"(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_ISO_DATE_LENGTH = len("2026-03-29")
_ONE_DAY = timedelta(days=1)
_ONE_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Moment:
    """When something was, as far as the texts say."""

    first: datetime  # UTC
    last: datetime  # UTC: the same, or the last second of a day without a time
    whole_day: bool
    ambiguous: bool = False  # the clock showed it twice, and nothing says which
    skipped: bool = False  # the clock never showed it


def read_moment(date: str, clock: str, times: Times) -> Moment | None:
    """What those texts say; None where they are not a date and time of that format."""
    try:
        wall, whole_day = _parse(date.strip(), clock.strip(), times)
        return _of_day(wall, times) if whole_day else _of_minute(wall, times)
    except (ValueError, OverflowError):
        return None


def _parse(date: str, clock: str, times: Times) -> tuple[datetime, bool]:
    """The time as written, and whether it is a date alone."""
    if not (date + clock).isascii():
        raise ValueError("digits of another script")
    day = _read(date, times.date_format)
    iso = times.date_format == ISO
    timed = len(date) > _ISO_DATE_LENGTH if iso else has_time(times.date_format)
    if not clock:
        return day, not timed
    if timed or times.time_format is None:
        raise ValueError("a time next to a date that has its own")
    prefix = "2000-01-01T" if times.time_format == ISO else ""
    return datetime.combine(
        day, _read(prefix + clock, times.time_format).timetz()
    ), False


def _read(text: str, form: str) -> datetime:
    if form != ISO:
        return datetime.strptime(text, form)
    if not _ISO.fullmatch(text):
        raise ValueError("no ISO date and time")
    return datetime.fromisoformat(text)


def _of_day(day: datetime, times: Times) -> Moment:
    """From its first to its last second: midnight is never one of the odd hours."""
    zone = ZoneInfo(times.time_zone)
    midnight = datetime.combine(day, time(), zone)
    if day.date() == date.max:  # the day after it cannot be written
        return Moment(midnight.astimezone(UTC), midnight.astimezone(UTC), True)
    after = datetime.combine(day + _ONE_DAY, time(), zone)
    return Moment(midnight.astimezone(UTC), after.astimezone(UTC) - _ONE_SECOND, True)


def _of_minute(wall: datetime, times: Times) -> Moment:
    if wall.tzinfo:  # it says its own offset, which settles everything
        instant = wall.astimezone(UTC)
        return Moment(instant, instant, False)
    zone = ZoneInfo(times.time_zone)
    earlier = wall.replace(tzinfo=zone, fold=0)
    later = wall.replace(tzinfo=zone, fold=1)
    odd = earlier.utcoffset() != later.utcoffset()
    shown = earlier.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall
    # of an hour left out, fold 0 is what a clock shows that was not put forward
    taken = later if odd and shown and times.ambiguous == "later" else earlier
    instant = taken.astimezone(UTC)
    return Moment(instant, instant, False, odd and shown, odd and not shown)
