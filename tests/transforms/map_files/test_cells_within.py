"""The cells of a polygon file: by centre, in any format; or refused in a line."""

import math
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon, box

from tests.oracles.universe import cells_in
from transforms.errors import UsageError
from transforms.map_files.cells_within import cells_within
from transforms.reference.cells import as_text


MIDDLE = (520_000.0, 250_000.0)
BEATS = [
    box(518_000, 248_000, 520_000, 252_000),
    box(520_000, 248_000, 523_000, 251_000),
]


def saved(path: Path, shapes: list, crs: object = 27700) -> Path:
    frame = gpd.GeoDataFrame({"beat": list("abcdefgh")[: len(shapes)]}, geometry=shapes)
    frame = frame.set_crs(crs) if crs else frame
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path)
    return path


def star(radii: list[float], turn: float) -> list[tuple[float, float]]:
    """A ring around the middle that may be anything but convex."""
    steps = (turn + 2 * math.pi * i / len(radii) for i in range(len(radii)))
    return [
        (MIDDLE[0] + r * math.cos(at), MIDDLE[1] + r * math.sin(at))
        for r, at in zip(radii, steps, strict=True)
    ]


@given(
    st.lists(st.floats(400, 6_000), min_size=3, max_size=9),
    st.floats(0, 1),
    st.sampled_from([9, 10]),
)
@settings(max_examples=12)
def test_cells_equal_the_plain_python_oracle(
    tmp_path_factory: pytest.TempPathFactory,
    radii: list[float],
    turn: float,
    resolution: int,
) -> None:
    ring = star(radii, turn)
    expected = cells_in([ring], resolution)
    file = tmp_path_factory.mktemp("star") / "areas.gpkg"
    saved(file, [Polygon(ring)])
    if expected:
        assert set(as_text(cells_within(file, resolution))) == expected
    else:
        with pytest.raises(UsageError, match="too small"):
            cells_within(file, resolution)


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".fgb", ".geojson", ".parquet"])
def test_each_format_has_the_same_cells(tmp_path: Path, suffix: str) -> None:
    rings = [list(shape.exterior.coords)[:-1] for shape in BEATS]
    found = cells_within(saved(tmp_path / f"areas{suffix}", BEATS), 9)
    assert set(as_text(found)) == cells_in(rings, 9)
    assert (np.diff(found) > 0).all()


def test_a_hole_and_a_second_part_are_as_drawn(tmp_path: Path) -> None:
    ring = box(518_000, 248_000, 523_000, 252_000)
    hole = box(519_500, 249_000, 521_500, 251_000)
    shape = MultiPolygon(
        [ring.difference(hole), box(526_000, 248_000, 528_000, 250_000)]
    )
    found = set(as_text(cells_within(saved(tmp_path / "a.gpkg", [shape]), 9)))
    parts = [list(part.exterior.coords)[:-1] for part in shape.geoms]
    in_hole = cells_in([list(hole.exterior.coords)[:-1]], 9)
    assert in_hole
    assert found == cells_in(parts, 9) - in_hole


def test_the_same_areas_drawn_otherwise_are_the_same_cells(tmp_path: Path) -> None:
    once = cells_within(saved(tmp_path / "a.gpkg", BEATS), 9)
    joined = saved(tmp_path / "b.geojson", [BEATS[0].union(BEATS[1])])
    assert cells_within(joined, 9).tolist() == once.tolist()


def refused(file: Path) -> str:
    with pytest.raises(UsageError) as caught:
        cells_within(file, 9)
    line = str(caught.value)
    assert "\n" not in line
    assert str(file) in line
    return line


def test_a_file_that_cannot_be_meant_is_refused_in_one_line(tmp_path: Path) -> None:
    assert "there is no such file" in refused(tmp_path / "none.gpkg")
    (tmp_path / "areas.csv").write_text("beat\n")
    assert "map files can be .gpkg" in refused(tmp_path / "areas.csv")
    (tmp_path / "empty.geojson").write_text(
        '{"type": "FeatureCollection", "features": []}'
    )
    assert "there are no shapes in it" in refused(tmp_path / "empty.geojson")
    (tmp_path / "nothing.gpkg").write_text("")
    assert "it does not begin like a .gpkg file" in refused(tmp_path / "nothing.gpkg")
    points = saved(tmp_path / "points.gpkg", [Point(MIDDLE)])
    assert "it contains no polygons" in refused(points)
    tiny = saved(tmp_path / "tiny.gpkg", [Point(520_001, 250_000).buffer(1)])
    assert "none contains the centre of a cell" in refused(tiny)
    with pytest.warns(UserWarning, match="crs"):
        unnamed = saved(tmp_path / "unnamed.gpkg", BEATS, crs=None)
    assert "does not say its coordinate reference system" in refused(unnamed)


@pytest.mark.parametrize(
    ("crs", "shape"),
    [
        (4326, BEATS[0]),  # metres said to be degrees
        (27700, box(-0.5, 52.0, -0.2, 52.2)),  # degrees said to be metres
        (4326, box(52.0, -0.5, 52.2, -0.2)),  # latitude and longitude swapped
        (4326, box(2.2, 48.8, 2.5, 49.0)),  # another country
    ],
)
def test_wrong_coordinates_are_refused_in_one_line(
    tmp_path: Path, crs: int, shape: Polygon
) -> None:
    file = saved(tmp_path / "areas.gpkg", [shape], crs)
    line = refused(file)
    assert "1 of its 1 areas lie outside Great Britain" in line
    assert f"are their coordinates in EPSG:{crs}?" in line
