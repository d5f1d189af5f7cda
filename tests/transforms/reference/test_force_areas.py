"""Each force's area is where its towns are, and not where other forces' are."""

import numpy as np
import pytest

from transforms.reference.force_areas import area_of, in_cells
from transforms.reference.forces import DEMO_FORCES, FORCES


TOWNS = {
    "kent": (1.08, 51.28),  # Canterbury
    "metropolitan": (-0.21, 51.5),
    "leicestershire": (-1.13, 52.63),
    "devon-and-cornwall": (-5.05, 50.26),  # Truro
    "north-wales": (-4.13, 53.23),  # Bangor
    "northumbria": (-1.61, 54.97),
    "city-of-london": (-0.09, 51.515),
}


def test_every_territorial_force_has_an_area() -> None:
    without = {f for f in (FORCES | DEMO_FORCES) if area_of(f) is None}
    assert without == {"btp", "northern-ireland", *DEMO_FORCES}


@pytest.mark.parametrize("force", TOWNS)
def test_a_town_lies_in_its_own_area(force: str) -> None:
    area = area_of(force)
    assert area is not None
    longitude, latitude = np.array(list(TOWNS.values())).T
    found = dict(zip(TOWNS, in_cells(longitude, latitude, area), strict=True))
    neighbours = {"city-of-london", "metropolitan"}
    assert found.pop(force)
    assert {f for f, inside in found.items() if inside} <= neighbours


def test_what_is_no_point_lies_in_no_area() -> None:
    area = area_of("kent")
    assert area is not None
    odd = np.array([np.nan, 575_000.0, 1.08])
    inside = in_cells(odd, np.array([51.2, 155_000.0, 51.28]), area)
    assert inside.tolist() == [False, False, True]
