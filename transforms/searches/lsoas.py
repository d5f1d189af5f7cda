"""The LSOA of a search. Its file has none, but its map point is one of incidents too.

A search has the LSOA of the incidents at its map point, or else of the nearest point
within 500 m. Of codes that the file of residents does not list, it has none.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Collection

import numpy as np
import pyarrow as pa
from scipy.spatial import cKDTree

from transforms.reference.arrays import Floats
from transforms.searches.counts import points_of


NEAR_M = 500.0
_DEGREE_M = 111_320.0  # of latitude


def lsoas_of(
    stops: pa.Table, incidents: pa.Table, listed: Collection[str]
) -> list[str | None]:
    """Each search's LSOA, None without one; `incidents` has points and `lsoa_code`."""
    known = _codes(incidents, listed)
    longitude, latitude = points_of(stops)
    found: list[str | None] = [None] * len(stops)
    located = np.flatnonzero(~np.isnan(longitude))
    if not known or not len(located):
        return found
    points = np.array(list(known))
    stretch = math.cos(math.radians(points[:, 1].mean()))
    tree = cKDTree(_metres(points[:, 0], points[:, 1], stretch))
    asked = _metres(longitude[located], latitude[located], stretch)
    far, at = tree.query(asked)
    codes = list(known.values())
    for row, metres, nearest in zip(located.tolist(), far, at, strict=True):
        if metres <= NEAR_M:
            found[row] = codes[nearest]
    return found


def _metres(longitude: Floats, latitude: Floats, stretch: float) -> Floats:
    return np.stack([longitude * stretch, latitude], axis=1) * _DEGREE_M


def _codes(
    incidents: pa.Table, listed: Collection[str]
) -> dict[tuple[float, float], str | None]:
    """The code of each map point: the most common of those listed, None without one.

    A point can have two codes, of 2011 and of 2021: only those that are listed count.
    """
    lsoa = incidents["lsoa_code"].cast(pa.string())
    at = incidents.schema.get_field_index("lsoa_code")
    rows = (
        incidents.set_column(at, "lsoa_code", lsoa)
        .group_by(["longitude", "latitude", "lsoa_code"])
        .aggregate([([], "count_all")])
    )
    codes: dict[tuple[float, float], Counter[str]] = defaultdict(Counter)
    for row in rows.to_pylist():
        if row["longitude"] is not None:
            of_point = codes[row["longitude"], row["latitude"]]
            if row["lsoa_code"] in listed:
                of_point[row["lsoa_code"]] += row["count_all"]
    return {
        point: min(found, key=lambda code: (-found[code], code)) if found else None
        for point, found in sorted(codes.items())
    }
