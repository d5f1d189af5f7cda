"""Counts of the last days and decayed sums, moved from one as-of day to the next.

A slot is whatever incidents are counted for: a cell, or a category and cell. A day
costs as much as it brings and as falls out of the windows, whatever the number of
slots: nothing is ever done to all of them.

Days are whole days since 1970; on which clock is the caller's to say. The window of W
days at an as-of day D is (D - W, D]: D counts, however early its incidents came in.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from transforms.days.decay import Decay
from transforms.days.events import Events, Floats, Integers


WINDOWS_DAYS = (7, 28, 91, 365)
HALF_LIVES_DAYS = (28.0, 365.0)

# With a Python int np.add.at takes a way that is forty times slower.
_ONE = np.int32(1)


class RollingCounts:
    """Counts by slot within each window, and sums that halve with each half-life.

    Only days that were supplied are exposure: incidents of other days are left out,
    and `days` and `decayed_days` say how much a count or a sum rests on.
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
        """Incidents as (day, slot), by rising day; before the first day none counts."""
        if min((*windows_days, *half_lives_days), default=1) <= 0:
            raise ValueError("windows and half-lives last longer than nothing")
        self._supplied = np.unique(np.asarray(supplied_days, dtype=np.int64))
        self._events = Events.of(days, slots, slot_count, self._supplied)
        # A slot's counts lie side by side: what comes in enters all windows at once.
        counts = np.zeros((slot_count, len(windows_days)), dtype=np.int32)
        pairs = zip(windows_days, counts.T, strict=True)
        self._windows = {length: _Window(length, own) for length, own in pairs}
        self._decays = {h: Decay(h, slot_count) for h in half_lives_days}
        self._as_of: int | None = None

    def advance(self, day: int) -> None:
        """To that as-of day, the same or a later one, over any number of days."""
        if self._as_of is not None and day < self._as_of:
            raise ValueError(f"from day {self._as_of} there is no way back to {day}")
        for window in self._windows.values():
            window.move(self._events, day)
        for decay in self._decays.values():
            decay.move(self._events, day)
        self._as_of = day

    @property
    def as_of(self) -> int:
        """The as-of day."""
        if self._as_of is None:
            raise ValueError("counts have no as-of day before they are advanced to one")
        return self._as_of

    def counts(self, window_days: int) -> NDArray[np.int32]:
        """Incidents of each slot in the window: what is kept itself, to read."""
        seen = self._windows[window_days].counts.view()
        seen.flags.writeable = False
        return seen

    def days(self, window_days: int) -> int:
        """How many days of the window were supplied."""
        ends = (self.as_of - window_days, self.as_of)
        first, last = np.searchsorted(self._supplied, ends, side="right")
        return int(last - first)

    def decayed(self, half_life_days: float, slots: Integers | None = None) -> Floats:
        """Of each slot, or of those, the sum of 2^(-age / half-life), ages in days."""
        return self._decays[half_life_days].read(self.as_of, slots)

    def decayed_days(self, half_life_days: float) -> float:
        """The same weights added up over the supplied days: a sum's exposure."""
        age = self.as_of - self._supplied
        return float(np.exp2(-age[age >= 0] / half_life_days).sum())


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
