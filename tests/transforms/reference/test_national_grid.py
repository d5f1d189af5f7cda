"""The grid's transformation against the Ordnance Survey's own test points."""

import numpy as np
import pytest
from pyproj import Geod

from transforms.reference.national_grid import grid_reference, to_degrees, to_grid


# From the Ordnance Survey's published OSTN15 test points: latitude, longitude (ETRS89),
# easting, northing.
POINTS = {
    "Scilly": (49.92226393730, -6.29977752014, 91492.146, 11318.804),
    "west Cornwall": (49.96006137820, -5.20304609998, 170370.718, 11572.405),
    "Kent": (51.37447025550, 1.44454730409, 639821.835, 169565.858),
    "Norfolk": (52.75136687170, 0.40153547065, 562180.547, 319784.995),
}
EARTH = Geod(ellps="GRS80")


@pytest.mark.parametrize("point", POINTS.values(), ids=POINTS)
def test_it_is_right_to_centimetres(point: tuple[float, float, float, float]) -> None:
    latitude, longitude, easting, northing = point
    x, y = to_degrees(np.array([easting]), np.array([northing]))
    assert EARTH.inv(longitude, latitude, x[0], y[0])[2] < 0.02
    east, north = to_grid(np.array([longitude]), np.array([latitude]))
    assert np.hypot(east[0] - easting, north[0] - northing) < 0.02


def test_beyond_the_shift_grid_it_is_near_and_no_number_stays_none() -> None:
    eastings = np.array([90_000.0, np.nan, 651_000.0])
    northings = np.array([-50_000.0, 5.0, 313_000.0])
    there = to_degrees(eastings, northings)
    back = to_grid(*there)
    assert np.isfinite(there[0]).tolist() == [True, False, True]
    for given, found in zip((eastings, northings), back, strict=True):
        assert np.abs(found - given)[[0, 2]].max() < 0.1


@pytest.mark.parametrize(
    ("easting", "northing", "reference"),
    [
        (530_047, 180_422, "TQ 300 804"),  # Trafalgar Square
        (134_250, 25_080, "SW 342 250"),  # Land's End
        (260_985, 354_375, "SH 609 543"),  # Snowdon
        (399_999.9, 299_999.9, "SO 999 999"),  # the corner of a square
    ],
)
def test_a_grid_reference_is_as_on_maps(
    easting: float, northing: float, reference: str
) -> None:
    assert grid_reference(easting, northing) == reference
