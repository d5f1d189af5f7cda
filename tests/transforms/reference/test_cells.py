"""Cells are H3's own, whichever way they are got."""

import h3
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.reference import cells
from transforms.reference.arrays import Cells, Floats


LONGITUDES = st.floats(*cells.LONGITUDE_BOUNDS)
LATITUDES = st.floats(*cells.LATITUDE_BOUNDS)
POINTS = st.lists(st.tuples(LONGITUDES, LATITUDES), min_size=1, max_size=10)
CORNERS = [(-8.7, 49.8), (-8.7, 61.0), (1.8, 49.8), (1.8, 61.0), (0.0, 51.5)]
thorough = settings(max_examples=100)


def floats(*values: float) -> Floats:
    return np.array(values, dtype=np.float64)


def indexed(points: list[tuple[float, float]], resolution: int) -> Cells:
    longitude, latitude = zip(*points, strict=True)
    return cells.index_points(floats(*longitude), floats(*latitude), resolution)


def direct(points: list[tuple[float, float]], resolution: int) -> list[str]:
    return [h3.latlng_to_cell(lat, lon, resolution) for lon, lat in points]


@given(POINTS, st.sampled_from([7, 8, 9, 10]))
@thorough
def test_a_point_has_the_cell_that_h3_gives_it(
    points: list[tuple[float, float]], resolution: int
) -> None:
    found = indexed(points, resolution)
    assert cells.as_text(found) == direct(points, resolution)
    assert found.dtype == np.int64


@given(POINTS, st.integers(5, 12), st.integers(0, 4))
@thorough
def test_a_parent_is_the_one_that_h3_names(
    points: list[tuple[float, float]], resolution: int, coarser: int
) -> None:
    found = cells.parents(indexed(points, resolution), resolution - coarser)
    expected = [
        h3.cell_to_parent(cell, resolution - coarser)
        for cell in direct(points, resolution)
    ]
    assert cells.as_text(found) == expected


@given(POINTS)
@thorough
def test_children_are_those_of_all_cells_once_each(
    points: list[tuple[float, float]],
) -> None:
    found = cells.children(indexed(points, 7), 9)
    expected = {
        child
        for parent in direct(points, 7)
        for child in h3.cell_to_children(parent, 9)
    }
    assert set(cells.as_text(found)) == expected
    assert len(found) == len(expected)
    assert (np.diff(found) > 0).all()


@given(LONGITUDES, LATITUDES, st.sampled_from([1, 2]))
@settings(max_examples=20)
def test_a_ring_is_the_one_that_h3_walks_as_far_as_it_is_known(
    longitude: float, latitude: float, distance: int
) -> None:
    known = cells.children(indexed([(longitude, latitude)], 7), 9)
    names = cells.as_text(known)
    rings = cells.rings(known)[distance - 1].toarray()
    for cell, row in zip(names, rings, strict=True):
        ring = set(h3.grid_ring(cell, distance)) & set(names)
        assert {names[at] for at in np.flatnonzero(row)} == ring
    assert set(np.unique(rings)) <= {0.0, 1.0}


@given(POINTS)
@thorough
def test_a_cell_is_read_back_from_its_text(points: list[tuple[float, float]]) -> None:
    found = indexed(points, 9)
    texts = cells.as_text(found)
    assert all(len(text) == 15 and text == text.lower() for text in texts)
    assert cells.from_text(texts).tolist() == found.tolist()


@given(POINTS, st.sampled_from([7, 8, 9, 10]))
@thorough
def test_a_boundary_is_closed_and_runs_counter_clockwise(
    points: list[tuple[float, float]], resolution: int
) -> None:
    found = indexed(points, resolution)
    outlines = cells.boundaries(found)
    assert outlines.shape == (len(points), 7, 2)
    assert (outlines[:, 0] == outlines[:, -1]).all()
    x, y = outlines[:, :, 0], outlines[:, :, 1]
    doubled = (x[:, :-1] * y[:, 1:] - x[:, 1:] * y[:, :-1]).sum(axis=1)
    assert (doubled > 0).all()
    longitude, latitude = cells.centres(found)
    assert ((x.min(axis=1) < longitude) & (longitude < x.max(axis=1))).all()
    assert ((y.min(axis=1) < latitude) & (latitude < y.max(axis=1))).all()


@pytest.mark.parametrize("resolution", [7, 8, 9, 10])
def test_no_cell_of_great_britain_has_an_odd_shape(resolution: int) -> None:
    """A crossing of the icosahedron's edges would add corners; none runs through."""
    west, south = cells.LONGITUDE_BOUNDS[0], cells.LATITUDE_BOUNDS[0]
    grid = [(west + i * 0.25, south + j * 0.25) for i in range(43) for j in range(45)]
    assert {len(h3.cell_to_boundary(c)) for c in direct(grid, resolution)} == {6}
    assert not any(h3.is_pentagon(cell) for cell in direct(grid, resolution))


def test_areas_and_centres_are_h3s() -> None:
    found = indexed(CORNERS, 9)
    names = direct(CORNERS, 9)
    assert cells.areas_m2(found).tolist() == [
        h3.cell_area(c, unit="m^2") for c in names
    ]
    longitude, latitude = cells.centres(found)
    centres = list(zip(latitude.tolist(), longitude.tolist(), strict=True))
    assert centres == [h3.cell_to_latlng(c) for c in names]


def test_no_cells_have_no_geometry_and_no_neighbours() -> None:
    none = np.empty(0, dtype=np.int64)
    assert cells.index_points(floats(), floats(), 9).dtype == np.int64
    assert cells.boundaries(none).shape == (0, 7, 2)
    assert cells.children(none, 9).shape == (0,)
    assert [ring.shape for ring in cells.rings(none)] == [(0, 0), (0, 0)]
    assert [len(axis) for axis in cells.centres(none)] == [0, 0]


@pytest.mark.parametrize("point", CORNERS)
def test_the_bounds_are_within_the_bounds(point: tuple[float, float]) -> None:
    assert cells.within_bounds(floats(point[0]), floats(point[1])).tolist() == [True]


@pytest.mark.parametrize(
    ("longitude", "latitude"),
    [
        pytest.param(0.0, 0.0, id="null island"),
        pytest.param(52.5, -1.5, id="swapped"),
        pytest.param(651409.0, 313177.0, id="easting and northing"),
        pytest.param(np.nan, 52.5, id="no longitude"),
        pytest.param(-1.5, np.nan, id="no latitude"),
        pytest.param(-1.5, np.inf, id="infinite"),
        pytest.param(-8.7001, 52.5, id="too far west"),
        pytest.param(1.8001, 52.5, id="too far east"),
        pytest.param(-1.5, 49.7999, id="too far south"),
        pytest.param(-1.5, 61.0001, id="too far north"),
    ],
)
def test_other_points_are_out_of_bounds(longitude: float, latitude: float) -> None:
    assert cells.within_bounds(floats(longitude), floats(latitude)).tolist() == [False]


NEAR = st.floats(0.1, 0.100002)  # so that some differ by less than the seventh decimal


@given(st.lists(st.lists(st.tuples(NEAR, NEAR), max_size=6), max_size=4))
@settings(max_examples=40)
def test_snap_points_asked_again_have_the_cells_they_have(
    asked: list[list[tuple[float, float]]],
) -> None:
    for points in asked:
        longitude = floats(*(-lon for lon, _ in points))
        latitude = floats(*(51 + lat for _, lat in points))
        found = cells.index_snap_points(longitude, latitude, "made up")
        for at, resolution in enumerate((9, 10)):
            direct = cells.index_points(longitude, latitude, resolution)
            assert found[:, at].tolist() == direct.tolist()
