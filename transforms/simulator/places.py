"""Snap points of a made-up area: position, shared risk, and place as printed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from transforms.simulator.areas import AREAS, Area
from transforms.simulator.labels import lsoa_fields, street_names


SQUARE_KM = 0.3
COUNTRY_RADIUS_KM = 15.0
POINTS_AN_LSOA = 12
COAST_SHARE = 0.01  # of snap points: at the water's edge, in no LSOA
CENTRE_PULL, CENTRE_REACH = 8.0, 0.4
COUNTRY_RISK = 0.4
RISK_SHAPE = 0.45

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
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
    disc = np.column_stack([reach * np.cos(angle), reach * np.sin(angle)])
    offset = np.where(urban[:, None], rng.normal(size=(count, 2)), disc)
    middle = np.exp(-np.hypot(offset[:, 0], offset[:, 1]) / CENTRE_REACH)
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
    east_km_a_degree = 111.3 * np.cos(np.radians(area.latitude))
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
        edge = np.argsort(-latitude)[: max(round(len(latitude) * COAST_SHARE), 3)]
        for number in edge.tolist():
            lsoas[number] = ","
    streets = street_names(len(lsoas), rng)
    points = zip(longitude.tolist(), latitude.tolist(), streets, lsoas, strict=True)
    text = [
        f"{x:.6f},{y:.6f},On or near {street},{code}" for x, y, street, code in points
    ]
    return [*text, ",,No Location,,"]
