"""Rolling counts and decayed sums, moved from one as-of day to the next.

A slot is what incidents are counted for: a cell, or a category and cell. The cost of a
day depends on the incidents that enter and leave the windows, not on the number of
slots.

Days are whole days since 1970, on the caller's clock. The window of W days at an as-of
day D is (D - W, D]: D itself counts.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from transforms.reference.arrays import Floats, Integers
from transforms.reference.portable_math import power
from transforms.scores.days.decay import Decay
from transforms.scores.days.events import Events


WINDOWS_DAYS = (7, 28, 91, 365)
HALF_LIVES_DAYS = (28.0, 365.0)

# With a Python int, np.add.at is forty times slower.
_ONE = np.int32(1)


class RollingCounts:
    """Counts by slot within each window, and sums that halve with each half-life.

    Only supplied days are exposure: incidents of other days are left out, and `days`
    and `decayed_days` are the exposure of a count or a sum.
    """

    def __init__(
        self,
        days: Integers,
        slots: Integers,
        slot_count: int,
        supplied_days: Integers,
        windows_days: Sequence[int] = WINDOWS_DAYS,
        half_lives_days: Sequence[float] = HALF_LIVES_DAYS,
    ) -> None:
        """Incidents as (day, slot), in order of day."""
        if min((*windows_days, *half_lives_days), default=1) <= 0:
            raise ValueError("windows and half-lives must be above 0")
        self._supplied = np.unique(np.asarray(supplied_days, dtype=np.int64))
        self._events = Events.of(days, slots, slot_count, self._supplied)
        # The counts of a slot are adjacent: each incident enters all windows at once.
        counts = np.zeros((slot_count, len(windows_days)), dtype=np.int32)
        pairs = zip(windows_days, counts.T, strict=True)
        self._windows = {length: _Window(length, own) for length, own in pairs}
        self._decays = {h: Decay(h, slot_count) for h in half_lives_days}
        self._as_of: int | None = None

    def advance(self, day: int) -> None:
        """Move to that as-of day, the same or any later one."""
        if self._as_of is not None and day < self._as_of:
            raise ValueError(f"cannot move back from day {self._as_of} to {day}")
        for window in self._windows.values():
            window.move(self._events, day)
        for decay in self._decays.values():
            decay.move(self._events, day)
        self._as_of = day

    @property
    def as_of(self) -> int:
        """The as-of day."""
        if self._as_of is None:
            raise ValueError("no as-of day yet: call advance first")
        return self._as_of

    def counts(self, window_days: int) -> NDArray[np.int32]:
        """Incidents of each slot in the window: a read-only view, not a copy."""
        counts = self._windows[window_days].counts.view()
        counts.flags.writeable = False
        return counts

    def days(self, window_days: int) -> int:
        """How many days of the window were supplied."""
        ends = (self.as_of - window_days, self.as_of)
        first, last = np.searchsorted(self._supplied, ends, side="right")
        return int(last - first)

    def decayed(self, half_life_days: float, slots: Integers | None = None) -> Floats:
        """The sum of 2^(-age / half-life), ages in days, of all slots or of some."""
        return self._decays[half_life_days].read(self.as_of, slots)

    def decayed_days(self, half_life_days: float) -> float:
        """The exposure of such a sum: the same weights over the supplied days."""
        age = self.as_of - self._supplied
        return float(power(2.0, -age[age >= 0] / half_life_days).sum())


class _Window:
    """The events from `first` on and before `last`, counted."""

    def __init__(self, days: int, counts: NDArray[np.int32]) -> None:
        self.days = days
        self.counts = counts
        self.first = 0
        self.last = 0

    def move(self, events: Events, day: int) -> None:
        first, last = events.until(day - self.days), events.until(day)
        expired = events.slots[self.first : min(first, self.last)]
        added = events.slots[max(first, self.last) : last]
        np.subtract.at(self.counts, expired, _ONE)
        np.add.at(self.counts, added, _ONE)
        self.first, self.last = first, last
