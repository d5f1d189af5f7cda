"""Which way of working fits a place: a printed table, its thresholds in a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass as checked_dataclass

from transforms.profiles.concentration import Concentration
from transforms.profiles.day_records import Flagged
from transforms.profiles.week_hours import WeekHours
from transforms.reference.toml_files import STRICT, read_toml


_FILE = "routes.toml"


@checked_dataclass(frozen=True, config=STRICT)
class Route:
    """A way of working, and when it fits: all conditions that it names must hold."""

    name: str
    why: str
    top_point_share: float | None = None  # of the incidents, at the highest point
    top_point_incidents: int | None = None
    classes: tuple[str, ...] = ()  # of the emerging hot spot
    lists: int | None = None  # as-of months of the last 12 whose list has it
    day_lists_share: float | None = None  # of a force's own feed: of the last 28 days'
    half_in_hours: int | None = None  # of 168, that have half of the incidents
    domestic_share: float | None = None  # above which it fits


@checked_dataclass(frozen=True, config=STRICT)
class _Routes:
    version: int
    route: tuple[Route, ...]


@dataclass(frozen=True, kw_only=True)
class Known:
    """What a route is chosen by."""

    points: Concentration
    hotspot_class: str | None
    lists: int | None
    of_lists: int | None = None
    days: bool = False  # of a force's own feed, whose lists are of days
    hours: WeekHours | None = None
    domestic: Flagged | None = None


@dataclass(frozen=True)
class Judged:
    """A route, and whether its conditions hold; None where that is not known."""

    route: Route
    conditions: Sequence[str]
    holds: bool | None


@cache
def all_routes() -> tuple[Route, ...]:
    """The routes, in the order in which they are tried."""
    text = files("transforms.profiles").joinpath(_FILE).read_text()
    return read_toml(text, _FILE, TypeAdapter(_Routes)).route


def judged(known: Known) -> list[Judged]:
    """Every route beside what is known of a place."""
    found = []
    for route in all_routes():
        checks = list(_checks(route, known))
        verdicts = [holds for _, holds in checks]
        unknown = None if None in verdicts else True
        found.append(
            Judged(
                route,
                [words for words, _ in checks],
                False if False in verdicts else unknown,
            )
        )
    return found


def chosen_route(known: Known) -> Route:
    """The first route that is known to hold; the last one always does."""
    return next(one.route for one in judged(known) if one.holds)


def _checks(route: Route, known: Known) -> Iterator[tuple[str, bool | None]]:
    """Each condition of a route in words, and whether it holds."""
    points = known.points.points
    highest = points[0].incidents if points else 0
    total = known.points.incidents
    if route.top_point_share is not None:
        yield (
            (
                f"one point has {100 * route.top_point_share:.0f} % of the incidents or"
                " more"
            ),
            bool(total) and highest >= route.top_point_share * total,
        )
    if route.top_point_incidents is not None:
        yield (
            f"that point has {route.top_point_incidents} or more",
            highest >= route.top_point_incidents,
        )
    if route.classes:
        kinds = [name.removesuffix("_hot") for name in route.classes]
        kind = known.hotspot_class
        fits = None if kind is None else kind in route.classes
        yield f"the hot spot is {' or '.join(kinds)}", fits
    if known.days and route.day_lists_share is not None:
        share = route.day_lists_share
        yield (
            f"on {100 * share:.0f} % or more of the daily lists of the last 28 days",
            _on_share(known, share),
        )
    elif not known.days and route.lists is not None:
        yield (
            f"on {route.lists} or more of the last 12 monthly lists",
            None if known.lists is None else known.lists >= route.lists,
        )
    if route.half_in_hours is not None:
        yield from _timed(route.half_in_hours, known.hours)
    if route.domestic_share is not None:
        yield (
            f"more than {100 * route.domestic_share:.0f} % are domestic",
            None
            if known.domestic is None
            else known.domestic.share > route.domestic_share,
        )


def _on_share(known: Known, share: float) -> bool | None:
    if known.lists is None or not known.of_lists:
        return None
    return known.lists >= share * known.of_lists


def _timed(most: int, hours: WeekHours | None) -> Iterator[tuple[str, bool | None]]:
    yield (
        f"half of the incidents are in {most} of 168 hours or fewer",
        None if hours is None else hours.half <= most,
    )
    yield (
        "these are fewer hours than chance would leave, 95 of 100 times",
        None if hours is None else hours.half < hours.half_by_lot.low,
    )
