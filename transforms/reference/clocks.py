"""Clocks: how a feed's time is cut, and over which windows its incidents are counted.

The public feed knows months and nothing finer. A force's own feed knows days. Scores,
labels and backtests are the same for both: what differs stands here.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol, Self, TypeVar


class Period(Protocol):
    """A month or a day: what can be counted on from, and compared with its like."""

    @classmethod
    def parse(cls, text: str, /) -> Self:
        """The period that a text names."""
        ...

    @classmethod
    def of(cls, day: date, /) -> Self:
        """The period that a calendar date lies in."""
        ...

    @property
    def first_day(self) -> date:
        """The calendar date on which it begins."""
        ...

    @property
    def last_day(self) -> date:
        """The calendar date on which it ends."""
        ...

    @property
    def in_words(self) -> str:
        """As a reader writes it."""
        ...

    def __add__(self, periods: int, /) -> Self:
        """So many periods later."""
        ...

    def __le__(self, other: Any, /) -> bool:
        """Whether it is not later."""
        ...

    def __lt__(self, other: Any, /) -> bool:
        """Whether it is earlier."""
        ...

    def since(self, earlier: Any, /) -> int:
        """How many periods lie between `earlier` and this one."""
        ...


P = TypeVar("P", bound=Period)


@dataclass(frozen=True, kw_only=True)
class Clock:
    """What a period is, and what is counted over how many of them.

    What is forecast is the next term: the next month, or the next so many days.
    """

    windows: Mapping[str, int]  # by name, in periods, the shortest first
    year: str  # the window that labels, harm and the rolling rivals look at
    before: str  # the window that is also counted for the time just before it
    step: int  # periods in each of the twelve steps that labels follow
    points: int  # periods for which a point counts as one
    kept_as_ofs: int  # so many keep their scores: `keeps` says which
    at_least: tuple[int, int]  # of the newest so many periods, supplied for a score
    fresh_within: int  # periods from the newest supplied one to an as-of
    periods_a_month: float = 1.0
    term: int = 1  # periods
    in_sequence: bool = False  # whether a run scores each period of those kept
    seasonal: bool = False  # whether the same term a year ago can be compared
    archive: bool = False  # whether categories are those of police.uk's own months
    unit: str = field(default="months")  # what `months_12m` and its like count

    @property
    def period(self) -> str:
        """What one of its periods is called: a month, a day."""
        return self.unit.removesuffix("s")

    def terms(self, periods: float) -> float:
        """How many forecast terms so many periods, or so much weight, make up."""
        return periods / self.term

    def age_months(self, later: Period, earlier: Period) -> float:
        """How old what happened in `earlier` is in `later`."""
        return later.since(earlier) / self.periods_a_month

    def keeps(self, as_of: P, stored: Collection[P]) -> set[P]:
        """The as-ofs whose scores are kept by a run at `as_of`.

        In sequence, those of so many periods up to the run's or to the newest stored
        one. Otherwise the newest so many, however far apart, and the run's own.
        """
        if not self.in_sequence:
            return {as_of, *sorted({as_of, *stored})[-self.kept_as_ofs :]}
        ends = (as_of, max(stored, default=as_of))
        return {
            one
            for one in stored
            if any(0 <= end.since(one) < self.kept_as_ofs for end in ends)
        }

    @property
    def longest(self) -> str:
        """The longest window."""
        return max(self.windows, key=lambda name: self.windows[name])


MONTHS = Clock(
    windows={"1m": 1, "3m": 3, "12m": 12, "36m": 36},
    year="12m",
    before="12m",
    step=1,
    points=36,
    kept_as_ofs=12,
    at_least=(3, 12),
    fresh_within=3,
    in_sequence=True,
    seasonal=True,
    archive=True,
)
