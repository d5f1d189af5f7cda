"""Clocks: how a feed's time is cut, and over which windows its incidents are counted.

The public feed knows months and nothing finer. A force's own feed knows days. Scores,
labels and backtests are the same for both: what differs stands here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, Self


class Period(Protocol):
    """A month or a day: what can be counted on from, and compared with its like."""

    def __add__(self, periods: int, /) -> Self:
        """So many periods later."""
        ...

    def __le__(self, other: Any, /) -> bool:
        """Whether it is no later."""
        ...

    def __lt__(self, other: Any, /) -> bool:
        """Whether it is earlier."""
        ...

    def since(self, earlier: Any, /) -> int:
        """How many periods lie between `earlier` and this one."""
        ...


@dataclass(frozen=True)
class Clock:
    """What a period is, and what is counted over how many of them.

    What is forecast is the next term: the next month, or the next so many days.
    """

    windows: Mapping[str, int]  # by name, in periods, the shortest first
    year: str  # the window that labels, harm and the rolling rivals look at
    before: str  # the window that is also counted for the time just before it
    step: int  # periods in each of the twelve steps that labels follow
    points: int  # periods for which a point counts as one
    periods_a_month: float = 1.0
    term: int = 1  # periods
    seasonal: bool = False  # whether a term has a like a year ago
    unit: str = field(default="months")  # what `months_12m` and its like count

    def terms(self, periods: float) -> float:
        """How many forecast terms so many periods, or so much weight, make up."""
        return periods / self.term

    def age_months(self, later: Period, earlier: Period) -> float:
        """How old what happened in `earlier` is in `later`."""
        return later.since(earlier) / self.periods_a_month

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
    seasonal=True,
)
