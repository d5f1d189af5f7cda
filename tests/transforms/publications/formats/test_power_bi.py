"""The star joins without a loose end, and says what the other files say."""

import csv
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
import shapely

from tests.transforms.publications.grown_home import Grown
from transforms.publications.edition.selection import whole_or_top
from transforms.publications.formats.format import Contents
from transforms.publications.formats.power_bi import wkt
from transforms.publications.formats.registry import FORMATS, formats_for
from transforms.reference.bands import TOP_5
from transforms.reference.cells import boundaries, from_text
from transforms.reference.groups import GROUPS
from transforms.reference.months import Month


STAR = [row.name for row in formats_for("months") if row.name.startswith("powerbi_")]
FACTS = ("powerbi_fact_cells.csv", "powerbi_fact_history.csv")
OF_HOTSPOTS = "powerbi_fact_hotspot_months.csv"
JOINS = {
    "hotspot_id": "powerbi_dim_hotspot.csv",
    "cell_key": "powerbi_dim_cell.csv",
    "force": "powerbi_dim_force.csv",
    "crime_group": "powerbi_dim_group.csv",
    "month_end": "powerbi_dim_month.csv",
}


def columns(name: str) -> Contents:
    contents = FORMATS[name].months
    assert contents is not None
    return contents


def read(tier: Path, name: str) -> list[dict[str, str]]:
    with (tier / name).open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", STAR)
def test_columns_are_as_described_and_keys_are_keys(tier: Path, name: str) -> None:
    rows = read(tier, name)
    assert list(rows[0]) == columns(name).schema.names
    keys = [tuple(row[key] for key in columns(name).keys) for row in rows]
    assert len(set(keys)) == len(keys) > 0


@pytest.mark.parametrize("fact", [n for n in STAR if n.startswith("powerbi_fact_")])
def test_every_fact_finds_its_dimensions(tier: Path, fact: str) -> None:
    keys = JOINS.keys() & set(columns(fact).schema.names)
    assert keys >= {"force", "crime_group", "month_end"}
    for key in sorted(keys):
        assert columns(JOINS[key]).keys == (key,)
        known = {row[key] for row in read(tier, JOINS[key])}
        assert {row[key] for row in read(tier, fact)} <= {*known, ""}


def test_each_cell_of_a_hot_spot_finds_it_and_each_hot_spot_has_its_year(
    tier: Path,
) -> None:
    listed = {row["hotspot_id"]: row for row in read(tier, JOINS["hotspot_id"])}
    cells = {row["hotspot_id"] for row in read(tier, FACTS[0])} - {""}
    assert cells == listed.keys()
    months = read(tier, OF_HOTSPOTS)
    year = {(row["hotspot_id"], row["month_end"]): row for row in months}
    assert len(year) == len(months) == 12 * len(listed)
    for spot, row in listed.items():
        now = year[spot, "2025-12-31"]
        assert now["hotspot_rank"] == row["hotspot_rank"]
        assert float(now["expected"]) == pytest.approx(float(row["expected"]))
        assert now["incidents"] == row["n_1m"]


def test_a_hot_spots_outline_has_its_area(tier: Path) -> None:
    rows = read(tier, JOINS["hotspot_id"])[::20]
    drawn = shapely.from_wkt([row["wkt"] for row in rows])
    assert shapely.is_valid(drawn).all()
    outlines = gpd.GeoSeries(drawn, crs=4326).to_crs(27700)
    wanted = [float(row["area_m2"]) for row in rows]
    assert outlines.area.tolist() == pytest.approx(wanted, rel=0.01)


@pytest.mark.parametrize("name", STAR)
def test_the_same_edition_is_the_same_bytes(
    grown: Grown, tier: Path, tmp_path: Path, name: str
) -> None:
    FORMATS[name].write(grown.now.edition, tmp_path / name)
    assert (tmp_path / name).read_bytes() == (tier / name).read_bytes()


def test_its_cells_are_those_of_the_geopackage(grown: Grown, tier: Path) -> None:
    wanted = {
        (f"{r['force']}/{r['h3_cell']}", r["crime_group"]): r
        for r in whole_or_top(grown.now.edition.cells).to_pylist()
    }
    facts = pacsv.read_csv(tier / FACTS[0]).to_pylist()
    assert {(r["cell_key"], r["crime_group"]) for r in facts} == wanted.keys()
    for row in facts[::97]:
        told = wanted[row["cell_key"], row["crime_group"]]
        for name in ("score_rank", "n_12m", "score_hi", "n_outcomes_12m"):
            assert row[name] == told[name]
        assert row["score"] == pytest.approx(told["score"], abs=1e-6)


def test_its_history_is_that_of_the_cells_on_top_now(tier: Path) -> None:
    def key(row: dict[str, Any]) -> tuple[str, str]:
        return row["force"], row["h3_cell"]

    history = pq.read_table(tier / "hotspot_history.parquet").to_pylist()
    history = [r for r in history if r["crime_group"] == "all-crime"]
    top = {
        key(r) for r in history if r["as_of"] == "2025-12" and r["score_band"] in TOP_5
    }
    wanted = {
        (f"{r['force']}/{r['h3_cell']}", str(Month.parse(r["as_of"]).last_day)): r
        for r in history
        if key(r) in top
    }
    told = {(r["cell_key"], r["month_end"]): r for r in read(tier, FACTS[1])}
    assert told.keys() == wanted.keys()
    assert len({month for _, month in told}) == 12
    for at, row in told.items():
        number = wanted[at]["n_1m"]
        assert row["n_1m"] == ("" if number is None else str(number))
        assert int(row["score_rank"]) == wanted[at]["score_rank"]


def test_outlines_are_the_hexagons_to_a_tenth_of_a_metre(tier: Path) -> None:
    rows = read(tier, "powerbi_dim_cell.csv")
    ids = [row["h3_cell"] for row in rows[::25]]
    drawn = shapely.from_wkt([row["wkt"] for row in rows[::25]])
    exact = shapely.polygons(boundaries(from_text(ids)))
    assert shapely.hausdorff_distance(drawn, exact).max() < 1e-6
    assert shapely.is_ccw(shapely.get_exterior_ring(drawn)).all()
    assert wkt(ids[:1])[0].startswith("POLYGON ((")


def test_months_have_their_quarter_and_name_and_groups_their_order(tier: Path) -> None:
    months = {row["month"]: row for row in read(tier, "powerbi_dim_month.csv")}
    assert months["2025-02"] == {
        "month_end": "2025-02-28",
        "month": "2025-02",
        "year": "2025",
        "quarter": "Q1",
        "month_number": "2",
        "month_name": "February",
    }
    covered = {row["month"] for row in read(tier, "coverage.csv")}
    assert covered <= months.keys()
    groups = [row["crime_group"] for row in read(tier, "powerbi_dim_group.csv")]
    assert groups == list(GROUPS)
