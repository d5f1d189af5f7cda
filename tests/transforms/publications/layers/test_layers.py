"""A publication with layers of the user's own: in every file, and in its identity."""

import json
import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import geopandas as gpd
import pandas as pd
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

from tests.transforms.operations.sealed import differing
from tests.transforms.publications.formats.test_briefing import needs_poppler, printed
from tests.transforms.publications.map.map_files import areas_file, country, map_file
from tests.transforms.publications.map.map_page import unpacked
from tests.transforms.simulated_home import AS_OF, Simulated, copied_home
from transforms.homes.home import Home
from transforms.publications.edition import month_edition
from transforms.publications.edition.force_edition import ForceEdition
from transforms.publications.edition.gather import gather
from transforms.publications.edition.selection import TOP_GROUPS
from transforms.publications.formats import area_briefing
from transforms.publications.layers import LayerFiles, Layers, read_layers
from transforms.publications.layers.open_ground import ATTRIBUTION
from transforms.publications.map import write as web_map
from transforms.publications.publish import Published, publish
from transforms.publications.schemas import AREAS, HOTSPOTS, PUBLISHED
from transforms.publications.titles import title
from transforms.reference.groups import GROUPS
from transforms.scores.methods import DEFAULT_METHOD, METHODS


METHOD = METHODS[DEFAULT_METHOD]
COMMENTS = """select column_name, comment from duckdb_columns()
where table_name = $table"""
CLAIM = "Contains OS data © Crown copyright and database right 2025."


@dataclass(frozen=True)
class Laid:
    """Files of layers about the simulated forces, and what was published with them."""

    home: Home
    files: LayerFiles
    done: Published

    @property
    def tier(self) -> Path:
        return self.done.folder / "internal"


@pytest.fixture(scope="module")
def laid(simulated: Simulated, tmp_path_factory: pytest.TempPathFactory) -> Laid:
    folder = tmp_path_factory.mktemp("laid")
    home = copied_home(simulated.home, folder)
    cells = gather(home, AS_OF, METHOD).cells.to_pandas()
    stack: dict[str, Any] = {}
    halves, around = {}, {}
    for force, mine in cells.groupby("force"):
        x, y = mine["easting"].median(), mine["northing"].median()
        for name, rows in country(x, y, 60_000).items():
            stack[name] = [*stack.get(name, []), *rows]
        around[force] = shapely.Point(x, y).buffer(20_000)
        halves[f"{force} east"] = shapely.box(x, y - 30_000, x + 30_000, y + 30_000)
        halves[f"={force} west"] = shapely.box(x - 30_000, y - 30_000, x, y + 30_000)
    files = LayerFiles(
        areas_file(folder / "forces.gpkg", around),
        map_file(folder / "stack.gpkg", stack),
        {
            "half": str(areas_file(folder / "halves.gpkg", halves)),
            "order": f"{areas_file(folder / 'a.geojson', {} | around)}:label",
        },
    )
    return Laid(home, files, publish(home, AS_OF, METHOD, read_layers(files)))


def test_without_layers_the_identity_is_what_it_was(laid: Laid) -> None:
    plain = gather(laid.home, AS_OF, METHOD)
    assert "layers" not in plain.identity
    assert plain.run_id == gather(laid.home, AS_OF, METHOD, Layers()).run_id
    assert plain.run_id != laid.done.run_id
    told = {k: v for k, v in laid.done.edition.identity.items() if k != "layers"}
    assert told == plain.identity


def test_the_identity_is_of_bytes_and_columns_and_not_of_places(
    laid: Laid, tmp_path: Path
) -> None:
    assert laid.files.basemap
    half = laid.files.areas["half"]
    moved = Path(shutil.copy(laid.files.basemap, tmp_path / "elsewhere.gpkg"))
    area = Path(shutil.copy(half, tmp_path / "other.gpkg"))

    def told(**changes: Any) -> object:
        return read_layers(LayerFiles(**changes)).identity

    assert told(basemap=moved) == told(basemap=laid.files.basemap)
    assert told(areas={"half": str(area)}) == told(areas={"half": half})
    assert told(areas={"half": str(area)}) != told(areas={"side": half})
    assert told(boundary=area) != told(boundary=laid.files.boundary)
    with moved.open("ab") as file:
        file.write(b"\0")
    assert told(basemap=moved) != told(basemap=laid.files.basemap)
    assert told() == {}


def test_the_same_layers_give_the_same_bytes(laid: Laid, tmp_path: Path) -> None:
    home = copied_home(laid.home, tmp_path)
    again = publish(home, AS_OF, METHOD, read_layers(laid.files))
    assert again.run_id == laid.done.run_id
    assert differing(laid.tier, again.folder / "internal") == []
    assert not publish(home, AS_OF, METHOD, read_layers(laid.files)).created


def test_the_columns_stand_at_the_end_of_every_file_of_cells_and_hot_spots(
    laid: Laid,
) -> None:
    cells, spots = ([*s.names, "half", "order"] for s in (PUBLISHED, HOTSPOTS))
    assert pq.read_schema(laid.tier / "hotspot_cells.parquet").names[:-2] == cells
    assert pacsv.read_csv(laid.tier / "hotspot_cells.csv").column_names == cells
    assert pacsv.read_csv(laid.tier / "hotspots.csv").column_names == spots
    for layer, names in (("hotspot_cells", cells), ("hotspots", spots)):
        info = pyogrio.read_info(laid.tier / "hotspots.gpkg", layer=layer)
        assert list(info["fields"]) == names
    with duckdb.connect(str(laid.tier / "hotspots.duckdb"), read_only=True) as con:
        for table, names in (("cells", cells), ("hotspots", spots)):
            told = dict(con.execute(COMMENTS, {"table": table}).fetchall())
            assert list(told) == names
            assert "user's layer half" in told["half"]
        con.sql(
            'select half, "order" from top_cells union all'
            ' select half, "order" from hotspots_now'
        ).fetchall()
    sheet = pyogrio.read_dataframe(
        laid.tier / "top_hotspots.xlsx", layer="Hot spots", read_geometry=False
    )
    assert list(sheet.columns[-2:]) == ["half", "order"]
    assert sheet["order"].notna().any()


def test_cells_lie_where_they_say_and_formulas_are_withheld(laid: Laid) -> None:
    cells = gpd.read_parquet(laid.tier / "hotspot_cells.parquet")
    held = cells[cells["half"].notna()]
    assert (held["half"] == held["force"] + " east").all()
    middle = cells.groupby("force")["easting"].median()
    east = cells["easting"] > cells["force"].map(middle) + 5
    west = cells["easting"] < cells["force"].map(middle) - 5
    near = cells["order"].notna()
    assert cells[east & near]["half"].notna().all()
    assert cells[west]["half"].isna().all()
    assert west.any()
    for path in laid.tier.iterdir():
        assert b"avonmere west" not in path.read_bytes(), path.name


def test_dictionary_and_data_package_tell_them(laid: Laid) -> None:
    frictionless = pytest.importorskip(
        "frictionless", reason="frictionless is not installed"
    )
    dictionary = (laid.tier / "DATA_DICTIONARY.md").read_text()
    assert dictionary.count("| `half` |") == 2
    package = laid.tier / "datapackage.json"
    fields = {
        r["path"]: {f["name"]: f for f in r["schema"]["fields"]}
        for r in json.loads(package.read_text())["resources"]
        if "schema" in r
    }
    for path in ("hotspot_cells.csv", "hotspots.csv"):
        assert "user's layer order" in fields[path]["order"]["description"]
        assert fields[path]["half"]["constraints"]["pattern"].startswith("^[^")
    report = frictionless.validate(str(package))
    assert report.valid, report.flatten(["title", "message"])[:5]
    layers = pyogrio.read_dataframe(
        laid.tier / "hotspots.gpkg", layer="data_dictionary", read_geometry=False
    )
    assert list(layers[layers["column"] == "half"]["layer"]) == [
        "hotspot_cells",
        "hotspots",
    ]


def test_areas_add_up_from_the_published_cells_in_every_file(laid: Laid) -> None:
    keys = ["area", "force", "crime_group"]
    cells = pq.read_table(laid.tier / "hotspot_cells.parquet").to_pandas()
    summed = {"cells": ("h3_cell", "size"), "area_m2": ("cell_area_m2", "sum")}
    summed |= {"expected": ("score", "sum"), "hotspots": ("hotspot_id", "nunique")}
    summed |= {name: (name, "sum") for name in ("n_3m", "n_12m", "n_prev_12m")}
    by_hand = pd.concat(
        cells.assign(area=cells[layer])[cells[layer].notna()]
        .groupby(keys, observed=True)
        .agg(**summed)
        .reset_index()
        .assign(layer=layer)
        for layer in ("half", "order")
    ).astype(dict.fromkeys(keys, str))
    by_hand = by_hand.set_index(["layer", *keys]).sort_index()
    csv = pd.read_csv(laid.tier / "areas.csv")
    with duckdb.connect(str(laid.tier / "hotspots.duckdb"), read_only=True) as con:
        database = con.sql("from areas").df()
        [[said]] = con.execute(
            "select comment from duckdb_tables() where table_name = 'areas'"
        ).fetchall()
    geopackage = pyogrio.read_dataframe(
        laid.tier / "hotspots.gpkg", layer="areas", read_geometry=False
    )
    assert "Areas of the user's own" in said
    for found in (csv, database, geopackage):
        assert list(found.columns) == AREAS.names
        found = found.set_index(["layer", *keys])
        pd.testing.assert_frame_equal(
            found[list(summed)].sort_index(),
            by_hand[list(summed)],
            check_dtype=False,
            atol=1e-6,
        )
    sheet = pyogrio.read_dataframe(
        laid.tier / "top_hotspots.xlsx", layer="Areas", read_geometry=False
    )
    assert list(sheet.columns) == [title(name) for name in AREAS.names]
    assert len(sheet) == csv["crime_group"].isin(TOP_GROUPS).sum()


def test_the_highest_hot_spot_of_an_area_is_the_first_that_reaches_into_it(
    laid: Laid,
) -> None:
    areas = pd.read_csv(laid.tier / "areas.csv")
    spots = pd.read_csv(laid.tier / "hotspots.csv")
    reaching = spots.assign(area=spots["half"].str.split("; ")).explode("area")
    reaching = reaching.sort_values("hotspot_rank").drop_duplicates(
        ["area", "force", "crime_group"]
    )
    keys = ["area", "force", "crime_group", "hotspot_id", "hotspot_rank"]
    keys += ["hotspot_name"]
    reaching = reaching.rename(columns={"name": "hotspot_name"})
    named = areas[(areas["layer"] == "half") & areas["hotspot_id"].notna()]
    assert {tuple(row) for row in named[keys].astype(str).to_numpy()} == {
        tuple(row)
        for row in reaching[reaching["area"].notna()][keys].astype(str).to_numpy()
    }
    assert len(named) < len(areas)


@needs_poppler
def test_each_area_has_a_page_that_says_what_its_rows_say(laid: Laid) -> None:
    areas = pd.read_csv(laid.tier / "areas.csv")
    for force in laid.done.edition.scored:
        mine = areas[areas["force"] == force.force.id].set_index("layer")
        page = laid.tier / f"areas-{force.force.id}.pdf"
        facts = printed("pdfinfo", page)
        assert re.search(r"^Tagged: +yes$", facts, re.MULTILINE)
        texts = printed("pdftotext", "-layout", page, "-").split("\f")[:-1]
        assert [text.split("\n")[0].strip() for text in texts] == [
            f"{force.force.id} east (half)",
            f"{force.force.id} (order)",
        ]
        for text, layer in zip(texts, ("half", "order"), strict=True):
            rows = mine.loc[layer].set_index("crime_group")
            for slug in TOP_GROUPS:
                row = rows.loc[slug]
                said = [f"{row['expected']:.1f}", f"{row['n_3m']:,.0f}"]
                said += [f"{row['n_12m']:,.0f}"]
                line = rf"{re.escape(GROUPS[slug].label)} +{' +'.join(said)} "
                assert re.search(line, text), line
            assert "have a page" not in text


@needs_poppler
def test_the_areas_with_most_expected_have_a_page_where_there_are_many(
    laid: Laid, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(area_briefing, "MOST_PAGES", 1)
    area_briefing.write_area_briefings(laid.done.edition, tmp_path / "areas-*.pdf")
    areas = pd.read_csv(laid.tier / "areas.csv")
    for force in laid.done.edition.scored:
        mine = areas[areas["force"] == force.force.id]
        all_crime = mine[mine["crime_group"] == "all-crime"]
        first = all_crime.loc[all_crime["expected"].idxmax()]
        page = tmp_path / f"areas-{force.force.id}.pdf"
        [text] = printed("pdftotext", "-layout", page, "-").split("\f")[:-1]
        assert text.strip().startswith(f"{first['area']} ({first['layer']})")
        said = " ".join(text.split())
        assert "Only the 1 of 2 areas with most expected have a page." in said


@needs_poppler
def test_an_area_of_two_forces_has_one_page_with_that_of_most_cells(
    laid: Laid, tmp_path: Path
) -> None:
    forces = [force.force.id for force in laid.done.edition.scored]
    around = {
        force: laid.done.edition.cells.to_pandas().query("force == @force")
        for force in forces
    }
    circles = [
        shapely.Point(of["easting"].median(), of["northing"].median()).buffer(reach)
        for of, reach in zip(around.values(), (4_000, 900, 900), strict=True)
    ]
    shapes = {"Border": shapely.union_all(circles), "Own": circles[1]}
    file = areas_file(tmp_path / "border.gpkg", shapes)
    layers = read_layers(LayerFiles(areas={"beat": str(file)}))
    edition = replace(laid.done.edition, layers=layers)
    vars(edition)["_published"] = laid.done.edition._published
    rows = edition.areas.to_pandas().query("crime_group == 'all-crime'")
    border = rows.query("area == 'Border'")
    assert set(border["force"]) == set(forces)
    assert border.set_index("force")["cells"].idxmax() == forces[0]
    area_briefing.write_area_briefings(edition, tmp_path / "areas-*.pdf")
    files = sorted(path.name for path in tmp_path.glob("areas-*.pdf"))
    assert files == [f"areas-{force}.pdf" for force in forces[:2]]
    texts = [printed("pdftotext", "-layout", tmp_path / name, "-") for name in files]
    assert [text.split("\n")[0].strip() for text in texts] == [
        "Border (beat)",
        "Own (beat)",
    ]
    assert [text.count("\f") for text in texts] == [1, 1]
    assert "more reach into" not in texts[0]
    said = " ".join(texts[1].split())
    assert "1 more reach into this force; their pages are with the force that" in said


def test_waypoints_name_the_areas(laid: Laid) -> None:
    text = (laid.tier / "top_hotspots.gpx").read_text()
    assert "half: avonmere east." in text
    assert "order: avonmere." in text
    assert "None" not in text


def test_the_map_has_its_ground_its_claim_and_the_areas(laid: Laid) -> None:
    text = (laid.tier / "map.html").read_text()
    assert CLAIM in text
    assert "Dashed lines: the boundaries supplied." in text
    found = unpacked(text)
    drawn = [name for name, *_ in found["ground"]["layers"]]
    assert drawn[0] == "land"
    assert drawn[-1] == "boundary"
    assert found["areas"] == ["half", "order"]
    assert set(found["words"]["area.order"]) == {"avonmere", "northfell", "saltmarsh"}
    plain = publish(laid.home, AS_OF, METHOD)
    bare = (plain.folder / "internal" / "map.html").read_text()
    assert CLAIM not in bare
    assert ATTRIBUTION in bare
    drawn = [name for name, *_ in unpacked(bare)["ground"]["layers"]]
    assert drawn[:2] == ["sea", "land"]
    assert "boundary" not in drawn


def test_each_page_of_a_force_has_its_own_part(
    laid: Laid, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_map, "MOST_ROWS", 0)
    web_map.write_map(laid.done.edition, tmp_path / "map.html")
    corners = set()
    for force in laid.done.edition.scored:
        text = (tmp_path / f"map-{force.force.id}.html").read_text()
        assert CLAIM in text
        [land] = [s for n, _, s in unpacked(text)["ground"]["layers"] if n == "land"]
        [[ring]] = land
        corners.add((round(ring[0] / 1e5), round(ring[1] / 1e5)))
    assert len(corners) == 3


def test_provenance_tells_hashes_and_no_paths(laid: Laid) -> None:
    told = json.loads((laid.tier / "provenance.json").read_text())["layers"]
    assert [name for name, *_ in told["areas"]] == ["half", "order"]
    assert len(told["basemap"]) == len(told["boundary"]) == 64
    assert laid.files.basemap
    for path in laid.tier.iterdir():
        data = path.read_bytes()
        assert laid.files.basemap.name.encode() not in data, path.name
        assert str(laid.files.basemap.parent).encode() not in data, path.name


def test_the_part_of_each_force_is_made_once(
    laid: Laid, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed = month_edition.force_part
    calls: list[str] = []

    def counted(force: ForceEdition, **given: Any) -> Any:
        calls.append(force.force.id)
        return computed(force, **given)

    monkeypatch.setattr(month_edition, "force_part", counted)
    home = copied_home(laid.home, tmp_path)
    half = LayerFiles(areas={"half": laid.files.areas["half"]})
    done = publish(home, AS_OF, METHOD, read_layers(half))
    assert done.created
    assert calls == [force.force.id for force in done.edition.scored]
