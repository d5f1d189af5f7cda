"""What is stored of a force, from which profiles of its areas are made.

The public feed knows months, outcomes and searches; a force's own feed knows exact
places and times.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from transforms.homes.home import Home
from transforms.lake.lake import Lake
from transforms.profiles.area import Area
from transforms.profiles.day_records import DayRecords, Timed
from transforms.profiles.force_points import ForcePoints, force_points
from transforms.profiles.searched import ForceStops, Searches, stops_of
from transforms.reference.forces import Force
from transforms.reference.months import Month


class Past(Protocol):
    """What is stored of a force, up to an as-of."""

    @property
    def points(self) -> ForcePoints:
        """Its incidents by point and time."""
        ...

    def searches(self, area: Area) -> Searches | None:
        """Searches in an area; None where none were supplied."""
        ...

    def timed(self, area: Area, points: ForcePoints, addresses: int) -> Timed | None:
        """What exact places and times tell of an area; None where there are none."""
        ...


@dataclass(frozen=True)
class MonthsPast:
    """Months of the public feed."""

    home: Home
    lake: Lake
    force: Force
    as_of: Month

    @cached_property
    def points(self) -> ForcePoints:
        """Its incidents by map point and month."""
        return force_points(self.home, self.lake, self.force, self.as_of)

    @cached_property
    def _stops(self) -> ForceStops | None:
        return stops_of(self.lake, self.force, self.as_of)

    def searches(self, area: Area) -> Searches | None:
        """Searches in an area; None where none were supplied."""
        return self._stops.within(area.ground) if self._stops else None

    def timed(self, _area: Area, _points: ForcePoints, _addresses: int) -> None:
        """None: the feed has months, and points that stand for several addresses."""
        return


@dataclass(frozen=True)
class DaysPast:
    """Days of a force's own feed."""

    records: DayRecords

    @property
    def points(self) -> ForcePoints:
        """Its incidents by address and day."""
        return self.records.points

    def searches(self, _area: Area) -> None:
        """None: such a feed has no searches."""
        return

    def timed(self, area: Area, points: ForcePoints, addresses: int) -> Timed:
        """What exact places and times tell of an area."""
        return self.records.timed(area, points, addresses)


def past_of(home: Home, lake: Lake, force: Force, as_of: Any) -> Past:
    """What a home has stored of a force up to an as-of."""
    if home.feed:
        return DaysPast(DayRecords(home, as_of))
    return MonthsPast(home, lake, force, as_of)
