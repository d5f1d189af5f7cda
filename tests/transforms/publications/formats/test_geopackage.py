"""The GeoPackage opens everywhere, in the National Grid, with its style."""

import html
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyogrio
import pytest

from transforms.lake.schemas import about, plain
from transforms.publications.formats.geopackage import VIEWS
from transforms.publications.schemas import HOTSPOTS, PUBLISHED, RECONCILIATION
from transforms.publications.titles import title
from transforms.reference.bands import TOP_5
from transforms.reference.groups import GROUPS


@pytest.fixture(scope="module")
def file(tier: Path) -> Path:
    return tier / "hotspots.gpkg"


# A warning ends it; each line is a layer: its name, geometry, EPSG code, rows.
IN_R = """
options(warn = 2)
suppressMessages(library(sf))
file <- commandArgs(trailingOnly = TRUE)
held <- st_layers(file)
for (at in seq_along(held$name)) {
  rows <- st_read(file, held$name[at], quiet = TRUE)
  geometry <- if (inherits(rows, "sf")) class(st_geometry(rows))[1] else ""
  epsg <- if (geometry == "") "" else st_crs(rows)$epsg
  cat(held$name[at], geometry, epsg, nrow(rows), sep = ";", fill = TRUE)
}
cells <- st_read(file, "hotspot_cells", quiet = TRUE)
stopifnot(is.integer(cells$n_12m), all(is.na(cells$n_outcomes_12m)))
stopifnot(all(st_is_valid(cells)), st_drop_geometry(cells)$h3_cell[1] > "8")
styles <- st_read(file, "layer_styles", quiet = TRUE)
cat(styles$f_table_name, styles$useAsDefault, nchar(styles$styleQML) > 0, fill = TRUE)
"""


def _asked(file: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as opened:
        return opened.execute(query).fetchall()


def test_it_holds_all_crime_and_the_top_of_the_rest_as_published(
    tier: Path, file: Path
) -> None:
    cells = pq.read_table(tier / "hotspot_cells.parquet").select(PUBLISHED.names)
    top = pc.is_in(cells["score_band"].cast(pa.string()), pa.array(TOP_5))
    wanted = cells.filter(pc.or_(top, pc.equal(cells["crime_group"], "all-crime")))
    meta, shown = pyogrio.read_arrow(file, layer="hotspot_cells")
    assert meta["crs"] == "EPSG:27700"
    assert 0 < len(wanted) < len(cells)
    order = [("h3_cell", "ascending"), ("force", "ascending")]
    order.append(("crime_group", "ascending"))
    assert pa.table(shown).sort_by(order).select(PUBLISHED.names).to_pylist() == (
        wanted.sort_by(order).to_pylist()
    )


def test_counts_are_32_bits_ids_are_text_and_null_stays_null(file: Path) -> None:
    for layer, schema in (("hotspot_cells", PUBLISHED), ("hotspots", HOTSPOTS)):
        fields = pyogrio.read_info(file, layer=layer)
        kinds = dict(zip(fields["fields"], fields["ogr_types"], strict=True))
        for field in schema:
            if pa.types.is_integer(field.type):
                assert kinds[field.name] == "OFTInteger", field.name
            elif pa.types.is_string(plain(field).type):
                assert kinds[field.name] == "OFTString", field.name
    # no outcomes of these forces are held, and the top share of all is known
    query = "select count(*), count(n_outcomes_12m), count(p_top1) from hotspot_cells"
    [(rows, outcomes, computed)] = _asked(file, query)
    assert (outcomes, computed) == (0, rows)
    assert rows > 0


def test_each_hexagon_lies_about_its_published_centre(file: Path) -> None:
    frame = gpd.read_file(file, layer="hotspot_cells")
    assert frame.crs.to_epsg() == 27700
    centres = gpd.GeoSeries.from_xy(frame["lon"], frame["lat"], crs=4326).to_crs(27700)
    assert frame.geometry.contains(centres).all()
    on_grid = gpd.GeoSeries.from_xy(frame["easting"], frame["northing"], crs=27700)
    assert frame.geometry.centroid.distance(on_grid).max() < 5


def test_the_style_is_the_layers_default_and_names_every_band(file: Path) -> None:
    query = (
        "select f_table_name, f_geometry_column, useAsDefault, styleQML, update_time"
        " from layer_styles"
    )
    styles = _asked(file, query)
    assert [layer for layer, *_ in styles] == ["hotspot_cells", "hotspots"]
    for _, geometry, default, _, stamp in styles:
        assert (geometry, default) == ("geom", 1)
        assert stamp == "2025-12-31T00:00:00.000Z"
    qml = styles[0][3]
    style = ET.fromstring(str(qml))  # noqa: S314
    drawn = {c.get("value"): c.get("symbol") for c in style.iter("category")}
    bands = {band for (band,) in _asked(file, "select score_band from hotspot_cells")}
    assert bands <= drawn.keys()
    assert set(drawn.values()) == {s.get("name") for s in style.iter("symbol")}
    contents = dict(_asked(file, "select table_name, data_type from gpkg_contents"))
    assert contents == {
        "hotspot_cells": "features",
        "hotspots": "features",
        "hotspot_cells_all_crime": "features",
        "hotspots_all_crime": "features",
        "reconciliation": "attributes",
        "run_info": "attributes",
        "data_dictionary": "attributes",
        "layer_styles": "attributes",
    }


def test_only_all_crime_is_drawn_until_another_group_is_ticked(file: Path) -> None:
    """Groups lie over each other: drawn together, none of them can be read."""
    styles = dict(_asked(file, "select f_table_name, styleQML from layer_styles"))
    style = ET.fromstring(str(styles["hotspots"]))  # noqa: S314
    [renderer] = style.iter("renderer-v2")
    assert renderer.get("attr") == '"crime_group"'
    shown = {c.get("value"): c.get("render") for c in style.iter("category")}
    assert list(shown) == list(GROUPS)
    assert [slug for slug, render in shown.items() if render == "true"] == ["all-crime"]


@pytest.mark.parametrize(("view", "layer"), [(v, of) for v, (of, _) in VIEWS.items()])
def test_a_view_is_the_layer_of_all_crime_alone(
    file: Path, view: str, layer: str
) -> None:
    shown = pyogrio.read_dataframe(file, layer=view)
    whole = pyogrio.read_dataframe(file, layer=layer, where="crime_group = 'all-crime'")
    assert len(shown) == len(whole) > 0
    assert shown.crs.to_epsg() == 27700
    assert shown["hotspot_id"].equals(whole["hotspot_id"])
    assert shown.geometry.geom_equals(whole.geometry).all()


def test_every_column_has_a_plain_heading_as_alias_and_its_meaning(file: Path) -> None:
    query = "select table_name, column_name, name, description from gpkg_data_columns"
    aliases = {
        (layer, name): (alias, said) for layer, name, alias, said in _asked(file, query)
    }
    for layer, schema in (("hotspot_cells", PUBLISHED), ("hotspots", HOTSPOTS)):
        for field in schema:
            alias, said = aliases[layer, field.name]
            assert alias == title(field.name)
            assert said == about(field)["description"]


def test_the_styles_have_the_same_aliases_for_older_qgis(file: Path) -> None:
    styles = dict(_asked(file, "select f_table_name, styleQML from layer_styles"))
    for layer, schema in (("hotspot_cells", PUBLISHED), ("hotspots", HOTSPOTS)):
        style = ET.fromstring(str(styles[layer]))  # noqa: S314
        told = {a.get("field"): a.get("name") for a in style.iter("alias")}
        assert told == {name: title(name) for name in schema.names}


def _tip_of(expression: str, row: dict[str, object]) -> str:
    """What QGIS makes of a text in a tip: SQLite has functions of the same names."""
    with closing(sqlite3.connect(":memory:")) as memory:
        names = ", ".join(f':{name} as "{name}"' for name in row)
        asked = f"select {expression} from (select {names})"  # noqa: S608
        return str(memory.execute(asked, row).fetchone()[0])


@pytest.mark.parametrize("layer", ["hotspot_cells", "hotspots"])
def test_a_map_tip_shows_text_to_the_letter(file: Path, layer: str) -> None:
    query = "select f_table_name, styleQML from layer_styles"
    style = ET.fromstring(str(dict(_asked(file, query))[layer]))  # noqa: S314
    tip = style.findtext("mapTip") or ""
    label = "<img src=x onerror='alert(1)'> & \"Sons\""
    row = dict.fromkeys(pyogrio.read_info(file, layer=layer)["fields"], label)
    texts = [
        field.name
        for field in (PUBLISHED if layer == "hotspot_cells" else HOTSPOTS)
        if pa.types.is_string(plain(field).type)
    ]
    shown = re.findall(r"\[% (.*?) %\]", tip)
    assert len(shown) >= 4
    for expression in shown:
        used = re.findall(r'"(\w+)"', expression)
        if "round" in expression or not set(used) & {*texts} - {"h3_cell", "top_cell"}:
            continue
        assert html.unescape(_tip_of(expression, row)) == label
        assert "<" not in _tip_of(expression, row)
    assert '"place_label"' in tip or '"name"' in tip
    # nothing in it acts: no script, and no element but for looks
    outside = re.sub(r"\[%.*?%\]", "", tip)
    assert set(re.findall(r"<(/?\w+)", outside)) <= {"b", "/b", "br"}


def test_no_style_has_an_action_or_a_script(file: Path) -> None:
    for _, text in _asked(file, "select f_table_name, styleQML from layer_styles"):
        names = {element.tag for element in ET.fromstring(str(text)).iter()}  # noqa: S314
        assert names <= {
            "qgis", "renderer-v2", "categories", "category", "symbols", "symbol",
            "layer", "Option", "prop", "mapTip", "aliases", "alias",
        }  # fmt: skip


def test_it_says_what_it_is(tier: Path, file: Path) -> None:
    facts = dict(_asked(file, "select name, value from run_info"))
    assert facts["run_id"] == tier.parent.name
    assert int(str(facts["universe_cells of avonmere"])) > 0
    assert facts["excluded"].startswith("Left out before scoring: prison")
    described = _asked(file, 'select layer, "column" from data_dictionary order by fid')
    layers = {
        "hotspot_cells": PUBLISHED,
        "hotspots": HOTSPOTS,
        "reconciliation": RECONCILIATION,
    }
    assert described == [
        (layer, name) for layer, schema in layers.items() for name in schema.names
    ]


@pytest.mark.skipif(not shutil.which("ogrinfo"), reason="no ogrinfo")
def test_gdal_reads_every_layer_without_a_warning(file: Path) -> None:
    done = subprocess.run(
        ["ogrinfo", "-ro", "-so", "-al", file],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    layers = ("hotspot_cells", "hotspots", "run_info", "data_dictionary")
    for layer in (*layers, *VIEWS, "reconciliation", "layer_styles"):
        assert f"Layer name: {layer}\n" in done.stdout


@pytest.mark.skipif(not shutil.which("Rscript"), reason="no Rscript: install r-cran-sf")
def test_r_reads_every_layer_without_a_warning(file: Path) -> None:
    def told(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["Rscript", *arguments], capture_output=True, text=True, check=False
        )

    if told("-e", "library(sf)").returncode:
        pytest.skip("no sf in R: install r-cran-sf")
    done = told("-e", IN_R, str(file))
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    *layers, style = done.stdout.splitlines()
    drawn = {"hotspot_cells": "sfc_POLYGON;27700", "hotspots": "sfc_MULTIPOLYGON;27700"}
    drawn |= {view: drawn[layer] for view, (layer, _) in VIEWS.items()}
    tables = ("reconciliation", "run_info", "data_dictionary", "layer_styles")
    names = (*drawn, *tables)
    rows = {
        name: _asked(file, f"select count(*) from {name}")[0][0]  # noqa: S608
        for name in names
    }
    assert layers == [f"{name};{drawn.get(name, ';')};{rows[name]}" for name in names]
    assert style == "hotspot_cells hotspots TRUE TRUE TRUE TRUE"


def test_it_follows_the_standard(file: Path) -> None:
    validate = ["/usr/bin/python3", "-m", "osgeo_utils.samples.validate_gpkg"]
    there = "import osgeo_utils.samples.validate_gpkg"
    if (
        not Path(validate[0]).exists()
        or subprocess.run(
            [validate[0], "-c", there], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("no validate_gpkg: install python3-gdal")
    done = subprocess.run(
        [*validate, file], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
