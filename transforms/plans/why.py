"""Why a place is on a plan: one line, each part of it from data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from transforms.homes.home import Home
from transforms.incidents.lake_check import force_coverage, stored_forces
from transforms.plans.hours import Hours
from transforms.profiles.force_points import ForcePoints, force_points
from transforms.programmes.programme import Programme
from transforms.reference.categories import CATEGORIES
from transforms.reference.coverage import supplied_periods
from transforms.scores.labels.emerging import IN_WORDS


COUNTED_MONTHS = 12
_MOSTLY = 0.5  # of the incidents, of one category
HOURS_UNKNOWN = (
    "No hours are known: the feed has months. A visit is worth the same at any time."
)

# The time in words, and incidents of each place by category; None where none is stored.
Counted = tuple[str | None, Mapping[str, Mapping[str, int]]]


@dataclass(frozen=True, kw_only=True)
class Fact:
    """What is known of a place."""

    level_month: float  # incidents expected in a month, by the frozen forecast
    hotspot_class: str | None  # when the list was frozen
    span: str | None  # of the incidents, in words; None where nothing is stored
    by_category: Mapping[str, int]
    busiest: str | None = None  # hours, in words, where any are known

    @property
    def line(self) -> str:
        """Why the place is on the list, in a sentence."""
        parts = [
            self._counted(),
            f"{self.level_month:,.1f} expected a month",
            self.busiest or "",
            self._frozen(),
        ]
        return "; ".join(part for part in parts if part) + "."

    def _counted(self) -> str:
        if self.span is None:
            return ""
        number = sum(self.by_category.values())
        return f"{number:,} incidents in {self.span}{self._mix(number)}"

    def _mix(self, number: int) -> str:
        """Its most frequent category, where the group has several."""
        if len(self.by_category) < 2 or not number:
            return ""
        slug, most = max(self.by_category.items(), key=lambda one: (one[1], one[0]))
        how = "mostly" if most / number > _MOSTLY else "most of all"
        return f", {how} {CATEGORIES.get(slug, slug).lower()}"

    def _frozen(self) -> str:
        kind, _, side = (self.hotspot_class or "none").rpartition("_")
        if side != "hot":
            return ""
        return f"when chosen, busier than chance {IN_WORDS[kind]}"


def facts_of(
    home: Home, programme: Programme, hours: Hours | None, until: date | None = None
) -> dict[str, Fact]:
    """What is known of each place of a programme, by its id.

    Of a home of a force's own feed, by its hours; of months, of those that had ended by
    a day, if one is given.
    """
    span, counts = _counted(home, programme, hours, until)
    return {
        row["place_id"]: Fact(
            level_month=row["level_month"],
            hotspot_class=row["hotspot_class"],
            span=span,
            by_category=counts.get(row["place_id"], {}),
            busiest=hours.line(row["place_id"]) if hours else None,
        )
        for row in programme.places.to_pylist()
    }


def _counted(
    home: Home, programme: Programme, hours: Hours | None, until: date | None
) -> Counted:
    if home.feed and hours:
        return hours.span, hours.by_category
    return _of_months(home, programme, until)


def _of_months(home: Home, programme: Programme, until: date | None) -> Counted:
    """Of the public feed: the newest months in words, and what was at each place."""
    points = _newest_points(home, programme, until)
    if points is None:
        return None, {}
    months = f"the {COUNTED_MONTHS} months to {points.as_of.in_words}"
    if len(points.periods) < COUNTED_MONTHS:
        months = f"{len(points.periods)} counted months of {months}"
    ids = programme.places["place_id"].to_pylist()
    return months, {
        place: _by_category(points.within(np.sort(ground)))
        for place, ground in zip(ids, programme.grounds, strict=True)
    }


def _newest_points(
    home: Home, programme: Programme, until: date | None
) -> ForcePoints | None:
    """The incidents of the group in the newest year; None where nothing is stored."""
    rule, lake = programme.rule, home.lake.pinned()
    for force in stored_forces(lake, home.registry):
        if force.id == rule.force:
            supplied = [
                month
                for month in supplied_periods(force_coverage(lake, force))
                if until is None or month.last_day <= until
            ]
            if supplied:
                every = force_points(home, lake, force, supplied[-1])
                return every.newest(COUNTED_MONTHS).of(programme.group.categories)
    return None


def _by_category(points: ForcePoints) -> dict[str, int]:
    """Incidents by category, those of the most first."""
    numbers = points.by("category").items()
    return dict(sorted(numbers, key=lambda one: (-one[1], one[0])))
