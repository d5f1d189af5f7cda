"""Which way of working fits a place: a printed table, its thresholds in a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass as checked_dataclass

from transforms.profiles.concentration import Concentration
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
    if route.lists is not None:
        yield (
            f"on {route.lists} or more of the last 12 monthly lists",
            None if known.lists is None else known.lists >= route.lists,
        )
