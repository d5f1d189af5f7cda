"""Coarse areas for a page that others than the police read: never few places.

Wards or beats are those of a file that the settings name; without one, towns.

An area is named only if it has three places or more, and what is left over has as many:
otherwise the hours of one place could be worked out from those of the others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from transforms.homes.home import Home
from transforms.plain_text import plain
from transforms.programmes.programme import Programme
from transforms.publications.layers.areas import read_areas
from transforms.publications.layers.open_ground.reading import towns_near
from transforms.reference.forces import FORCES


LEAST_PLACES = 3
ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class CoarseArea:
    """An area, and its places."""

    name: str
    places: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Named:
    """The area that each place is in, and where the names are from."""

    of_place: Mapping[str, str | None]  # none of a place outside
    file: str | None  # None where they are towns
    sha256: str | None


def named_areas(home: Home, programme: Programme) -> Named:
    """Those of the home's file of areas; without one, towns."""
    given = _file_of(home)
    if given is None:
        return Named(of_place=_towns(programme), file=None, sha256=None)
    layer = read_areas("area", str(home.root / given))
    rows = programme.places.select(["place_id", "lon", "lat"])
    found = layer.containing(rows.rename_columns(["h3_cell", "lon", "lat"]))
    return Named(
        of_place={p: plain(of[0]) if of else None for p, of in found.items()},
        file=Path(given.rpartition(":")[0] or given).name,
        sha256=layer.sha256,
    )


def _file_of(home: Home) -> str | None:
    """The file that the settings name for this, else the first that maps are given."""
    if home.patrol.areas or home.feed is None:
        return home.patrol.areas
    return next(iter(home.feed.layers.areas.values()), None)


def _towns(programme: Programme) -> dict[str, str | None]:
    """The town that each place is in or near; none of a made-up force."""
    places = programme.places
    ids = places["place_id"].to_pylist()
    if programme.rule.force not in FORCES:
        return dict.fromkeys(ids)
    at = (places[name].to_numpy() for name in ("lon", "lat"))
    return dict(zip(ids, towns_near(*at), strict=True))


def coarse_areas(named: Mapping[str, str | None]) -> list[CoarseArea]:
    """The areas of places, the largest first and what is elsewhere last.

    None where there are fewer than three places. Of areas with three places or more the
    smallest is not named if fewer than three places would be left elsewhere.
    """
    if len(named) < LEAST_PLACES:
        return []
    by_name: dict[str, list[str]] = {}
    rest: list[str] = []
    for place, name in named.items():
        if name is None:
            rest.append(place)
        else:
            by_name.setdefault(name, []).append(place)
    ordered = sorted(by_name, key=lambda name: (-len(by_name[name]), name))
    shown = [name for name in ordered if len(by_name[name]) >= LEAST_PLACES]
    rest += [p for name in ordered if name not in shown for p in by_name[name]]
    while 0 < len(rest) < LEAST_PLACES and shown:
        rest += by_name[shown.pop()]
    found = [CoarseArea(name, by_name[name]) for name in shown]
    return [*found, CoarseArea(ELSEWHERE, sorted(rest))] if rest else found
