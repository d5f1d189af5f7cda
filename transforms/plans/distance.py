"""How far places are apart, in a straight line."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations


_EARTH_RADIUS_M = 6_371_008.8


@dataclass(frozen=True)
class Spot:
    """Where something is, degrees."""

    lat: float
    lon: float


def metres(one: Spot, other: Spot) -> float:
    """The distance on a sphere (haversine)."""
    lats = math.radians(one.lat), math.radians(other.lat)
    across = math.sin((lats[1] - lats[0]) / 2) ** 2
    along = math.sin(math.radians(other.lon - one.lon) / 2) ** 2
    part = across + math.cos(lats[0]) * math.cos(lats[1]) * along
    return 2 * _EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, part)))


def bearing(base: Spot, spot: Spot) -> float:
    """The direction from a base, degrees clockwise from north, 0 to 360.

    On the plane that touches the Earth there: shifts go a few kilometres.
    """
    north = spot.lat - base.lat
    east = (spot.lon - base.lon) * math.cos(math.radians(base.lat))
    return math.degrees(math.atan2(east, north)) % 360


def shortest_m(spots: Sequence[Spot]) -> float:
    """The distance of the two that are nearest to each other; 0 for a single one."""
    return min((metres(*pair) for pair in combinations(spots, 2)), default=0.0)
