"""Which area a point is in, against H3 asked one point at a time."""

import h3
import numpy as np
import pytest

from tests.oracles import searches as oracles
from transforms.reference import cells
from transforms.searches.ground import Ground


HOME = h3.latlng_to_cell(52.5, -1.5, 9)


@pytest.mark.parametrize("resolution", [9, 10, 11])
def test_each_point_has_the_area_that_its_cells_say(resolution: int) -> None:
    chosen = [HOME, h3.grid_ring(HOME, 4)[0]]
    if resolution > 9:
        chosen = [h3.cell_to_children(cell, resolution)[3] for cell in chosen]
    ground = Ground("hot spots", cells.from_text(sorted(chosen)))
    random = np.random.default_rng(resolution)
    points = [
        (float(x), float(y))
        for x, y in zip(
            random.normal(-1.5, 0.006, 400),
            random.normal(52.5, 0.004, 400),
            strict=True,
        )
    ]
    middles = [h3.cell_to_latlng(cell)[::-1] for cell in chosen]
    every = [*points, *middles, points[0], None]
    longitude, latitude = (
        np.array([np.nan if point is None else point[axis] for point in every])
        for axis in (0, 1)
    )
    found = [ground.areas[at] for at in ground.area_of(longitude, latitude)]
    assert found == [oracles.area(point, chosen, "hot spots") for point in every]
    assert set(found) == {"hot spots", "ring", "rest of force", "not located"}
