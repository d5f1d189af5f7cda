"""Which days of a force's feed are exposure: one not sent whole is never a quiet one.

A missing or partial day withholds the publications that rest on it, until its records
come, or somebody records in the home's settings how it counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from transforms.records.day_volume import Volume
from transforms.records.feed_span import covered_days
from transforms.reference.coverage import (
    Hold,
    PeriodCoverage,
    Status,
    supplied_periods,
)
from transforms.reference.days import Day
from transforms.reference.overrides import DayOverrides


BY_CHANCE = 1e-5  # days whose volume is less probable were not sent whole
FAR_UNDER = 0.3  # of what is expected: a day with more is a quiet one
STOPPED_AFTER_DAYS = 7
HOLDING_DAYS = 365  # to the as-of: no window of a score is longer
NOT_WHOLE: Sequence[Status] = ("missing", "partial")


DayCoverage = Mapping[Day, PeriodCoverage[Day, None]]


@dataclass(frozen=True)
class Days:
    """What the days of a feed say, from the first to the newest that it covers."""

    coverage: DayCoverage
    counts: Mapping[Day, int]  # the records that began on each

    @property
    def first(self) -> Day | None:
        """The day that the feed begins on."""
        return min(self.coverage, default=None)

    @property
    def newest(self) -> Day | None:
        """The newest day with a record."""
        return max(self.coverage, default=None)

    @property
    def without(self) -> int:
        """How many days there are on which nothing began."""
        return sum(not self.counts.get(day) for day in self.coverage)

    @property
    def supplied(self) -> list[Day]:
        """The days that are exposure."""
        return supplied_periods(self.coverage)

    def of(self, status: Status) -> list[Day]:
        """The days that count as that."""
        return [day for day, c in self.coverage.items() if c.status == status]

    @property
    def not_whole(self) -> list[Day]:
        """The days that somebody has to look into."""
        return [day for day, c in self.coverage.items() if c.status in NOT_WHOLE]

    def stopped(self, today: Day, after_days: int = STOPPED_AFTER_DAYS) -> bool:
        """Whether the newest record is older than that."""
        return self.newest is None or today.since(self.newest) > after_days


def day_holds(coverage: DayCoverage, as_of: Day) -> list[Hold[Day]]:
    """What withholds a publication of that day: its days not sent whole."""
    return [
        Hold(day, c.status, "far fewer records than its past says")
        for day, c in coverage.items()
        if c.status in NOT_WHOLE and 0 <= as_of.since(day) < HOLDING_DAYS
    ]


def days_of(
    by_day: Mapping[date, int], overrides: DayOverrides, until: date = date.max
) -> Days:
    """What the numbers of records of each day before `until` say, and who knows better.

    On the day on which the newest drop came it was not over: that is `until`.

    A day with far fewer records than its past expects, and fewer than chance explains,
    was not sent whole: it is missing if it has none, and otherwise partial. One that an
    override calls supplied was quiet; one that it sets aside is not exposure, whatever
    it contains.
    """
    numbers = {Day.of(day): n for day, n in by_day.items() if day < until}
    covered = covered_days(numbers)
    counts = {day: numbers.get(day, 0) for day in covered}
    known = {day: found for day in covered if (found := overrides.get(day.date))}
    sifted = _Sifted()
    for day, count in counts.items():
        if not (override := known.get(day)):
            sifted.take(day, count)
        elif override.verdict == "supplied":
            sifted.confirm(day, count)
    sifted.decide()
    statuses: dict[Day, Status] = {
        day: "partial" if counts[day] else "missing" for day in sifted.not_whole
    }
    statuses |= {day: override.verdict for day, override in known.items()}
    coverage: DayCoverage = {
        day: PeriodCoverage(day, statuses.get(day, "supplied"), None, known.get(day))
        for day in covered
    }
    return Days(coverage, counts)


@dataclass
class _Sifted:
    """The days so far, of which those far under their past wait for a decision.

    Days in a row that are far under it are judged together: an empty day of a small
    feed may be chance, five in a row are not.
    """

    past: Volume = field(default_factory=Volume)
    low: dict[Day, int] = field(default_factory=dict)
    not_whole: list[Day] = field(default_factory=list)

    def take(self, day: Day, count: int) -> None:
        """Sift the next day."""
        if count < FAR_UNDER * self.past.expected(day):
            self.low[day] = count
        else:
            self.confirm(day, count)

    def confirm(self, day: Day, count: int) -> None:
        """Count the next day as a whole one."""
        self.decide()
        self.past.add(day, count)

    def decide(self) -> None:
        """Judge the days that wait."""
        low, self.low = self.low, {}
        together = self.past.by_chance(low) < BY_CHANCE
        lost = [
            day
            for day, count in low.items()
            if together or self.past.by_chance({day: count}) < BY_CHANCE
        ]
        self.not_whole += lost
        for day, count in low.items():
            if day not in lost:
                self.past.add(day, count)
