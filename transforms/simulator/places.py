"""Snap points of a made-up area: position, shared risk, and place as printed."""

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial import cKDTree

from transforms.reference.arrays import Floats, Integers
from transforms.reference.portable_math import cos, exp, sin
from transforms.simulator.areas import AREAS, Area
from transforms.simulator.labels import lsoa_fields, street_names


SQUARE_KM = 0.3
COUNTRY_RADIUS_KM = 15.0
POINTS_AN_LSOA = 12
COAST_SHARE = 0.01  # of snap points: at the water's edge, in no LSOA
CENTRE_PULL, CENTRE_REACH = 8.0, 0.4
COUNTRY_RISK = 0.4
RISK_SHAPE = 0.45

# How far a renewal of the list moved a point, fitted to July 2022: 15 m in the middle,
# 73 m three quarters of the way.
MOVED_METRES, MOVED_SPREAD, MOVED_AT_MOST_METRES = 15.0, 2.35, 1_500.0


@dataclass(frozen=True, kw_only=True)
class Places:
    """Snap points in LSOA order; `text` is their five CSV fields, ready to print.

    The last text, so also text -1, is that of a row without place.
    """

    longitude: Floats
    latitude: Floats
    risk: Floats
    square: Integers
    nearest: Integers
    text: list[str]


def scatter(area_id: str, size: float, rng: np.random.Generator) -> Places:
    """Lay out the snap points. Size changes the area covered, never its density."""
    area = AREAS[area_id]
    scale = float(np.sqrt(size))
    east_north, risk = _positions(area, max(round(area.snap_points * size), 20), rng)
    lsoa, town = _lsoas(area, east_north, rng)
    order = np.argsort(lsoa, kind="stable")
    east_north, risk, lsoa = east_north[order] * scale, risk[order], lsoa[order]
    longitude, latitude = _degrees(area, east_north)
    square = np.floor(east_north / SQUARE_KM)
    return Places(
        longitude=longitude,
        latitude=latitude,
        risk=risk,
        square=np.unique(square, axis=0, return_inverse=True)[1].reshape(-1),
        nearest=cKDTree(east_north).query(east_north, k=2)[1][:, 1],
        text=_text(area_id, longitude, latitude, lsoa, town, rng),
    )


def before_renewal(places: Places, rng: np.random.Generator) -> Places:
    """The same places on an earlier list of snap points: they lie elsewhere."""
    count = len(places.longitude)
    drawn = rng.lognormal(math.log(MOVED_METRES), MOVED_SPREAD, count)
    degrees = np.minimum(drawn, MOVED_AT_MOST_METRES) / 111_200
    angle = rng.uniform(0, 2 * np.pi, count)
    longitude = (places.longitude + degrees * cos(angle) * 1.6).round(6)
    latitude = (places.latitude + degrees * sin(angle)).round(6)
    labels = (text.split(",", 2)[2] for text in places.text[:-1])
    points = zip(longitude.tolist(), latitude.tolist(), labels, strict=True)
    text = [f"{x:.6f},{y:.6f},{rest}" for x, y, rest in points]
    return replace(
        places, longitude=longitude, latitude=latitude, text=[*text, places.text[-1]]
    )


def _positions(
    area: Area, count: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Kilometres from the middle, and the risk that all categories share."""
    share = [town.share for town in area.towns]
    home = rng.choice(len(share) + 1, count, p=[*share, 1 - sum(share)])
    centre = np.array([*((t.east_km, t.north_km) for t in area.towns), (0.0, 0.0)])
    spread = np.array([*(t.spread_km for t in area.towns), COUNTRY_RADIUS_KM])
    urban = home < len(share)
    angle, reach = rng.uniform(0, 2 * np.pi, count), np.sqrt(rng.random(count))
    disc = np.column_stack([reach * cos(angle), reach * sin(angle)])
    offset = np.where(urban[:, None], rng.normal(size=(count, 2)), disc)
    middle = exp(-np.sqrt((offset**2).sum(axis=1)) / CENTRE_REACH)
    level = np.where(urban, 1 + CENTRE_PULL * middle, COUNTRY_RISK)
    risk = level * rng.gamma(RISK_SHAPE, size=count)
    return centre[home] + offset * spread[home][:, None], risk


def _lsoas(
    area: Area, east_north: Floats, rng: np.random.Generator
) -> tuple[Integers, Integers]:
    """The LSOA of each snap point, numbered by town; and the town of each LSOA."""
    count = max(len(east_north) // POINTS_AN_LSOA, 2)
    middle = east_north[rng.choice(len(east_north), count, replace=False)]
    towns = cKDTree([(town.east_km, town.north_km) for town in area.towns])
    town = towns.query(middle)[1]
    order = np.argsort(town, kind="stable")
    return cKDTree(middle[order]).query(east_north)[1], town[order]


def _degrees(area: Area, east_north: Floats) -> tuple[Floats, Floats]:
    east_km_a_degree = 111.3 * math.cos(math.radians(area.latitude))
    longitude = area.longitude + east_north[:, 0] / east_km_a_degree
    latitude = area.latitude + east_north[:, 1] / 111.2
    return longitude.round(6), latitude.round(6)


def _text(
    area_id: str,
    longitude: Floats,
    latitude: Floats,
    lsoa: Integers,
    town: Integers,
    rng: np.random.Generator,
) -> list[str]:
    fields = lsoa_fields(area_id, town)
    lsoas = [fields[number] for number in lsoa.tolist()]
    if AREAS[area_id].coast:
        edge = np.argsort(-latitude, kind="stable")[
            : max(round(len(latitude) * COAST_SHARE), 3)
        ]
        for number in edge.tolist():
            lsoas[number] = ","
    streets = street_names(len(lsoas), rng)
    points = zip(longitude.tolist(), latitude.tolist(), streets, lsoas, strict=True)
    text = [
        f"{x:.6f},{y:.6f},On or near {street},{code}" for x, y, street, code in points
    ]
    return [*text, ",,No Location,,"]
