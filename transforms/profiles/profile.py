"""A problem profile: what is known of one area, before anyone decides what to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow.compute as pc

from transforms.errors import UsageError
from transforms.homes.home import Home
from transforms.profiles.area import WEEK_DAYS, Area, universe_of
from transforms.profiles.concentration import Concentration, concentration
from transforms.profiles.context_counts import CountsFile, CountsThere, counts_there
from transforms.profiles.day_records import Timed
from transforms.profiles.force_points import ForcePoints
from transforms.profiles.mix import (
    CategoryRow,
    Harm,
    category_rows,
    found_by_officers,
    harm_of,
)
from transforms.profiles.past import Past
from transforms.profiles.responses import Response, responses_at
from transforms.profiles.routes import Judged, Known, Route, chosen_route, judged
from transforms.profiles.searched import Searches
from transforms.programmes.around import Around, UserLayers, around
from transforms.publications.edition.place_names import titled
from transforms.publications.layers.open_ground.reading import towns_near
from transforms.reference import cells
from transforms.reference.days import DAYS
from transforms.reference.forces import FORCES
from transforms.reference.months import Month, window
from transforms.reference.place_labels import VENUE_KINDS


LEAST_INCIDENTS = 20  # in 36 months
SEASON_MONTHS = 24  # of supplied ones, before a season is spoken of


class TooFewIncidentsError(UsageError):
    """An area of which there is too little to speak of."""


@dataclass(frozen=True)
class Context(UserLayers):
    """What a profile is shown beside: the user's layers, and counts of others."""

    counts: Sequence[CountsFile] = ()


@dataclass(frozen=True)
class Shares:
    """How many of some crimes with a final outcome have a positive one."""

    final: int
    positive: int


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What is known of an area."""

    area: Area
    name: str | None
    every: ForcePoints  # all categories, in the area
    mine: ForcePoints  # the group's
    mix: Sequence[CategoryRow]  # of the newest 12 months
    harm: Harm  # of the group's, likewise
    officers_found: float  # share of all incidents
    outcomes: Shares
    force_outcomes: Shares
    points: Concentration  # over 36 months
    responses: Sequence[Response]
    searches: Searches | None  # None where the feed's were not supplied
    context: Context
    around: Sequence[Around]  # each of its layers
    counts: Sequence[CountsThere]  # of others, by month
    timed: Timed | None  # what only a force's own feed can tell

    @cached_property
    def series(self) -> list[tuple[Any, int | None]]:
        """Incidents of each month of 36, or each seven days; None where not counted.

        Seven days are named by their first.
        """
        number, counted = self.mine.by("period"), set(self.mine.periods)
        step = WEEK_DAYS if self.area.clock is DAYS else 1
        steps = self.area.clock.points // step
        span = window(self.area.as_of, steps * step)
        return [
            (
                part[0],
                sum(number.get(str(period), 0) for period in part)
                if counted.issuperset(part)
                else None,
            )
            for at in range(0, len(span), step)
            for part in (span[at : at + step],)
        ]

    @cached_property
    def year(self) -> ForcePoints:
        """The group's of the newest 12 months, or 365 days."""
        return self.mine.of_the_year

    @cached_property
    def before(self) -> int | None:
        """Incidents of the year before, if both years were supplied in full."""
        both = 2 * self.area.clock.windows[self.area.clock.year]
        counted = self.mine.newest(both)
        if len(counted.periods) < both:
            return None
        return counted.incidents - self.year.incidents

    @cached_property
    def months(self) -> dict[Month, int]:
        """Incidents of each calendar month that counts whole."""
        number, days = self.mine.by("period"), self.area.clock is DAYS
        sums: dict[Month, list[int]] = {}
        for period in self.mine.periods:
            month = Month.of(period.first_day)
            sums.setdefault(month, []).append(number.get(str(period), 0))
        return {
            month: sum(parts)
            for month, parts in sums.items()
            if len(parts) == (month.last_day.day if days else 1)
        }

    @cached_property
    def season(self) -> dict[int, float] | None:
        """The mean of each supplied calendar month; None on too short a past."""
        if len(self.months) < SEASON_MONTHS:
            return None
        of: dict[int, list[int]] = {}
        for month, number in self.months.items():
            of.setdefault(month.month, []).append(number)
        return {month: sum(of[month]) / len(of[month]) for month in sorted(of)}

    @property
    def known(self) -> Known:
        """What its route is chosen by."""
        return Known(
            points=self.points,
            hotspot_class=self.area.hotspot_class,
            lists=self.area.lists,
            of_lists=self.area.of_lists,
            days=self.area.clock is DAYS,
            hours=self.timed.hours if self.timed else None,
            domestic=self.timed.domestic if self.timed else None,
        )

    @property
    def route(self) -> Route:
        """The way of working that the table points to."""
        return chosen_route(self.known)

    @property
    def table(self) -> list[Judged]:
        """All ways of working, each with its conditions."""
        return judged(self.known)


def profile_of(home: Home, area: Area, past: Past, context: Context) -> Profile:
    """The profile of an area; `TooFewIncidentsError` where there is too little."""
    force = past.points
    every = force.within(area.ground)
    mine = every.of(area.group.categories)
    if mine.incidents < LEAST_INCIDENTS:
        raise TooFewIncidentsError(
            f"{area.id}: {mine.incidents} incidents of"
            f" {area.group.label.lower()} in {len(mine.periods)} supplied"
            f" {area.clock.unit}, fewer than {LEAST_INCIDENTS}: too few for a problem"
            " profile; see hexbeat explain"
        )
    year, of_the_year = every.of_the_year, mine.of_the_year
    points = concentration(every, mine)
    harm = (of_the_year.rows[name].to_pylist() for name in ("harm", "gravest"))
    return Profile(
        area=area,
        name=_name(area, points),
        every=every,
        mine=mine,
        mix=category_rows(year.by("category"), force.of_the_year.by("category")),
        harm=harm_of(*harm),
        officers_found=found_by_officers(year.by("category")),
        outcomes=_outcomes(of_the_year),
        force_outcomes=_outcomes(force.of(area.group.categories).of_the_year),
        points=points,
        responses=responses_at(home, area.id),
        searches=past.searches(area),
        context=context,
        around=_around(home, area, context),
        counts=counts_there(area, context.counts),
        timed=past.timed(area, mine, len(points.points)),
    )


def _around(home: Home, area: Area, context: Context) -> list[Around]:
    if not context.layers:
        return []
    return around(area.ground, universe_of(home, area), context.layers)


def _outcomes(points: ForcePoints) -> Shares:
    final, positive = (
        int(pc.sum(points.rows[name]).as_py() or 0)
        for name in ("final_outcomes", "positive_outcomes")
    )
    return Shares(final, positive)


def _name(area: Area, points: Concentration) -> str | None:
    """Street first, then the kind of venue, then the town."""
    labels = _by_label(points)
    streets = [label for label in labels if label not in VENUE_KINDS]
    if not labels:
        return None
    town = None
    if area.force.id in FORCES:  # a made-up force has no real towns
        longitude, latitude = cells.centres(area.ground)
        town = towns_near(longitude.mean(keepdims=True), latitude.mean(keepdims=True))[
            0
        ]
    highest, street = labels[0], streets[0] if streets else None
    return titled(highest if highest in VENUE_KINDS else street, street, town)


def _by_label(points: Concentration) -> list[str]:
    """The labels of an area's points, the one with the most incidents first."""
    sums: dict[str, int] = {}
    for point in points.points:
        if point.label:
            sums[point.label] = sums.get(point.label, 0) + point.incidents
    return sorted(sums, key=lambda label: (-sums[label], label))
