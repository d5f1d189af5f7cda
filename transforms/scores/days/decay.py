"""Decayed sums by slot, halved with each half-life, updated only where they change.

We store the sum scaled to a fixed origin day, so that time passing does not change it;
newer incidents are added with larger weights. Long before the weights become too large
for a float, the origin moves forward. Only then, once in five hundred half-lives, is
every slot rewritten.
"""

import math

import numpy as np

from transforms.reference.arrays import Floats, Integers
from transforms.reference.portable_math import power
from transforms.scores.days.events import Events


# Doublings since the origin; a float has a thousand each way.
_FURTHEST_HALF_LIVES = 500.0


class Decay:
    """Sums over all incidents up to the as-of day."""

    def __init__(self, half_life_days: float, slot_count: int) -> None:
        self.half_life_days = half_life_days
        self._sums = np.zeros(slot_count)
        self._origin_day: int | None = None
        self._last = 0

    def move(self, events: Events, day: int) -> None:
        """To that day, from an earlier one or the same."""
        if self._origin_day is None:
            self._origin_day = day
        if (day - self._origin_day) / self.half_life_days > _FURTHEST_HALF_LIVES:
            self._sums *= self._weight(day)
            self._origin_day = day
        last = events.until(day)
        age = events.days[self._last : last] - self._origin_day
        weight = power(2.0, age / self.half_life_days)
        np.add.at(self._sums, events.slots[self._last : last], weight)
        self._last = last

    def read(self, day: int, slots: Integers | None) -> Floats:
        """The sums at the as-of day, of all slots or of some."""
        kept = self._sums if slots is None else self._sums[slots]
        return np.asarray(kept * self._weight(day), dtype=np.float64)

    def _weight(self, day: int) -> float:
        """What an incident at the origin counts for on that day."""
        age_days = day - (day if self._origin_day is None else self._origin_day)
        return math.pow(2.0, -age_days / self.half_life_days)
