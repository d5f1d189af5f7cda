"""A sum by slot that halves with each half-life, without touching what does not change.

Kept is not the sum but the sum times 2^(age of the origin / half-life): that never
changes by the passing of time, and an incident of a later day enters it with a higher
weight. Long before the weights grow too great for a float, the origin moves on: the
one time that every slot is touched, once in five hundred half-lives.
"""

import numpy as np

from transforms.days.events import Events, Floats, Integers


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
        weight = np.exp2(age / self.half_life_days)
        np.add.at(self._sums, events.slots[self._last : last], weight)
        self._last = last

    def read(self, day: int, slots: Integers | None) -> Floats:
        """The sums at the as-of day, of all slots or of some."""
        kept = self._sums if slots is None else self._sums[slots]
        return np.asarray(kept * self._weight(day), dtype=np.float64)

    def _weight(self, day: int) -> float:
        """What an incident at the origin counts for on that day."""
        age_days = day - (day if self._origin_day is None else self._origin_day)
        return float(np.exp2(-age_days / self.half_life_days))
