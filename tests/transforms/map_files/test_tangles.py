"""A shape that would take minutes to mend is refused; any other is mended."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from transforms.errors import UsageError
from transforms.map_files.layer_files import MapFile
from transforms.map_files.tangles import MOST_PLACES, refuse_tangled
from transforms.publications.layers.ground import read_boundary


def ring(corners: Any) -> shapely.Polygon:
    return shapely.Polygon(np.vstack([corners, corners[:1]]))


def zigzag(corners: int) -> shapely.Polygon:
    """Its last side crosses all others."""
    i = np.arange(corners)
    return ring(np.column_stack([i * 1e-7, 51 + i * 7919 % 1000 * 1e-4]))


def at_random(corners: int) -> shapely.Polygon:
    return ring(np.add(np.random.default_rng(1).random((corners, 2)), [0, 51]))


def nested(parts: int) -> shapely.MultiPolygon:
    sizes = np.arange(1, parts + 1) * 1e-5
    return shapely.MultiPolygon([shapely.box(-s, 51 - s, s, 51 + s) for s in sizes])


def circle(corners: int, bow_ties: int = 0) -> shapely.Polygon:
    turn = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    points = np.column_stack([np.cos(turn), 51 + np.sin(turn)])
    for at in range(10, 10 + 10 * bow_ties, 10):
        points[[at, at + 1]] = points[[at + 1, at]]
    return ring(points)


def saved(folder: Path, *shapes: shapely.Geometry) -> Path:
    frame = gpd.GeoDataFrame(geometry=list(shapes), crs="EPSG:4326")
    frame.to_parquet(folder / "a.parquet")
    return folder / "a.parquet"


@pytest.mark.parametrize(
    "shape",
    [zigzag(300_000), at_random(300), at_random(20_000), nested(200)],
    ids=["zigzag", "few corners", "many crossings", "nested"],
)
def test_what_takes_minutes_to_mend_is_refused(
    shape: shapely.Geometry, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=r"a\.parquet: .* in over 5,000 places") as no:
        read_boundary(saved(tmp_path, shape))
    assert "\n" not in str(no.value)


def test_many_that_are_a_little_broken_add_up() -> None:
    path, each = Path("a"), circle(1_000, bow_ties=90)
    refuse_tangled(path, np.array([each] * 50))
    with pytest.raises(UsageError, match="cross or cover themselves"):
        refuse_tangled(path, np.array([each] * (MOST_PLACES // 90 + 1)))


def test_what_is_a_little_broken_is_mended_however_large(tmp_path: Path) -> None:
    large = circle(100_000, bow_ties=20)
    hole = shapely.box(-0.1, 50.9, 0.1, 51.1).exterior.coords
    holed = shapely.Polygon(circle(100, bow_ties=1).exterior.coords, [hole])
    islands = [shapely.box(i, 50, i + 0.5, 50.5) for i in range(100)]
    file = MapFile(saved(tmp_path, large, shapely.MultiPolygon([holed, *islands])))
    frame = file.read("a")
    assert shapely.is_valid(frame.geometry.to_numpy()).all()
    assert frame.geometry[0].area == pytest.approx(large.area, rel=1e-3)
    refuse_tangled(file.path, np.array([holed] * MOST_PLACES))


def test_what_is_valid_stays_as_it_is(tmp_path: Path) -> None:
    holes = [
        shapely.box(x, y, x + 0.01, y + 0.01).exterior.coords
        for x in np.arange(0.1, 5, 0.05)
        for y in np.arange(50.1, 52, 0.05)
    ]
    shape = shapely.Polygon(shapely.box(0, 50, 6, 53).exterior.coords, holes)
    frame = MapFile(saved(tmp_path, shape)).read("a")
    assert shapely.equals_exact(frame.geometry[0], shape)
