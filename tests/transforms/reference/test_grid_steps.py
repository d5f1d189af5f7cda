"""Steps by arithmetic against H3's own rings."""

import h3.api.basic_int as h3
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.reference import cells
from transforms.reference.grid_steps import AROUND, AWAY, walk


POINTS = st.tuples(st.floats(-80, 80), st.floats(-180, 180))


@given(POINTS, st.integers(5, 10))
@settings(max_examples=50)
def test_six_steps_lead_to_the_six_neighbours(
    point: tuple[float, float], resolution: int
) -> None:
    cell = h3.latlng_to_cell(*point, resolution)
    at = np.array([cell], dtype=np.int64)
    if cells._around(at, 1).size and (cell >> 45 & 127) in cells._pentagons():
        return  # where directions are bent
    found = {int(walk(at, resolution, [step])[0]) for step in AROUND}
    assert found - {int(AWAY)} <= set(h3.grid_ring(cell, 1))
    assert len(found - {int(AWAY)}) == 6 or AWAY in found


@pytest.mark.parametrize("distance", [1, 2])
@pytest.mark.parametrize("start", h3.get_pentagons(2)[:3] + h3.get_res0_cells()[:4])
def test_rings_hold_across_base_cells_and_about_pentagons(
    start: int, distance: int
) -> None:
    middle = h3.cell_to_center_child(start, 3)
    for cell in [middle, *h3.grid_disk(middle, 12)[::31]]:
        if h3.is_pentagon(cell):
            continue
        [found] = cells._around(np.array([cell], dtype=np.int64), distance)
        try:
            expected = set(h3.grid_ring(cell, distance))
        except h3.H3FailedError:
            continue
        assert set(found.tolist()) - {int(AWAY)} == expected
