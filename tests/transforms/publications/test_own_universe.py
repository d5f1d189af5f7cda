"""A universe of the user's own: every figure is of it, and what is outside is told."""

import csv
import json
from collections import Counter
from math import ceil
from pathlib import Path

import geopandas as gpd
import h3
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from shapely import box

from tests.oracles.universe import cells_in
from tests.transforms.publications.grown_home import METHOD, backtest
from tests.transforms.simulated_home import AS_OF, Simulated, copied_home
from transforms.errors import ForceError, UsageError
from transforms.homes.home import Home, open_home
from transforms.publications.publish import Published, publish
from transforms.reference.cells import as_text
from transforms.reference.months import window
from transforms.scores.score_months import score_force


MINE, OTHERS = "avonmere", ("northfell", "saltmarsh")
BANDS = {"top_1pct": 1, "top_2pct": 2, "top_5pct": 5, "top_20pct": 20, "rest": 100}


def named(home: Home, file: Path, lines: str = f'forces = ["{MINE}"]') -> Home:
    """The home with that file as its universe."""
    settings = home.root / "hexbeat.toml"
    before = settings.read_text().partition("[universe]")[0]
    settings.write_text(f'{before}[universe]\nfile = "{file.name}"\n{lines}\n')
    return open_home(home.root)


def drawn(home: Home, name: str, part: float) -> Path:
    """A file of two beats about that part of its scored cells, from the west."""
    rows = home.lake.read("scores")
    mine = rows.filter(pc.equal(rows["force"].cast("string"), MINE))
    cells = as_text(np.unique(mine["h3_cell"].to_numpy()))
    places = np.array([h3.cell_to_latlng(cell)[::-1] for cell in cells])
    points = gpd.GeoSeries.from_xy(*places.T, crs=4326).to_crs(27700)
    west, south, east, north = points.total_bounds
    middle, east = np.quantile(points.x, [part / 2, part])
    beats = [box(west, south, middle, north), box(middle, south, east, north)]
    file = home.root / name
    gpd.GeoDataFrame({"beat": ["A", "B"]}, geometry=beats, crs=27700).to_file(file)
    return file


def score(home: Home) -> dict[str, int]:
    """Scores every force; by force, how many as-ofs were computed."""
    return {
        force.id: len(
            score_force(
                home.lake, force, AS_OF, METHOD, home.scoring_of(force.id)
            ).as_ofs
        )
        for force in home.registry.values()
    }


@pytest.fixture(scope="module")
def home(simulated: Simulated, tmp_path_factory: pytest.TempPathFactory) -> Home:
    copied = copied_home(simulated.home, tmp_path_factory.mktemp("own"))
    made = named(copied, drawn(copied, "areas.gpkg", 0.5))
    assert score(made) == {MINE: 12} | dict.fromkeys(OTHERS, 0)
    backtest(made)
    return made


@pytest.fixture(scope="module")
def universe(home: Home) -> set[str]:
    beats = gpd.read_file(home.root / "areas.gpkg").geometry
    found: set[str] = set()
    for beat in beats:  # by tiles that the oracle can walk
        west, south, east, north = beat.bounds
        for x in np.arange(west, east, 4_000):
            for y in np.arange(south, north, 4_000):
                tile = beat.intersection(box(x, y, x + 4_000, y + 4_000))
                if not tile.is_empty:
                    found |= cells_in([list(tile.exterior.coords)[:-1]], 9)
    return found


@pytest.fixture(scope="module")
def published(home: Home) -> Published:
    return publish(home, AS_OF, METHOD)


def rows_of(published: Published, force: str = MINE) -> pa.Table:
    cells = pq.read_table(published.folder / "internal" / "hotspot_cells.parquet")
    return cells.filter(pc.equal(cells["force"], force))


def test_cells_ranks_bands_and_shares_are_of_its_cells(
    published: Published, universe: set[str]
) -> None:
    rows = rows_of(published)
    assert set(rows["universe_cells"].to_pylist()) == {len(universe)}
    area = sum(h3.cell_area(cell, "m^2") for cell in universe)
    assert rows["universe_area_m2"][0].as_py() == pytest.approx(area, rel=1e-6)
    assert set(rows["h3_cell"].to_pylist()) <= universe
    for slug in ("all-crime", "burglary"):
        mine = rows.filter(pc.equal(rows["crime_group"], slug)).sort_by("score_rank")
        ranks = mine["score_rank"].to_pylist()
        scored = zip(
            mine["score"].to_pylist(), mine["h3_cell"].to_pylist(), strict=True
        )
        highest = [(-score, cell) for score, cell in scored]
        assert highest == sorted(highest)
        top = ceil(len(universe) / 20)
        assert ranks[:top] == list(range(1, top + 1))
        for rank, band in zip(ranks, mine["score_band"].to_pylist(), strict=True):
            within = (
                b for b, p in BANDS.items() if rank <= ceil(p * len(universe) / 100)
            )
            assert band == next(within)


def test_what_is_outside_is_told_and_nothing_is_lost(
    home: Home, published: Published, universe: set[str]
) -> None:
    incidents = home.lake.read("incidents")
    year = [str(month) for month in window(AS_OF, 12)]
    held = Counter(
        f"{row['h3_r9']:x}"
        for row in incidents.to_pylist()
        if row["force"] == MINE and row["month"] in year and row["h3_r9"]
    )
    inside = sum(n for cell, n in held.items() if cell in universe)
    outside = sum(n for cell, n in held.items() if cell not in universe)
    assert outside > inside / 4
    folder = published.folder / "internal"
    with (folder / "reconciliation.csv").open() as file:
        told = {(r["force"], r["crime_group"]): r for r in csv.DictReader(file)}
    whole = {
        k: int(v) for k, v in told[MINE, "everything"].items() if k.endswith("12m")
    }
    assert (whole["counted_12m"], whole["outside_universe_12m"]) == (inside, outside)
    assert whole["far_from_force_12m"] == 0
    parts = ("without_place", "outside_area", "excluded", "outside_universe", "counted")
    assert whole["incidents_12m"] == sum(whole[f"{part}_12m"] for part in parts)
    rows = rows_of(published)
    for slug in ("all-crime", "burglary"):
        of = rows.filter(pc.equal(rows["crime_group"], slug))
        counted = int(told[MINE, slug]["counted_12m"])
        assert pc.sum(of["n_12m"]).as_py() == counted > 0
    words = f"; {outside:,} lie outside the areas named to be ranked"
    for name in ("METHOD.md", "top_hotspots.gpx", "datapackage.json"):
        assert words in (folder / name).read_text().replace("\n  ", " "), name
    method = " ".join((folder / "METHOD.md").read_text().split())
    assert f"Not so here: Avonmere Police ({len(universe):,} cells, `" in method


def test_accuracy_is_of_the_same_universe(home: Home, universe: set[str]) -> None:
    rows = home.lake.read("accuracy").to_pylist()
    mine = [row for row in rows if row["force"] == MINE]
    assert {row["universe_cells"] for row in mine} == {len(universe)}
    held = Counter(
        (row["month"], f"{row['h3_r9']:x}" in universe)
        for row in home.lake.read("incidents").to_pylist()
        if row["force"] == MINE and row["h3_r9"] and row["category"] == "burglary"
    )
    found = [row for row in mine if row["crime_group"] == "burglary"]
    assert len(found) > 50
    for row in found:
        month = row["outcome_month"]
        assert row["incidents_outside"] == held[month, False]
        assert row["incidents"] == held[month, True] + held[month, False]


def test_other_forces_are_as_before(simulated: Simulated, published: Published) -> None:
    before = publish(simulated.home, AS_OF, METHOD)
    for force in OTHERS:
        assert rows_of(published, force).equals(rows_of(before, force))
    assert not rows_of(published).equals(rows_of(before))


def test_only_other_cells_are_scored_and_published_again(
    home: Home, tmp_path: Path
) -> None:
    again = named(copied_home(home, tmp_path), home.root / "areas.gpkg")
    first = publish(again, AS_OF, METHOD)
    frame = gpd.read_file(again.root / "areas.gpkg")
    frame.dissolve().to_crs(27700)[["geometry"]].to_file(again.root / "one.geojson")
    renamed = named(again, Path("one.geojson"))
    assert score(renamed) == dict.fromkeys((MINE, *OTHERS), 0)
    assert not publish(renamed, AS_OF, METHOD).created
    other = named(again, drawn(again, "areas.gpkg", 0.4))
    with pytest.raises(ForceError, match="score it again"):
        stale = publish(other, AS_OF, METHOD)
        raise ForceError(stale.edition.forces[0].unscored)
    assert score(other) == {MINE: 12} | dict.fromkeys(OTHERS, 0)
    second = publish(other, AS_OF, METHOD)
    assert second.created
    assert second.run_id != first.run_id
    facts = json.loads((second.folder / "internal" / "provenance.json").read_text())
    assert [*facts["universes"]] == [MINE]


def test_what_cannot_be_meant_is_refused_in_one_line(
    home: Home, tmp_path: Path
) -> None:
    copied = copied_home(home, tmp_path)
    with pytest.raises(UsageError, match=r"gone\.gpkg: there is no such file"):
        score(named(copied, Path("gone.gpkg")))
    with pytest.raises(UsageError, match="write file, too"):
        (copied.root / "hexbeat.toml").write_text('[universe]\nforces = ["kent"]\n')
        open_home(copied.root)
    away = gpd.GeoDataFrame(
        geometry=[box(200_000, 800_000, 210_000, 810_000)], crs=27700
    )
    away.to_file(copied.root / "away.gpkg")
    (copied.root / "hexbeat.toml").write_text('[home]\nregistry = "demo"\n')
    elsewhere = named(copied, Path("away.gpkg"))
    with pytest.raises(ForceError, match=r"none of its .* a map of avonmere"):
        score(elsewhere)
    with pytest.raises(UsageError, match="unknown force 'kemt'"):
        named(copied, Path("away.gpkg"), 'forces = ["kemt"]')
