"""The universe leaves out areas far from a force, and no part of the force."""

import h3
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.oracles import universe as oracles
from transforms.reference.cells import from_text
from transforms.scores.universe import far_from_force


HOME = h3.latlng_to_cell(51.0, -0.1, 7)
DISTRICT = sorted(h3.grid_disk(HOME, 3))


def town(latitude: float, longitude: float, *in_cells: int) -> dict[str, int]:
    """Incidents in neighbouring cells, so many in each."""
    middle = h3.latlng_to_cell(latitude, longitude, 9)
    return dict(zip(sorted(h3.grid_disk(middle, 2)), in_cells, strict=False))


def home(each: int = 10) -> dict[str, int]:
    """A force's own area: many cells with some incidents each."""
    middles = (h3.cell_to_center_child(parent, 9) for parent in DISTRICT)
    return {cell: each for m in middles for cell in h3.grid_disk(m, 1)}


def far(by_cell: dict[str, int]) -> set[str]:
    """The resolution-7 cells that are far, of incidents by resolution-9 cell."""
    parents = sorted({h3.cell_to_parent(cell, 7) for cell in by_cell})
    of = {
        p: [n for cell, n in by_cell.items() if h3.cell_to_parent(cell, 7) == p]
        for p in parents
    }
    found = far_from_force(
        from_text(parents),
        np.array([sum(of[p]) for p in parents], dtype=np.int64),
        np.array([max(of[p]) for p in parents], dtype=np.int64),
    )
    return {p for p, is_far in zip(parents, found, strict=True) if is_far}


def parents_of(by_cell: dict[str, int]) -> set[str]:
    return {h3.cell_to_parent(cell, 7) for cell in by_cell}


def test_a_default_point_in_another_county_is_far() -> None:
    point = town(51.5, -0.55, 60)  # some 60 km off, one cell
    assert far(home() | point) == parents_of(point)


def test_two_default_points_do_not_make_each_other_near() -> None:
    points = town(51.5, -0.55, 30) | town(51.5, -0.15, 20)
    assert far(home() | points) == parents_of(points)


def test_anything_at_the_other_end_of_the_country_is_far() -> None:
    streets = town(54.8, -1.6, 5, 5, 5, 5, 5)
    assert far(home() | streets) == parents_of(streets)


@pytest.mark.parametrize("places", [[12, 9, 7, 6], [30, 12, 8, 6]])
def test_an_island_with_streets_of_its_own_is_part_of_the_force(
    places: list[int],
) -> None:
    assert far(home() | town(50.6, -0.9, *places)) == set()


def test_a_hot_spot_of_one_cell_near_others_is_not_far() -> None:
    assert far(home() | town(51.05, -0.1, 80)) == set()


def test_a_force_without_an_area_of_its_own_loses_nothing() -> None:
    stations = [town(50.9 + step / 2, -1.5, 40) for step in range(8)]
    assert (
        far({cell: n for station in stations for cell, n in station.items()}) == set()
    )


def test_no_incidents_are_nowhere() -> None:
    assert far({}) == set()


PLACES = [(51.0, -0.1), (51.04, -0.05), (51.5, -0.55), (51.5, -0.2), (54.8, -1.6)]


@given(
    st.lists(
        st.tuples(st.sampled_from(PLACES), st.integers(0, 6), st.integers(1, 30)),
        min_size=1,
        max_size=25,
    ),
    st.integers(1, 40),
)
def test_it_is_what_the_slow_twin_says(
    drawn: list[tuple[tuple[float, float], int, int]], each: int
) -> None:
    by_cell = home(each)
    for (latitude, longitude), step, number in drawn:
        middle = h3.latlng_to_cell(latitude, longitude, 9)
        cell = sorted(h3.grid_disk(middle, 1))[step]
        by_cell[cell] = by_cell.get(cell, 0) + number
    regions = {h3.cell_to_parent(parent, 6) for parent in far(by_cell)}
    assert regions == oracles.far_regions(by_cell)
