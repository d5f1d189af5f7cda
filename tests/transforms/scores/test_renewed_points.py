"""A home over a renewal of all map points, from its files to its publication."""

import csv
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.transforms.simulated_home import RECEIVED_AT
from transforms.backtests.origins import backtest_force
from transforms.feeds.police_uk import street
from transforms.homes.home import Home, create_demo_home
from transforms.incidents.epochs import read_epochs
from transforms.incidents.ingest import ingest_force
from transforms.publications.publish import publish
from transforms.reference.months import Month, month_range
from transforms.scores.explain import explain
from transforms.scores.methods import DEFAULT_METHOD, METHODS
from transforms.scores.score_months import score_force
from transforms.simulator import simulate


FORCE = "avonmere"
RENEWED = Month(2022, 7)
SPAN = month_range(Month(2021, 1), Month(2022, 12))
METHOD = METHODS[DEFAULT_METHOD]


@dataclass(frozen=True)
class Renewed:
    home: Home
    run: Path


@pytest.fixture(scope="module")
def renewed(tmp_path_factory: pytest.TempPathFactory) -> Renewed:
    folder = tmp_path_factory.mktemp("renewed")
    simulate(
        folder / "source", size=0.1, start=str(SPAN[0]), forces=[FORCE],
        renewed=str(RENEWED),
    )  # fmt: skip
    home = create_demo_home(folder / "home")
    feed = street
    force = home.registry[FORCE]
    members = feed.members(folder / "source")
    ingest_force(home.lake, feed, force, members, SPAN, RECEIVED_AT)
    score_force(home.lake, force, SPAN[-1], METHOD, home.scoring)
    return Renewed(home, publish(home, SPAN[-1], METHOD).folder / "internal")


def test_the_renewal_is_found_in_the_incidents(renewed: Renewed) -> None:
    paths = [file.path for file in renewed.home.lake.files("incidents", FORCE)]
    assert read_epochs(paths) == (RENEWED,)


def test_the_same_feed_without_a_renewal_has_none(tmp_path: Path) -> None:
    simulate(tmp_path / "source", size=0.05, start="2021-12", months=12, forces=[FORCE])
    home = create_demo_home(tmp_path / "home")
    feed = street
    members = feed.members(tmp_path / "source")
    months = month_range(Month(2021, 12), Month(2022, 11))
    ingest_force(home.lake, feed, home.registry[FORCE], members, months, RECEIVED_AT)
    assert read_epochs([f.path for f in home.lake.files("incidents", FORCE)]) == ()


def test_nothing_published_is_compared_over_it(renewed: Renewed) -> None:
    cells = pq.read_table(renewed.run / "hotspot_cells.parquet").to_pylist()
    assert {row["months_12m"] for row in cells} == {6}
    assert {row["months_36m"] for row in cells} == {6}
    assert {row["n_prev_12m"] for row in cells} == {None}
    assert {row["hotspot_class"] for row in cells} == {None}
    with (renewed.run / "hotspots.csv").open() as file:
        spots = list(csv.DictReader(file))
    assert spots
    assert {spot["n_prev_12m"] for spot in spots} == {""}


def test_the_publication_says_so(renewed: Renewed) -> None:
    method = (renewed.run / "METHOD.md").read_text()
    assert "the points were renewed in July 2022. Counts begin there, in 6" in method
    with (renewed.run / "coverage.csv").open() as file:
        told = {row["month"]: row["points_renewed"] for row in csv.DictReader(file)}
    assert told == {str(m): str(RENEWED) if m >= RENEWED else "" for m in SPAN}


def test_no_hot_spot_id_lives_on_over_it(renewed: Renewed) -> None:
    ids: dict[str, set[str]] = {}
    for file in renewed.home.lake.files("scores", FORCE):
        rows = pq.ParquetFile(file.path).read(columns=["hotspot_id"])
        found = rows["hotspot_id"].unique().to_pylist()
        ids[file.partition["as_of"]] = {name for name in found if name}
    assert ids["2022-05"] & ids["2022-06"]
    assert ids["2022-07"] & ids["2022-08"]
    assert not ids["2022-06"] & ids["2022-07"]


def test_an_outcome_beyond_it_is_left_out_of_the_backtest(renewed: Renewed) -> None:
    origins = month_range(Month(2022, 3), Month(2022, 8))
    lake, force = renewed.home.lake, renewed.home.registry[FORCE]
    done = backtest_force(lake, force, origins, renewed.home.scoring)
    assert done.left_out == {
        "2022-06": "the map points were renewed before its outcome"
    }
    assert done.origins == [str(month) for month in origins if str(month) != "2022-06"]
    rows = lake.read("accuracy", FORCE).to_pylist()
    pairs = {(row["as_of"], row["outcome_month"]) for row in rows}
    assert ("2022-05", "2022-06") in pairs
    assert not [p for p in pairs if p[0] < str(RENEWED) <= p[1]]
    again = backtest_force(lake, force, origins, renewed.home.scoring)
    assert (again.origins, again.unchanged) == ([], len(done.origins))


def test_what_explains_a_cell_lies_on_its_own_points(renewed: Renewed) -> None:
    cells = pq.read_table(renewed.run / "hotspot_cells.parquet").to_pylist()
    [top] = [
        row["h3_cell"]
        for row in cells
        if row["crime_group"] == "all-crime" and row["score_rank"] == 1
    ]
    [found] = explain(renewed.home, top, "all-crime", None, None)
    assert {raw.month for raw in found.raw} <= {str(m) for m in SPAN if m >= RENEWED}
    assert sum(len(raw.lines) for raw in found.raw) == found.row["n_36m"]
