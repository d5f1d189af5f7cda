"""A map file is what its name says, and leads to no other file and no network."""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import geopandas as gpd
import pyogrio
import pytest
import shapely

from tests.transforms.publications.map.map_files import areas_file, country, map_file
from transforms.errors import UsageError
from transforms.map_files.gdal_files import GDAL_FORMATS
from transforms.map_files.layer_files import SUFFIXES, MapFile
from transforms.publications.layers.areas import read_areas
from transforms.publications.layers.ground import find_basemap, read_boundary


ELSEWHERE = "Kept for the sergeant"
BOX = shapely.box(-1.6, 52.4, -1.4, 52.6)
GEOJSON = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"beat": "North"},
            "geometry": shapely.geometry.mapping(BOX),
        }
    ],
}


@dataclass
class Listener:
    """A server on loopback that notes what it is asked for."""

    address: str = ""
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def listener() -> Iterator[Listener]:
    told = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        told.address = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield told
        server.shutdown()
        thread.join()


def kml(inside: str, head: str = "") -> str:
    ring = " ".join(f"{x},{y}" for x, y in BOX.exterior.coords)
    return (
        f'<?xml version="1.0"?>{head}<kml xmlns="http://www.opengis.net/kml/2.2">'
        f"<Document>{inside}<Placemark><name>North</name><Polygon><outerBoundaryIs>"
        f"<LinearRing><coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs>"
        "</Polygon></Placemark></Document></kml>"
    )


def astray(folder: Path, address: str) -> dict[str, str]:
    """What would lead GDAL elsewhere: to another file, or to the network."""
    other = areas_file(folder / "other.gpkg", {ELSEWHERE: BOX}, "OGC:CRS84")
    local = f"<SrcDataSource>{other}</SrcDataSource><SrcLayer>areas</SrcLayer>"
    remote = f"<SrcDataSource>/vsicurl/{address}/a.geojson</SrcDataSource>"
    layer = (
        '<OGRVRTDataSource><OGRVRTLayer name="a">{}</OGRVRTLayer></OGRVRTDataSource>'
    )
    alg = {
        "type": "gdal_streamed_alg",
        "command_line": f"gdal vector pipeline ! read {other} ! write x",
    }
    return {
        "a VRT of a file": layer.format(local),
        "a VRT of the network": layer.format(remote),
        "a WFS": f"<OGRWFSDataSource><URL>{address}/wfs</URL></OGRWFSDataSource>",
        "an algorithm": json.dumps(alg),
        "an address": f"{address}/a.geojson",
        "a link to a system": json.dumps(
            GEOJSON | {"crs": {"type": "link", "properties": {"href": address}}}
        ),
        "an address of a system": json.dumps(
            GEOJSON | {"crs": {"type": "url", "properties": {"url": address}}}
        ),
        "a system by its address": json.dumps(
            GEOJSON | {"crs": {"type": "name", "properties": {"name": address}}}
        ),
        "a KML entity": kml("", f'<!DOCTYPE k [<!ENTITY e SYSTEM "{address}/e">]>'),
    }


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_nothing_leads_to_another_file_or_the_network(
    tmp_path: Path, listener: Listener, suffix: str
) -> None:
    for what, text in astray(tmp_path, listener.address).items():
        file = tmp_path / f"beats{suffix}"
        file.write_text(text)
        for read in (lambda f: read_areas("beat", str(f)), read_boundary, find_basemap):
            with pytest.raises(UsageError) as refused:
                read(file)
            assert "\n" not in str(refused.value), what
            assert ELSEWHERE not in str(refused.value), what
    assert listener.asked == []


def test_a_kml_asks_for_none_of_its_links(tmp_path: Path, listener: Listener) -> None:
    href = f"<Link><href>{listener.address}/n.kml</href></Link>"
    style = (
        f"<Style><IconStyle><Icon><href>{listener.address}</href></Icon></IconStyle>"
    )
    file = tmp_path / "a.kml"
    file.write_text(kml(f"<NetworkLink>{href}</NetworkLink>{style}</Style>"))
    assert read_areas("beat", f"{file}:Name").labels == ["North"]
    assert listener.asked == []


@pytest.mark.parametrize("suffix", [".vrt", ".xml", ".gml", ".zip", ".tab", ".csv", ""])
def test_other_formats_are_refused_by_their_names(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"beats{suffix}"
    file.write_text(json.dumps(GEOJSON))
    with pytest.raises(UsageError, match=r"map files can be \.gpkg"):
        MapFile(file)


def test_a_file_of_another_format_than_its_name_is_refused(tmp_path: Path) -> None:
    made = {
        s: areas_file(tmp_path / f"real{s}", {"North": BOX}, "EPSG:4326").read_bytes()
        for s in (".gpkg", ".fgb", ".geojson")
    }
    made[".kml"] = kml("").encode()
    for suffix in SUFFIXES:
        for real, data in made.items():
            file = tmp_path / f"beats{suffix}"
            file.write_bytes(data)
            if suffix == real or {suffix, real} <= {".geojson", ".json"}:
                assert read_areas("beat", str(file)).labels == ["North"], suffix
                continue
            with pytest.raises(UsageError):
                read_areas("beat", str(file))


def test_a_name_is_never_an_address(tmp_path: Path) -> None:
    for name in ("a!b.gpkg", "a;b.gpkg", "a?b.gpkg", "http:", "%2e%2e.gpkg"):
        file = tmp_path / "in!side" / name / "beats;1!2.gpkg"
        file.parent.mkdir(parents=True)
        areas_file(tmp_path / "plain.gpkg", {name: BOX}, "OGC:CRS84").rename(file)
        assert read_areas("beat", str(file)).labels == [name]
        assert read_boundary(file).sha256


@pytest.mark.parametrize(
    "made",
    [
        "create view v as select * from areas",
        'create virtual table "using rtree(" using fts5(label)',
    ],
)
def test_rows_that_code_makes_are_refused(tmp_path: Path, made: str) -> None:
    file = areas_file(tmp_path / "a.gpkg", {"North": BOX}, "OGC:CRS84")
    assert read_areas("beat", str(file)).labels == ["North"]  # with a spatial index
    with closing(sqlite3.connect(file)) as opened, opened:
        opened.execute(made)
    with pytest.raises(UsageError, match="a view, a virtual table"):
        read_areas("beat", str(file))


@pytest.mark.parametrize(
    ("kind", "sql"),
    [
        ("table", "CREATE/**/VIRTUAL/**/TABLE v USING fts5(label)"),
        ("table", "CREATE VIRTUAL/**/TABLE v USING fts5(label)"),
        ("table", "CREATE VIRTUAL TABLE [v using rtree(] USING fts5(label)"),
        ("table", "CREATE VIEW v AS SELECT * FROM areas"),
        ("trigger", "CREATE/**/VIEW v AS SELECT * FROM areas"),
        ("index", "create\tvirtual table v using fts5(label)"),
    ],
)
def test_a_definition_in_another_spelling_is_refused(
    tmp_path: Path, kind: str, sql: str
) -> None:
    """SQLite reads the definition, whatever stands beside it."""
    file = areas_file(tmp_path / "a.gpkg", {"North": BOX}, "OGC:CRS84")
    with closing(sqlite3.connect(file)) as opened, opened:
        opened.execute("pragma writable_schema = on")
        planted = (kind, "v", "v", 0, sql)
        opened.execute("insert into sqlite_master values (?, ?, ?, ?, ?)", planted)
    with pytest.raises(UsageError, match=r"a view, a virtual table|is damaged"):
        read_areas("beat", str(file))


@pytest.mark.parametrize("kept", ["virtual", "stored"])
def test_a_column_that_code_computes_is_refused(tmp_path: Path, kept: str) -> None:
    """GDAL would call its functions for it, such as one that opens a file."""
    file = areas_file(tmp_path / "a.gpkg", {"North": BOX}, "OGC:CRS84")
    with closing(sqlite3.connect(file)) as opened, opened:
        opened.execute(
            f"create table more (n integer primary key, c as (abs(n)) {kept})"
        )
    with pytest.raises(UsageError, match=r"'more' in it .* computed column"):
        read_areas("beat", str(file))


def test_changes_that_are_not_in_the_file_yet_are_not_passed_over(
    tmp_path: Path,
) -> None:
    file = areas_file(tmp_path / "a.gpkg", {"North": BOX}, "OGC:CRS84")
    with closing(sqlite3.connect(file)) as opened:
        opened.execute("pragma journal_mode = wal")
        opened.execute("create table notes (n integer primary key)")
        opened.commit()
        with pytest.raises(UsageError, match="close the program that has it open"):
            read_areas("beat", str(file))
    assert read_areas("beat", str(file)).labels == ["North"]


def test_a_part_that_is_a_link_is_refused(tmp_path: Path) -> None:
    file = areas_file(tmp_path / "a.shp", {"North": BOX}, "EPSG:4326")
    areas_file(tmp_path / "secret.shp", {ELSEWHERE: BOX}, "EPSG:4326")
    (tmp_path / "a.dbf").unlink()
    (tmp_path / "a.dbf").symlink_to(tmp_path / "secret.dbf")
    with pytest.raises(UsageError, match=r"a\.dbf next to it is a link"):
        read_areas("beat", str(file))


def test_the_hash_is_of_what_is_read_and_of_nothing_beside_it(tmp_path: Path) -> None:
    file = areas_file(tmp_path / "a.shp", {"North": BOX}, "EPSG:4326")
    first = MapFile(file).sha256
    (tmp_path / "a.txt").write_text("notes")
    (tmp_path / "a.qix").write_bytes(b"an index that could hide shapes")
    assert MapFile(file).sha256 == first
    assert read_areas("beat", str(file)).labels == ["North"]
    (tmp_path / "a.cpg").write_text("ISO-8859-1")
    assert MapFile(file).sha256 != first


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".shp", ".parquet"])
def test_a_file_that_changes_on_the_way_is_refused(tmp_path: Path, suffix: str) -> None:
    frame = gpd.GeoDataFrame({"beat": ["North"]}, geometry=[BOX], crs=4326)
    file = tmp_path / f"a{suffix}"
    if suffix == ".parquet":
        frame.to_parquet(file)
    else:
        frame.to_file(file)
    held = MapFile(file)
    os.utime(file.with_suffix(".dbf") if suffix == ".shp" else file, ns=(1, 1))
    with pytest.raises(UsageError, match="it was changed while it was read"):
        held.read(*held.layers)
    with pytest.raises(UsageError, match="it was changed while it was read"):
        assert held.sha256


def test_every_driver_is_there_again_afterwards(tmp_path: Path) -> None:
    before = pyogrio.list_drivers()
    file = areas_file(tmp_path / "a.gpkg", {"North": BOX}, "OGC:CRS84")
    read_areas("beat", str(file))
    (tmp_path / "b.fgb").write_bytes(b"fgb\x03 and no more")
    with pytest.raises(UsageError, match=r"b\.fgb: it cannot be read as \.fgb"):
        read_areas("beat", str(tmp_path / "b.fgb"))
    assert pyogrio.list_drivers() == before
    assert {known.driver for known in GDAL_FORMATS.values()} <= before.keys()


@pytest.mark.parametrize("crs", ["EPSG:27700", "EPSG:4326", "OGC:CRS84"])
def test_geoparquet_is_read_as_any_other(tmp_path: Path, crs: str) -> None:
    shapes = gpd.GeoSeries([BOX, shapely.Point(0, 52)], crs="OGC:CRS84").to_crs(crs)
    frame = gpd.GeoDataFrame({"beat": ["North", "Dot"]}, geometry=shapes)
    frame.to_parquet(tmp_path / "a.parquet")
    frame.to_file(tmp_path / "a.gpkg", layer="a")
    ours, theirs = (
        read_areas("beat", str(tmp_path / name)) for name in ("a.parquet", "a.gpkg")
    )
    assert ours.labels == theirs.labels == ["North"]
    assert ours.polygons.geom_equals(theirs.polygons).all()
    drawn = [
        read_boundary(tmp_path / name).polygons for name in ("a.parquet", "a.gpkg")
    ]
    assert drawn[0].geom_equals_exact(drawn[1], 1e-6).all()


def test_a_layer_of_a_basemap_may_be_geoparquet(tmp_path: Path) -> None:
    stack = country(400_000, 300_000, 20_000)
    both = map_file(tmp_path / "stack.gpkg", {"woodland": stack["woodland"]})
    gpd.read_file(both).to_parquet(tmp_path / "woodland.parquet")
    area = shapely.box(395_000, 295_000, 405_000, 305_000)
    drawn = [
        [shapely.union_all(s.parts) for s in find_basemap(file).shapes(area)]
        for file in (both, tmp_path / "woodland.parquet")
    ]
    assert len(drawn[0]) == 1
    assert drawn[0][0].equals_exact(drawn[1][0], 1e-6, normalize=True)


def test_damaged_geoparquet_is_refused_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "a.parquet"
    gpd.GeoDataFrame({"beat": ["N"]}, geometry=[BOX], crs=4326).to_parquet(file)
    data = file.read_bytes()
    plain = tmp_path / "plain.parquet"
    gpd.GeoDataFrame({"beat": ["N"]}, geometry=[BOX]).drop(columns="geometry").pipe(
        lambda frame: frame.to_parquet(plain)
    )
    for broken in (data[:-40], data[:4], b""):
        file.write_bytes(broken)
        with pytest.raises(UsageError, match=r"a\.parquet: it cannot be read") as why:
            read_areas("beat", str(file))
        assert "\n" not in str(why.value)
    with pytest.raises(UsageError, match=r"plain\.parquet: it cannot be read"):
        read_boundary(plain)


def test_an_older_geojson_may_name_its_system(tmp_path: Path) -> None:
    file = tmp_path / "a.geojson"
    names = {
        "urn:ogc:def:crs:OGC:1.3:CRS84": "OGC:CRS84",
        "urn:ogc:def:crs:EPSG::27700": "EPSG:27700",
        "EPSG:3857": "EPSG:3857",
    }
    for name, crs in names.items():
        told = GEOJSON | {"crs": {"type": "name", "properties": {"name": name}}}
        file.write_text(json.dumps(told), encoding="utf-8-sig")
        assert MapFile(file).crs_of("a") == crs
    file.write_text(json.dumps(GEOJSON | {"crs": None}))
    with pytest.raises(UsageError, match="does not say its coordinate reference"):
        read_areas("beat", str(file))
    for broken in ("", "[]", "{}", '{"type": "FeatureCollection"}', "[" * 100_000):
        file.write_text(broken)
        with pytest.raises(UsageError, match=r"it cannot be read as \.geojson"):
            read_areas("beat", str(file))


def test_names_that_a_file_gives_are_printed_without_what_a_terminal_acts_on(
    tmp_path: Path,
) -> None:
    columns = {"a\x1b]0;x\x07": ["N"], "b\nhexbeat: done": ["N"]}
    frame = gpd.GeoDataFrame(columns, geometry=[BOX], crs=4326)
    frame.to_parquet(tmp_path / "a.parquet")
    with pytest.raises(UsageError, match="which column names the areas") as refused:
        read_areas("beat", str(tmp_path / "a.parquet"))
    assert "a\\x1b]0;x\\x07, b hexbeat: done" in str(refused.value)
    assert str(refused.value).isprintable()
