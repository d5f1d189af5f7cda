"""When in the week an area's incidents happen, beside as many of the force's by lot.

Few incidents fill few hours, and nights are quieter everywhere. So the hours of an area
are held against those of as many incidents of the force, picked by lot, each with the
span in which it can have happened: what is left is the area's own.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from transforms.reference.arrays import Floats, Integers, Mask
from transforms.scores.timing.week import DAY_HOURS, WEEK_HOURS


LOTS = 999
_AT_ONCE = 100  # lots, so that those of a large area fit into memory
_SEED = 0
_DECIMALS = 4  # as hours are published
_ROUNDING = 1e-9


@dataclass(frozen=True)
class ByLot:
    """A figure of as many incidents of the force, in 999 lots of them."""

    low: float  # 95 of 100 lots are not below it
    median: float
    high: float  # 95 of 100 lots are not above it


@dataclass(frozen=True, kw_only=True, eq=False)
class WeekHours:
    """Incidents of an area by hour of the week, from Monday 00:00 on the clock."""

    week: Floats  # (168,); one that may have been in several hours is in each in part
    incidents: int  # whose hour is known
    half_by_lot: ByLot  # of `half`
    night_by_lot: ByLot  # of `night`

    @cached_property
    def busiest(self) -> list[int]:
        """The fewest hours of the week that have half of the incidents, in order."""
        order = np.argsort(-self.week, kind="stable")
        return sorted(order[: fewest_with_half(self.week)].tolist())

    @property
    def half(self) -> int:
        """How many hours of 168 these are."""
        return len(self.busiest)

    @property
    def night(self) -> float:
        """The share between 19:00 and 07:00, 0 to 1."""
        return night_share(self.week)


def fewest_with_half(week: Floats) -> int:
    """How few hours have half of all that a week has."""
    falling = np.cumsum(np.sort(week)[::-1])
    return int(np.searchsorted(falling, falling[-1] / 2 - _ROUNDING)) + 1


def night_share(week: Floats) -> float:
    """The share of a week that is between 19:00 and 07:00, 0 to 1."""
    by_hour = week.reshape(7, 24).sum(axis=0)
    by_day = by_hour[slice(*DAY_HOURS)].sum()
    return float(1 - by_day / by_hour.sum())


class ForceWeek:
    """The hours of a force's incidents of one crime group: lots are picked from these.

    A part is what an incident, by its position among all given, has in one hour of the
    week; parts are in the order of the incidents, and those without an hour have none.
    """

    def __init__(
        self, position: Integers, week_hour: Integers, weight: Floats, given: int
    ) -> None:
        self._hour, self._weight = week_hour, weight
        self._parts = np.bincount(position, minlength=given)
        self._first = np.cumsum(self._parts) - self._parts
        self._counted = np.flatnonzero(self._parts)  # those with an hour

    def of(self, mine: Mask) -> WeekHours | None:
        """The hours of some of them; None where no hour is known."""
        here = self._counted[mine[self._counted]]
        if not len(here):
            return None
        week = self._week(here[None])[0].round(_DECIMALS)
        half, night = self._by_lot(len(here))
        return WeekHours(
            week=week, incidents=len(here), half_by_lot=half, night_by_lot=night
        )

    def _by_lot(self, number: int) -> tuple[ByLot, ByLot]:
        """The hours with half of so many incidents by lot, and the night's share."""
        rng = np.random.default_rng([_SEED, number, len(self._counted)])
        halves, nights = [], []
        for start in range(0, LOTS, _AT_ONCE):
            lots = min(_AT_ONCE, LOTS - start)
            drawn = rng.integers(0, len(self._counted), (lots, number))
            for week in self._week(self._counted[drawn]):
                halves.append(fewest_with_half(week))
                nights.append(night_share(week))
        return _by_lot(halves), _by_lot(nights)

    def _week(self, lots: Integers) -> Floats:
        """The week of each lot of incidents (lots x incidents): (lots, 168)."""
        flat = lots.ravel()
        parts = self._parts[flat]
        before = np.cumsum(parts) - parts
        at = np.arange(parts.sum()) + np.repeat(self._first[flat] - before, parts)
        lot = np.repeat(np.arange(len(lots)), lots.shape[1])
        key = np.repeat(lot, parts) * WEEK_HOURS + self._hour[at]
        sums = np.bincount(key, self._weight[at], len(lots) * WEEK_HOURS)
        return np.asarray(sums.reshape(len(lots), WEEK_HOURS))


def _by_lot(figures: list[float] | list[int]) -> ByLot:
    ends = np.quantile(figures, [0.05, 0.5, 0.95], method="inverted_cdf")
    return ByLot(*map(float, ends))
