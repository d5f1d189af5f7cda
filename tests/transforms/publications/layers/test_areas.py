"""Areas of the user's own: joined as a slow plain twin does it, refused in one line."""

from collections import Counter
from pathlib import Path

import geopandas as gpd
import h3
import numpy as np
import pyarrow as pa
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.publications.map.map_files import areas_file, map_file
from transforms.errors import UsageError
from transforms.publications.layers.area_columns import (
    with_cell_areas,
    with_hotspot_areas,
)
from transforms.publications.layers.areas import AreaLayer, read_areas


TOWN = h3.latlng_to_cell(52.5, -1.5, 9)
CELLS = sorted(h3.grid_disk(TOWN, 6))
# to six decimals, as they are published
CENTRES = {c: tuple(round(x, 6) for x in h3.cell_to_latlng(c)) for c in CELLS}


def published(cells: list[str]) -> pa.Table:
    """Those cells, each in two crime groups."""
    rows = [
        {"h3_cell": cell, "crime_group": group, "lat": lat, "lon": lon}
        for cell in cells
        for group in ("all-crime", "burglary")
        for lat, lon in [CENTRES[cell]]
    ]
    return pa.Table.from_pylist(rows)


def spots(*members: list[str]) -> pa.Table:
    return pa.table({"h3_cells": [" ".join(cells) for cells in members]})


def told(column: list[str] | None) -> str | None:
    return "; ".join(column) if column else None


degrees = st.tuples(st.floats(-1.53, -1.47), st.floats(52.48, 52.52))


@st.composite
def boxes(draw: st.DrawFn) -> list[tuple[str, tuple[float, ...]]]:
    """Labelled boxes, of which several may overlap or be called the same."""
    pairs = draw(st.lists(st.tuples(degrees, degrees), min_size=1, max_size=8))
    labels = st.sampled_from(["Able", "Baker", "Charlie", "Dog"])
    return [
        (draw(labels), (min(a, c), min(b, d), max(a, c) + 1e-4, max(b, d) + 1e-4))
        for (a, b), (c, d) in pairs
    ]


def in_plain(boxed: list[tuple[str, tuple[float, ...]]], cell: str) -> list[str]:
    """The slow twin: every box against the centre, by four comparisons."""
    lat, lon = CENTRES[cell]
    return sorted(
        {
            label
            for label, (west, south, east, north) in boxed
            if west <= lon <= east and south <= lat <= north
        }
    )


@given(boxes(), st.lists(st.sampled_from(CELLS), min_size=1, max_size=30, unique=True))
@settings(max_examples=60)
def test_a_cell_has_the_areas_that_hold_its_centre(
    boxed: list[tuple[str, tuple[float, ...]]], cells: list[str]
) -> None:
    polygons = gpd.GeoSeries([shapely.box(*b) for _, b in boxed], crs="OGC:CRS84")
    layer = AreaLayer(
        name="beat",
        column="label",
        sha256="",
        polygons=polygons,
        labels=[label for label, _ in boxed],
    )
    rows = published(cells)
    joined = with_cell_areas(rows, [layer])
    assert joined.column_names == [*rows.column_names, "beat"]
    wanted = [told(in_plain(boxed, cell)) for cell in rows["h3_cell"].to_pylist()]
    assert joined["beat"].to_pylist() == wanted

    halves = [cells[: len(cells) // 2 + 1], cells]
    counted = [
        Counter(one for c in half for one in in_plain(boxed, c)) for half in halves
    ]
    ranked = [sorted(count, key=lambda one: (-count[one], one)) for count in counted]
    found = with_hotspot_areas(spots(*halves), rows, [layer])
    assert found["beat"].to_pylist() == [told(labels) for labels in ranked]


def test_a_centre_on_a_common_border_has_both_areas(tmp_path: Path) -> None:
    _, lon = CENTRES[TOWN]
    sides = {"West": (-1.6, 52.4, lon, 52.6), "East": (lon, 52.4, -1.4, 52.6)}
    shapes = {label: shapely.box(*edges) for label, edges in sides.items()}
    file = areas_file(tmp_path / "beats.geojson", shapes, "OGC:CRS84")
    joined = with_cell_areas(published([TOWN]), [read_areas("beat", str(file))])
    assert joined["beat"].to_pylist() == ["East; West"] * 2


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "geojson", "fgb"])
@pytest.mark.parametrize("crs", ["EPSG:27700", "EPSG:4326", "EPSG:3857"])
def test_any_format_and_reference_system_gives_the_same(
    tmp_path: Path, suffix: str, crs: str
) -> None:
    around = gpd.GeoSeries([shapely.box(-1.505, 52.49, -1.49, 52.51)], crs="OGC:CRS84")
    # GeoJSON is always in degrees
    crs = "EPSG:4326" if suffix == "geojson" else crs
    file = areas_file(tmp_path / f"a.{suffix}", {"Böwl": around.to_crs(crs)[0]}, crs)
    joined = with_cell_areas(published(CELLS), [read_areas("ward", f"{file}:label")])
    held = [r["h3_cell"] for r in joined.to_pylist() if r["ward"] == "Böwl"]
    west, south, east, north = around.total_bounds
    inside = [
        cell
        for cell, (lat, lon) in CENTRES.items()
        if west < lon < east and south < lat < north
    ]
    assert 0 < len(inside) < len(CELLS)
    assert set(held) == set(inside)


def test_a_label_is_one_line_and_never_a_formula(tmp_path: Path) -> None:
    box = shapely.box(-1.6, 52.4, -1.4, 52.6)
    labels = ["=1+1", "@SUM(1)", "＋1", " North\n  ward\x07 ", None, ""]
    rows = [{"geometry": box, "label": label} for label in labels]
    file = map_file(tmp_path / "a.gpkg", {"a": rows}, "OGC:CRS84")
    assert read_areas("ward", str(file)).labels == ["North ward"]


def test_numbers_are_labels_too(tmp_path: Path) -> None:
    box = shapely.box(-1.6, 52.4, -1.4, 52.6)
    rows = [{"geometry": box, "beat": number} for number in (7.0, None, 12.0)]
    file = map_file(tmp_path / "a.gpkg", {"a": rows})
    assert read_areas("beat", str(file)).labels == ["7", "12"]


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        (["code", "beat"], "beat"),
        (["code", "beat_name", "area"], "beat_name"),
        (["OBJECTID", "NAME"], "NAME"),
        (["WD24CD", "WD24NM", "LONG"], "WD24NM"),
        (["anything"], "anything"),
    ],
)
def test_the_label_column_is_found(
    tmp_path: Path, columns: list[str], found: str
) -> None:
    row = dict.fromkeys(columns, "x") | {"geometry": shapely.box(0, 0, 1, 1)}
    file = map_file(tmp_path / "a.gpkg", {"a": [row]})
    assert read_areas("beat", str(file)).column == found


BOX = {"geometry": shapely.box(0, 0, 9, 9)}


@pytest.mark.parametrize(
    ("name", "layers", "asked", "words"),
    [
        ("Beat", {"a": [BOX]}, "", "lower-case letters"),
        ("lat", {"a": [BOX]}, "", "a published column has that name"),
        ("hotspot_rank", {"a": [BOX]}, "", "a published column has that name"),
        ("geom", {"a": [BOX]}, "", "a published column has that name"),
        ("beat", {"a": [BOX | {"p": "x", "q": "y"}]}, "", "with one of p, q"),
        ("beat", {"a": [BOX | {"p": "x"}]}, ":q", "there is no column q"),
        ("beat", {"a": [BOX]}, "", "it has no columns"),
        (
            "beat",
            {"a": [{"geometry": shapely.Point(1, 1)}]},
            "",
            "it contains no polygons",
        ),
        ("beat", {"a": [BOX], "b": [BOX]}, "", "several layers (a, b)"),
    ],
)
def test_what_cannot_be_joined_is_refused_in_one_line(
    tmp_path: Path, name: str, layers: dict[str, list[object]], asked: str, words: str
) -> None:
    file = map_file(tmp_path / "a.gpkg", layers)  # type: ignore[arg-type]
    with pytest.raises(UsageError) as refused:
        read_areas(name, f"{file}{asked}")
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)
    assert refused.value.exit_code == 2


def test_a_file_that_is_not_there_or_no_map_or_without_crs_is_refused(
    tmp_path: Path,
) -> None:
    with pytest.raises(UsageError, match=r"gone\.gpkg: there is no such file"):
        read_areas("beat", str(tmp_path / "gone.gpkg"))
    (tmp_path / "bad.gpkg").write_bytes(b"no map at all")
    with pytest.raises(
        UsageError, match=r"bad\.gpkg: it does not begin like"
    ) as refused:
        read_areas("beat", str(tmp_path / "bad.gpkg"))
    assert "\n" not in str(refused.value)
    frame = gpd.GeoDataFrame([BOX | {"beat": "x"}], crs="EPSG:27700")
    pyogrio.write_dataframe(frame, tmp_path / "lost.shp")
    (tmp_path / "lost.prj").unlink()
    with pytest.raises(UsageError, match="does not say its coordinate reference"):
        read_areas("beat", str(tmp_path / "lost.shp"))


def test_the_hash_is_of_the_bytes_and_of_all_that_a_shapefile_is(
    tmp_path: Path,
) -> None:
    file = areas_file(tmp_path / "a.shp", {"North": shapely.box(0, 0, 9, 9)})
    first = read_areas("beat", str(file)).sha256
    for part in tmp_path.glob("a.*"):
        part.rename(part.with_stem("moved"))
    assert read_areas("beat", str(tmp_path / "moved.shp")).sha256 == first
    areas_file(tmp_path / "b.shp", {"South": shapely.box(0, 0, 9, 9)})
    assert read_areas("beat", str(tmp_path / "b.shp")).sha256 != first
    for part in tmp_path.glob("moved.*"):  # as some systems write them
        part.rename(part.with_suffix(part.suffix.upper()))
    assert read_areas("beat", str(tmp_path / "moved.SHP")).sha256 == first
    (tmp_path / "moved.DBF").write_bytes((tmp_path / "b.dbf").read_bytes())
    assert read_areas("beat", str(tmp_path / "moved.SHP")).sha256 != first


PARIS = shapely.box(2.2, 48.8, 2.4, 48.9)
AROUND = shapely.box(-1.6, 52.4, -1.4, 52.6)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:27700", "EPSG:3857"])
def test_a_layer_that_no_cell_lies_in_says_so(tmp_path: Path, crs: str) -> None:
    shapes = gpd.GeoSeries([PARIS, AROUND], crs="OGC:CRS84").to_crs(crs)
    file = areas_file(tmp_path / "a.gpkg", {"W": shapes[0], "E": shapes[0]}, crs)
    [line] = read_areas("beat", str(file)).gaps(published(CELLS))
    assert line.startswith("no published cell is in any of its 2 areas: ")
    assert crs in line
    one = areas_file(tmp_path / "b.gpkg", {"W": shapes[0]}, crs)
    [line] = read_areas("beat", str(one)).gaps(published(CELLS))
    assert "is in its one area" in line
    here = areas_file(tmp_path / "c.gpkg", {"W": shapes[0], "In": shapes[1]}, crs)
    assert read_areas("beat", str(here)).gaps(published(CELLS)) == []


def test_coordinates_that_are_no_degrees_are_left_out_and_reported(
    tmp_path: Path,
) -> None:
    metres = gpd.GeoSeries([AROUND], crs="OGC:CRS84").to_crs("EPSG:27700")[0]
    # a grid's numbers under the name of another system: what exports often do
    wrong = areas_file(tmp_path / "a.geojson", {"In": metres}, "OGC:CRS84")
    layer = read_areas("beat", str(wrong))
    assert list(layer.labels) == []
    [line] = layer.gaps(published(CELLS))
    assert line.startswith("1 shape is left out: the coordinates cannot be in")
    assert "OGC:CRS84" in line
    assert with_cell_areas(published(CELLS), [layer])["beat"].null_count == 2 * len(
        CELLS
    )
    both = areas_file(tmp_path / "b.gpkg", {"A": metres, "B": AROUND}, "EPSG:4326")
    layer = read_areas("beat", str(both))
    assert (list(layer.labels), layer.misplaced) == (["B"], 1)
    assert len(layer.gaps(published(CELLS))) == 1


def test_a_label_that_is_withheld_is_reported(tmp_path: Path) -> None:
    labels = ["=1+1", "<b>North</b>", "South", None]
    rows = [{"geometry": AROUND, "label": label} for label in labels]
    file = map_file(tmp_path / "a.gpkg", {"a": rows}, "OGC:CRS84")
    layer = read_areas("beat", str(file))
    assert list(layer.labels) == ["South"]
    [line] = layer.gaps(published(CELLS))
    assert line.startswith("2 of its areas are left out: their labels ")


def test_a_bow_tie_is_mended(tmp_path: Path) -> None:
    lat, lon = CENTRES[TOWN]
    tie = np.array([(-1, -1), (1, 1), (1, -1), (-1, 1)]) * 0.02 + (lon - 0.01, lat)
    shapes = {"Tie": shapely.Polygon(tie)}
    file = areas_file(tmp_path / "a.gpkg", shapes, "OGC:CRS84")
    joined = with_cell_areas(published(CELLS), [read_areas("beat", str(file))])
    assert {None, "Tie"} == set(joined["beat"].to_pylist())
