"""The ground of a page: cut to its cells, fine enough, and never over its budget."""

import json
import zlib
from pathlib import Path
from typing import Any

import geopandas as gpd
import h3
import numpy as np
import pyarrow as pa
import pytest
import shapely

from tests.transforms.publications.map.map_files import areas_file, country, map_file
from transforms.errors import UsageError
from transforms.publications.layers import ground as grounds
from transforms.publications.layers.ground import find_basemap, ground, read_boundary


MIDDLE = (470_000.0, 290_000.0)
WIDTH_M = 60_000.0
GRID = "EPSG:27700"


def cells_about(*centres: tuple[float, float], rings: int = 20) -> pa.Table:
    """A disk of cells about each point of the National Grid, each a force's own."""
    points = gpd.GeoSeries.from_xy(*zip(*centres, strict=True), crs=GRID)
    rows = []
    for force, point in enumerate(points.to_crs("OGC:CRS84")):
        disk = h3.grid_disk(h3.latlng_to_cell(point.y, point.x, 9), rings)
        rows += [{"force": f"f{force}", "h3_cell": cell} for cell in sorted(disk)]
    return pa.Table.from_pylist(rows)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ground") / "stack.gpkg"
    return map_file(path, country(*MIDDLE, WIDTH_M))


@pytest.fixture(scope="module")
def rows() -> pa.Table:
    return cells_about(MIDDLE)


def drawn(found: dict[str, Any]) -> dict[str, shapely.Geometry]:
    """The layers as a reader of the page puts them together, in the National Grid."""
    layers = {}
    for name, kind, shapes in found["layers"]:
        x = y = 0
        parts = []
        for rings in shapes:
            placed = []
            for ring in rings:
                points = []
                for right, up in zip(ring[::2], ring[1::2], strict=True):
                    x, y = x + right, y + up
                    points.append((x / 1e5, y / 1e5))
                placed.append(points)
            area = kind == "area"
            parts.append(
                shapely.Polygon(placed[0], placed[1:])
                if area
                else shapely.LineString(placed[0])
            )
        layers[name] = shapely.union_all(
            shapely.make_valid(gpd.GeoSeries(parts, crs="OGC:CRS84").to_crs(GRID))
        )
    return layers


def drawn_of(file: Path, rows: pa.Table) -> dict[str, Any]:
    found = ground(None, find_basemap(file), rows)
    assert found is not None
    return found


def box_about(rows: pa.Table) -> shapely.Geometry:
    """The slow twin of where the ground is: each force's outermost cells, and more."""
    boxes = []
    for force in set(rows["force"].to_pylist()):
        cells = [r["h3_cell"] for r in rows.to_pylist() if r["force"] == force]
        places = [h3.cell_to_latlng(cell)[::-1] for cell in cells]
        points = gpd.GeoSeries.from_xy(*zip(*places, strict=True), crs="OGC:CRS84")
        boxes.append(shapely.box(*points.to_crs(GRID).buffer(5000).total_bounds))
    return shapely.union_all(boxes)


def test_what_is_drawn_is_the_file_within_the_tolerance(
    file: Path,
) -> None:
    found = drawn_of(file, cells_about(MIDDLE, rings=60))
    assert [name for name, *_ in found["layers"]] == [
        "land", "sea", "woodland", "greenspace", "surfacewater", "waterlines", "rail",
        "roads_regional", "roads_national",
    ]  # fmt: skip
    assert "local_buildings" not in drawn(found)
    inner = shapely.Point(MIDDLE).buffer(15_000)
    for name, shape in drawn(found).items():
        held = gpd.read_file(file, layer=name).union_all()
        told, held = shape.intersection(inner), held.intersection(inner)
        assert told.is_empty == held.is_empty, name
        # four metres to simplify, one to round
        assert told.difference(held.buffer(6)).length < 20, name
        assert held.difference(told.buffer(6)).length < 20, name


def test_it_is_cut_to_each_forces_cells(file: Path) -> None:
    west, north = MIDDLE[0] - 20_000, MIDDLE[1] + 20_000
    rows = cells_about((west, MIDDLE[1] - 20_000), (MIDDLE[0] + 20_000, north), rings=9)
    whole = shapely.union_all(list(drawn(drawn_of(file, rows)).values()))
    around = box_about(rows)
    assert whole.difference(around).area == 0
    assert whole.intersection(around).area > 0.5 * around.area
    assert not whole.intersects(shapely.Point(MIDDLE).buffer(5000))


def test_a_stray_cell_does_not_stretch_the_box(file: Path, rows: pa.Table) -> None:
    far = cells_about((MIDDLE[0] - 25_000, MIDDLE[1]), rings=0)
    strayed = pa.concat_tables([rows, far])
    assert len(set(strayed["force"].to_pylist())) == 1
    west = shapely.union_all(list(drawn(drawn_of(file, strayed)).values())).bounds[0]
    assert west > MIDDLE[0] - 20_000


def test_places_come_largest_first_and_woods_are_none(
    file: Path, rows: pa.Table
) -> None:
    names = drawn_of(file, cells_about(MIDDLE, rings=90))["names"]
    assert [rank for rank, *_ in names] == sorted(rank for rank, *_ in names)
    assert names[0][1] == "Middleton"
    assert {rank for rank, *_ in names} == {0, 1, 2}
    assert "Deep Wood" not in [name for _, name, *_ in names]
    place = gpd.GeoSeries.from_xy([names[0][2]], [names[0][3]], crs="OGC:CRS84")
    assert place.to_crs(GRID).distance(shapely.Point(MIDDLE))[0] < 2


@pytest.mark.parametrize("budget", [15_000, 5_000, 2_000])
def test_it_grows_coarser_until_it_fits(
    file: Path, budget: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = cells_about(MIDDLE, rings=90)
    fine = drawn_of(file, rows)
    monkeypatch.setattr(grounds, "MOST_BYTES", budget)
    found = drawn_of(file, rows)
    text = json.dumps(found, separators=(",", ":"), ensure_ascii=False)
    assert len(zlib.compress(text.encode())) * 4 / 3 <= budget
    assert text != json.dumps(fine, separators=(",", ":"), ensure_ascii=False)
    assert {"land", "sea"} <= drawn(found).keys()
    # the larger a place, the longer it keeps its name
    ranks = [rank for rank, *_ in found["names"]]
    assert 0 in ranks
    assert len(found["names"]) < len(fine["names"]) or budget == 15_000


def test_a_real_page_stays_below_its_budget_with_many_points(tmp_path: Path) -> None:
    along = np.linspace(-25_000, 25_000, 20_000)
    chance = np.random.default_rng(5)
    ways = [
        {
            "geometry": shapely.LineString(
                np.c_[
                    MIDDLE[0] + along,
                    MIDDLE[1] + 200 * k + chance.normal(0, 40, 20_000),
                ]
            )
        }
        for k in range(-35, 35)
    ]
    file = map_file(tmp_path / "many.gpkg", {"Waterlines": ways})
    found = drawn_of(file, cells_about(MIDDLE, rings=60))
    text = json.dumps(found, separators=(",", ":"))
    assert 100_000 < len(zlib.compress(text.encode())) * 4 / 3 <= grounds.MOST_BYTES


def test_any_reference_system_draws_the_same(
    file: Path, rows: pa.Table, tmp_path: Path
) -> None:
    stack = country(*MIDDLE, WIDTH_M)
    moved = {
        name: gpd.GeoDataFrame(list(map(dict, given)), crs=GRID)
        .to_crs("EPSG:4326")
        .to_dict("records")
        for name, given in stack.items()
    }
    other = drawn(
        drawn_of(map_file(tmp_path / "a.gpkg", moved, "EPSG:4326"), rows)  # type: ignore[arg-type]
    )
    for name, shape in drawn(drawn_of(file, rows)).items():
        assert shape.difference(other[name].buffer(8)).length < 20, name


def test_a_hole_stays_a_hole_and_runs_against_its_outline(tmp_path: Path) -> None:
    lake = shapely.Point(MIDDLE).buffer(3000) - shapely.Point(MIDDLE).buffer(1000)
    file = map_file(tmp_path / "a.gpkg", {"surfacewater": [{"geometry": lake}]})
    found = drawn_of(file, cells_about(MIDDLE))
    assert drawn(found)["surfacewater"].symmetric_difference(lake).area < 1e5
    [[_, kind, [rings]]] = found["layers"]
    assert kind == "area"
    turns, x, y = [], 0, 0
    for ring in rings:
        points = []
        for right, up in zip(ring[::2], ring[1::2], strict=True):
            x, y = x + right, y + up
            points.append((x, y))
        turns.append(shapely.LinearRing(points).is_ccw)
    assert turns == [True, False]


def test_a_border_of_two_is_drawn_once_and_whole(tmp_path: Path) -> None:
    x, y = MIDDLE
    west = shapely.box(x - 50_000, y - 50_000, x, y + 50_000)
    east = shapely.box(x, y - 50_000, x + 50_000, y + 50_000)
    far = shapely.box(x + 200_000, y, x + 210_000, y + 9000)
    shapes = {"West": west, "East": east, "Far": far}
    boundary = read_boundary(areas_file(tmp_path / "a.gpkg", shapes))
    found = ground(boundary, None, cells_about(MIDDLE))
    assert found
    *_, [name, kind, lines] = found["layers"]
    assert (name, kind) == ("boundary", "line")
    lengths = [
        shapely.length(part) for part in shapely.get_parts(drawn(found)["boundary"])
    ]
    assert sum(lengths) == pytest.approx(500_000, rel=1e-3)
    assert len(lines) == 3


def test_a_page_without_cells_has_no_ground(file: Path, rows: pa.Table) -> None:
    assert ground(None, None, rows.slice(0, 0)) is None
    assert ground(None, find_basemap(file), rows.slice(0, 0)) is None


def test_the_same_file_draws_the_same(file: Path, rows: pa.Table) -> None:
    assert drawn_of(file, rows) == drawn_of(file, rows)


def test_a_file_with_nothing_to_draw_names_what_it_has_and_what_is_read(
    tmp_path: Path,
) -> None:
    box = {"geometry": shapely.box(0, 0, 9, 9)}
    file = map_file(tmp_path / "a.gpkg", {"parishes": [box], "trees": [box]})
    with pytest.raises(UsageError) as refused:
        find_basemap(file)
    said = str(refused.value)
    assert "it has parishes, trees" in said
    assert "roads_national" in said
    assert "\n" not in said


def test_a_layer_that_does_not_say_where_it_lies_is_refused(tmp_path: Path) -> None:
    box = {"geometry": shapely.box(0, 0, 9, 9)}
    file = map_file(tmp_path / "sea.fgb", {"sea": [box]}, crs=None)
    with pytest.raises(UsageError, match="layer sea does not say its coordinate"):
        find_basemap(file)


def test_names_and_greenspaces_go_by_either_spelling(tmp_path: Path) -> None:
    stack = country(*MIDDLE, WIDTH_M)
    other = {"Greenspaces": stack["greenspace"], "Sea": stack["sea"]}
    file = map_file(tmp_path / "a.gpkg", other)
    names = [name for name, *_ in drawn_of(file, cells_about(MIDDLE))["layers"]]
    assert names == ["sea", "greenspace"]


def test_a_ground_that_reaches_no_page_says_so(
    file: Path, rows: pa.Table, tmp_path: Path
) -> None:
    far = cells_about((170_000.0, 30_000.0))
    assert find_basemap(file).gaps(rows) == []
    [line] = find_basemap(file).gaps(far)
    assert line.startswith("nothing in it is near a published cell")
    box = shapely.box(460_000, 280_000, 480_000, 300_000)
    there = read_boundary(areas_file(tmp_path / "a.gpkg", {"A": box}))
    assert there.gaps(rows) == []
    [line] = there.gaps(far)
    assert "no published cell is in its one area" in line
    assert "EPSG:27700" in line


def test_grid_numbers_under_the_name_of_degrees_are_left_out(
    rows: pa.Table, tmp_path: Path
) -> None:
    box = shapely.box(460_000, 280_000, 480_000, 300_000)
    wrong = areas_file(tmp_path / "a.gpkg", {"A": box}, "EPSG:4326")
    boundary = read_boundary(wrong)
    [line] = boundary.gaps(rows)
    assert "cannot be in EPSG:4326, which is in degrees" in line
    assert "boundary" not in drawn(ground(boundary, None, rows) or {"layers": []})
    stack = {"woodland": [{"geometry": box}]}
    basemap = find_basemap(map_file(tmp_path / "b.gpkg", stack, "EPSG:4326"))
    assert len(basemap.gaps(rows)) == 1
    assert drawn(ground(None, basemap, rows) or {"layers": []}) == {}
