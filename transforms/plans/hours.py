"""In which hours of the week incidents happen at each place, from a force's own feed.

The hours of one place are few incidents, so they are drawn towards those of all places
together: by 100 of these (our choice; no study says how far). An incident that may have
been in several hours counts in each by its share.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

import numpy as np

from transforms.patrols.place_hours import place_hours
from transforms.plans.shifts import Shift
from transforms.programmes.programme import Programme
from transforms.records.homes import ForceHome
from transforms.reference.arrays import Floats
from transforms.reference.days import LONDON, Day
from transforms.scores.timing.hours import WINDOW_DAYS
from transforms.scores.timing.week import BUSY_HOURS, WEEK_HOURS, busiest


ALL_PLACES = 100.0  # incidents that the hours of all places together count as
_HOUR = timedelta(hours=1)
_DECIMALS = 4


@dataclass(frozen=True, eq=False)
class Hours:
    """Incidents of each place by hour of the week, from Monday 00:00 on the clock."""

    last: date  # of 365 days
    days: int  # of these, that were supplied
    by_category: Mapping[str, Mapping[str, int]]  # incidents of each place
    weights: Mapping[str, Floats]  # (168,), by place

    @property
    def span(self) -> str:
        """Its days in words."""
        days = f"the {WINDOW_DAYS} days to {Day.of(self.last).in_words}"
        if self.days == WINDOW_DAYS:
            return days
        return f"{self.days} supplied days of {days}"

    @property
    def sha256(self) -> str:
        """The hash of what is known."""
        texts = (f"{p} {of.tolist()}" for p, of in sorted(self.weights.items()))
        return sha256("\n".join(texts).encode()).hexdigest()

    def shares(self, place: str) -> Floats:
        """The share of a place's week in each hour, drawn towards all places' week."""
        own = self.weights[place]
        total = np.sum(list(self.weights.values()), axis=0)
        even = np.full(WEEK_HOURS, 1 / WEEK_HOURS)
        everywhere = total / total.sum() if total.sum() else even
        return np.asarray((own + ALL_PLACES * everywhere) / (own.sum() + ALL_PLACES))

    def share_of_shift(self, place: str, shift: Shift) -> float:
        """The share of a place's week that falls into a shift."""
        shares = self.shares(place)
        return sum(part * float(shares[hour]) for hour, part, _ in hours_of(shift))

    def window(self, place: str, shift: Shift) -> tuple[datetime, datetime]:
        """The hours on end, up to four, in which most is expected in a shift (UTC)."""
        shares, hours = self.shares(place), list(hours_of(shift))
        expected = [part * float(shares[hour]) for hour, part, _ in hours]
        length = min(BUSY_HOURS, len(hours))
        sums = [
            round(sum(expected[at : at + length]), _DECIMALS + 4)
            for at in range(len(hours) - length + 1)
        ]
        first = sums.index(max(sums))
        begins, ends = hours[first][2], hours[first + length - 1][2] + _HOUR
        return max(begins, shift.starts), min(ends, shift.ends)

    def line(self, place: str) -> str | None:
        """When most happens at a place, in words; None of too few incidents."""
        found = busiest(self.weights[place].reshape(7, 24))
        if found is None:
            return None
        end = (found.from_hour + BUSY_HOURS) % 24
        return (
            f"busiest {found.from_hour:02d}:00 to {end:02d}:00"
            f" ({100 * found.incidents / found.known:.0f} % of"
            f" {found.known:,.0f} with a known hour), most on {found.weekday}s"
        )


def hours_of(shift: Shift) -> Iterator[tuple[int, float, datetime]]:
    """The hours of a shift: of the week, how much of it, and when it begins (UTC).

    The clock in Great Britain differs from UTC by whole hours.
    """
    begins = shift.starts.replace(minute=0)
    while begins < shift.ends:
        inside = min(begins + _HOUR, shift.ends) - max(begins, shift.starts)
        shown = begins.astimezone(LONDON)
        yield 24 * shown.weekday() + shown.hour, inside / _HOUR, begins
        begins += _HOUR


def hours_from(
    feed: ForceHome, programme: Programme, until: date | None = None
) -> Hours:
    """The hours of a programme's places in the newest 365 days of a force's own feed.

    Of those up to a day, if one is given.

    `UsageError` for the feed of another force, and for one without hours.
    """
    found = place_hours(feed, programme, "a plan of patrols", until)
    return Hours(found.last, found.days, found.by_category, found.weights)
