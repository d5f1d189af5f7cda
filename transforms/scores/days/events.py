"""Incidents by day and slot, in the order of their days."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transforms.reference.arrays import Integers


@dataclass(frozen=True)
class Events:
    """One entry for each incident: its day since 1970, ascending, and its slot."""

    days: Integers
    slots: NDArray[np.intp]

    @classmethod
    def of(
        cls, days: Integers, slots: Integers, slot_count: int, supplied: Integers
    ) -> "Events":
        """The incidents of supplied days (sorted), checked."""
        days, slots = np.asarray(days, dtype=np.int64), np.asarray(slots, dtype=np.intp)
        if len(days) != len(slots) or (np.diff(days) < 0).any():
            raise ValueError("each incident needs a day and a slot, by rising day")
        if len(slots) and not 0 <= slots.min() <= slots.max() < slot_count:
            raise ValueError(f"slots are numbered from 0 to {slot_count - 1}")
        kept = np.isin(days, supplied)
        return cls(days[kept], slots[kept])

    def until(self, day: int) -> int:
        """How many incidents there were up to and on that day."""
        return int(np.searchsorted(self.days, day, side="right"))
