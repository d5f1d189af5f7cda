"""A problem profile: what is known of one area, before anyone decides what to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pyarrow.compute as pc

from transforms.errors import UsageError
from transforms.homes.home import Home
from transforms.profiles.area import Area, universe_of
from transforms.profiles.around import Around, around
from transforms.profiles.concentration import Concentration, concentration
from transforms.profiles.force_points import ForcePoints
from transforms.profiles.mix import (
    CategoryRow,
    Harm,
    category_rows,
    found_by_officers,
    harm_of,
)
from transforms.profiles.responses import Response, responses_at
from transforms.profiles.routes import Judged, Known, Route, chosen_route, judged
from transforms.profiles.searched import ForceStops, Searches
from transforms.publications.edition.place_names import titled
from transforms.publications.layers.context import ContextLayer
from transforms.publications.layers.open_ground.reading import towns_near
from transforms.reference import cells
from transforms.reference.forces import FORCES
from transforms.reference.months import Month, window
from transforms.reference.place_labels import VENUE_KINDS


LEAST_INCIDENTS = 20  # in 36 months
SEASON_MONTHS = 24  # of supplied ones, before a season is spoken of
YEAR = 12
WINDOW = 36


class TooFewIncidentsError(UsageError):
    """An area of which there is too little to speak of."""


@dataclass(frozen=True)
class Context:
    """The user's own layers, and why a sensitive one is among them, if it is."""

    layers: Sequence[ContextLayer] = ()
    sensitive: str | None = None


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

    @cached_property
    def series(self) -> list[tuple[Month, int | None]]:
        """Incidents of each month of the window; None where it does not count."""
        number = self.mine.by("month")
        counted = set(self.mine.months)
        return [
            (month, number.get(str(month), 0) if month in counted else None)
            for month in window(self.area.as_of, WINDOW)
        ]

    @cached_property
    def year(self) -> ForcePoints:
        """The group's of the newest 12 months."""
        return self.mine.newest(YEAR)

    @cached_property
    def before(self) -> int | None:
        """Incidents of the year before, if both years were supplied in full."""
        known = dict(self.series)
        span = window(self.area.as_of, 2 * YEAR)
        numbers = [known[month] for month in span]
        if None in numbers:
            return None
        return sum(number or 0 for number in numbers[:YEAR])

    @cached_property
    def season(self) -> dict[int, float] | None:
        """The mean of each supplied calendar month; None on too short a past."""
        if len(self.mine.months) < SEASON_MONTHS:
            return None
        of: dict[int, list[int]] = {}
        for month, number in self.series:
            if number is not None:
                of.setdefault(month.month, []).append(number)
        return {month: sum(of[month]) / len(of[month]) for month in sorted(of)}

    @property
    def known(self) -> Known:
        """What its route is chosen by."""
        return Known(
            points=self.points,
            hotspot_class=self.area.hotspot_class,
            lists=self.area.lists,
        )

    @property
    def route(self) -> Route:
        """The way of working that the table points to."""
        return chosen_route(self.known)

    @property
    def table(self) -> list[Judged]:
        """All ways of working, each with its conditions."""
        return judged(self.known)


def profile_of(
    home: Home,
    area: Area,
    force: ForcePoints,
    stops: ForceStops | None,
    context: Context,
) -> Profile:
    """The profile of an area; `TooFewIncidentsError` where there is too little."""
    every = force.within(area.ground)
    mine = every.of(area.group.categories)
    if mine.incidents < LEAST_INCIDENTS:
        raise TooFewIncidentsError(
            f"{area.id}: {mine.incidents} incidents of"
            f" {area.group.label.lower()} in {len(mine.months)} supplied months,"
            f" fewer than {LEAST_INCIDENTS}: too few for a problem profile; see"
            " hexbeat explain"
        )
    year = every.newest(YEAR)
    points = concentration(every, mine)
    return Profile(
        area=area,
        name=_name(area, points),
        every=every,
        mine=mine,
        mix=category_rows(year.by("category"), force.newest(YEAR).by("category")),
        harm=harm_of(mine.newest(YEAR).by("category"), home.scoring.harm),
        officers_found=found_by_officers(year.by("category")),
        outcomes=_outcomes(mine.newest(YEAR)),
        force_outcomes=_outcomes(force.of(area.group.categories).newest(YEAR)),
        points=points,
        responses=responses_at(home, area.id),
        searches=stops.within(area.ground) if stops else None,
        context=context,
        around=_around(home, area, context),
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
