"""The made-up force's ground: doorsteps along streets, and what draws crime to them."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from transforms.reference import national_grid
from transforms.reference.arrays import Floats, Integers
from transforms.reference.portable_math import cos, exp, sin
from transforms.simulator.areas import AREAS, Town
from transforms.simulator.labels import FIRST, LAST
from transforms.simulator.places import (
    CENTRE_PULL,
    CENTRE_REACH,
    COUNTRY_RADIUS_KM,
    COUNTRY_RISK,
)


FORCE = "avonmere"
STREETS, FEWEST_STREETS = 600, 30  # at size 1, and ever
DOORSTEPS = 15  # of a street
SPOTS, FEWEST_SPOTS = 25, 3
SPOT_RADIUS_M = 200.0
SPOT_PULL = 4.0
STREET_SHAPE, DOORSTEP_SHAPE = 0.6, 1.5
ODD_NAME, ODD_NAME_EVERY = "Café Row", 40  # which no ASCII holds


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Doorsteps on the British National Grid; spot -1 is none of the hot spots."""

    points_m: Floats
    risk: Floats  # that all categories share
    street: Integers
    street_names: list[str]
    spot: Integers
    spots_m: Floats  # their middles


def lay_out(size: float, rng: np.random.Generator) -> Ground:
    """Size changes the ground covered, never its density."""
    streets = max(round(STREETS * size), FEWEST_STREETS)
    middles, level = _middles(streets, size, rng)
    street = np.repeat(np.arange(streets), DOORSTEPS)
    points = middles[street] + _along(streets, rng)
    risk = level * rng.gamma(STREET_SHAPE, 1 / STREET_SHAPE, streets)
    risk = risk[street] * rng.gamma(DOORSTEP_SHAPE, 1 / DOORSTEP_SHAPE, len(street))
    chosen = rng.choice(
        streets, max(round(SPOTS * size), FEWEST_SPOTS), False, level / level.sum()
    )
    away, spot = cKDTree(middles[chosen]).query(points)
    spot = np.where(away <= SPOT_RADIUS_M, spot, -1)
    risk = np.where(spot >= 0, risk * SPOT_PULL, risk)
    return Ground(
        points_m=points,
        risk=risk,
        street=street,
        street_names=_names(streets, rng),
        spot=spot,
        spots_m=middles[chosen],
    )


def _middles(
    streets: int, size: float, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Where each street is, in a town or in the country, and how much draws there."""
    area = AREAS[FORCE]
    towns = [*area.towns, Town("", 0, 0, COUNTRY_RADIUS_KM / 2, 0)]
    share = np.array([town.share for town in towns])
    share[-1] = 1 - share.sum()
    home = rng.choice(len(towns), streets, p=share)
    offset = rng.normal(size=(streets, 2))
    centre = np.array([(town.east_km, town.north_km) for town in towns])[home]
    spread = np.array([town.spread_km for town in towns])[home, None]
    near = exp(-np.sqrt((offset**2).sum(axis=1)) / CENTRE_REACH)
    urban = home < len(area.towns)
    level = np.where(urban, 1 + CENTRE_PULL * near, COUNTRY_RISK)
    origin = to_grid(np.array([[area.longitude, area.latitude]]))
    return origin + (centre + offset * spread) * 1000 * np.sqrt(size), level


def _along(streets: int, rng: np.random.Generator) -> Floats:
    """Where the doorsteps are from the middle of their street, on both its sides."""
    length_m = rng.lognormal(math.log(150), 0.4, streets)[:, None]
    angle = rng.uniform(0, np.pi, streets)[:, None]
    along = rng.uniform(-0.5, 0.5, (streets, DOORSTEPS)) * length_m
    across = rng.choice([-8.0, 8.0], (streets, DOORSTEPS))
    east = along * cos(angle) - across * sin(angle)
    north = along * sin(angle) + across * cos(angle)
    return np.stack([east, north], axis=2).reshape(-1, 2)


def _names(streets: int, rng: np.random.Generator) -> list[str]:
    pool = [f"{first} {last}" for first in FIRST.split() for last in LAST.split()]
    names = [pool[number] for number in rng.integers(len(pool), size=streets)]
    names[::ODD_NAME_EVERY] = [ODD_NAME] * len(names[::ODD_NAME_EVERY])
    return names


def to_degrees(points_m: Floats) -> Floats:
    """Longitude and latitude of eastings and northings, to about a centimetre."""
    return np.round(_columns(national_grid.to_degrees(*points_m.T)), 7)


def to_grid(degrees: Floats) -> Floats:
    """Easting and northing of longitudes and latitudes; NaN of NaN."""
    return _columns(national_grid.to_grid(*degrees.T))


def _columns(both: tuple[Floats, Floats]) -> Floats:
    points = np.column_stack(both)
    return np.where(np.isfinite(points), points, np.nan)
