"""The fourteen days that a pack is about, and the fourteen after them.

The fortnights of a programme are counted from the Monday of the week in which it
started, so that each of them has whole weeks and a schedule need not know which week
it is.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from transforms.errors import UsageError
from transforms.homes.home import Home
from transforms.programmes.register import Register, Standing, started
from transforms.reference.days import Day
from transforms.reference.overrides import days_from
from transforms.tasking.folder import newest_pack


DAYS = 14


@dataclass(frozen=True)
class Fortnight:
    """A fortnight, as far as the programme ran in it, and the next."""

    first: date
    last: date
    ended: date | None = None  # the programme's last day, if it has one

    @property
    def days(self) -> list[date]:
        """Its days on which the programme ran."""
        return days_from(self.first, min(self.last, self.ended or self.last))

    @property
    def next_first(self) -> date:
        """The first day of the next."""
        return self.last + timedelta(days=1)

    @property
    def next_last(self) -> date:
        """The last day of the next."""
        return self.last + timedelta(days=DAYS)

    @property
    def has_next(self) -> bool:
        """Whether the programme goes on."""
        return self.ended is None or self.ended > self.last

    @property
    def in_words(self) -> str:
        """Such as 16 to 29 October 2023."""
        return span_in_words(self.first, self.last)


def span_in_words(first: date, last: date) -> str:
    """From one day to another, the what both have in common once."""
    ends = Day.of(last).in_words
    if first == last:
        return ends
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {ends}"
    begins = Day.of(first).in_words
    if first.year == last.year:
        begins = begins.rpartition(" ")[0]
    return f"{begins} to {ends}"


def fortnight_of(
    programme: str, standing: Standing, ending: date | None, today: date
) -> Fortnight:
    """The fortnight that ends on a day; default: the newest whole one.

    `UsageError` where the programme did not run in it, or it has not ended.
    """
    starts = standing.starts
    if starts is None:
        raise UsageError(
            f"{programme} has not started: hexbeat programme start {programme} --on"
            " DATE"
        )
    last = ending or _newest(starts, standing.ends, today)
    if last >= today:
        raise UsageError(
            f"--fortnight {last}: it has not ended; the newest day that can end one is"
            f" {today - timedelta(days=1)}"
            if ending
            else f"{programme} started on {starts}: its first fortnight ends on {last}"
        )
    if last < starts:
        raise UsageError(f"--fortnight {last}: {programme} starts on {starts}")
    first = max(last - timedelta(days=DAYS - 1), starts)
    if standing.ends and standing.ends < first:
        raise UsageError(f"--fortnight {last}: {programme} ended on {standing.ends}")
    return Fortnight(first, last, standing.ends)


def _newest(starts: date, ends: date | None, today: date) -> date:
    """The end of the newest fortnight that is over, or of the first that will be."""
    first_end = starts - timedelta(days=starts.weekday()) + timedelta(days=DAYS - 1)
    until = today - timedelta(days=1)
    if ends:
        until = min(until, ends + timedelta(days=DAYS - 1))
    whole = max((until - first_end).days // DAYS, 0)
    return first_end + timedelta(days=DAYS * whole)


def due(home: Home, today: date) -> list[str]:
    """The running programmes whose newest whole fortnight has no pack yet."""
    found = []
    for name in started(home):
        standing = Register(home).standing(name)
        try:
            fortnight = fortnight_of(name, standing, None, today)
        except UsageError:  # its first fortnight is not over
            continue
        newest = newest_pack(home, name)
        if newest is None or newest < fortnight.last:
            found.append(name)
    return found
