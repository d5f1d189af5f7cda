"""The hours of the week on a page of days: of each hot spot, and of each group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from transforms.publications.map.facts import MapFacts
from transforms.publications.map.pack import NULL, Columns
from transforms.reference.arrays import Floats
from transforms.scores.timing.week import (
    BUSY_HOURS,
    DAY_HOURS,
    WEEK_HOURS,
    busiest_of,
)


_HUNDREDTHS = 100


@dataclass(frozen=True, kw_only=True)
class WeekHours:
    """The tables of weekdays and hours (7, 24), and how much they rest on."""

    spots: Mapping[str, Floats]  # by hotspot_id
    groups: Mapping[str, Floats]  # by slug
    known: int  # records of 365 days with an hour
    among: int  # all its records of 365 days

    def write(self, facts: MapFacts, columns: Columns) -> dict[str, Any]:
        """The tables, in hundredths; and when each is busiest, for the head."""
        spots = [spot.hotspot_id for spot in facts.hotspots]
        groups = [group.slug for group in facts.groups]
        if self.known:
            columns.plain("spot_hours", _packed(self.spots, spots))
            columns.plain("group_hours", _packed(self.groups, groups))
        return {
            "known": self.known,
            "among": self.among,
            "day": DAY_HOURS,
            "busy_hours": BUSY_HOURS,
            "spots": _busiest(self.spots, spots),
            "groups": _busiest(self.groups, groups),
        }


def _packed(weeks: Mapping[str, Floats], names: Sequence[str]) -> np.ndarray:
    """One table after another; NULL where none has a known hour."""
    none = np.full(WEEK_HOURS, NULL)
    hundredths = [
        np.floor(weeks[name].ravel() * _HUNDREDTHS + 0.5) if name in weeks else none
        for name in names
    ]
    return np.concatenate([none[:0], *hundredths]).astype(np.int64)


def _busiest(
    weeks: Mapping[str, Floats], names: Sequence[str]
) -> list[dict[str, Any] | None]:
    found = busiest_of(weeks)
    listed = (found.get(name) for name in names)
    return [vars(one) if one else None for one in listed]
