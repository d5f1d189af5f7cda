"""A made-up force's feed, from its drops to a publication, as the flow does it."""

import csv
import json
import shutil
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import geopandas as gpd
import h3
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from shapely import box

from tests.oracles.days import known_incidents
from tests.transforms.records.made_homes import seen
from transforms.day_publications.backtest import backtest_feed, backtest_home
from transforms.day_publications.run import DayRun, run_day, standing_day
from transforms.day_publications.stored import read_stored
from transforms.errors import UsageError
from transforms.feeds.force.sources.folder import DropFolder
from transforms.homes.home import open_home
from transforms.incidents.scored import scored_incidents
from transforms.lake.data_files import read_files
from transforms.lake.lake import Lake
from transforms.lake.tables import TABLES
from transforms.map_files.cells_within import cells_within
from transforms.operations.verify_feed import verify_feed
from transforms.records.erasure import erase_reference
from transforms.records.homes import ForceHome, create_force_home, open_force_home
from transforms.records.live import live_records
from transforms.records.pull import pull
from transforms.reference.cells import as_text
from transforms.reference.days import DAYS as DAY_CLOCK
from transforms.reference.days import Day, day_clock
from transforms.reference.groups import GROUPS
from transforms.restricted import Restricted
from transforms.scores.methods import METHODS
from transforms.scores.timing.hours import of_the_year
from transforms.simulator.timed import simulate_timed, write_drops
from transforms.simulator.timed.hands import HANDS


DAYS = 120
NOW = datetime(2026, 3, 1, tzinfo=UTC)
METHOD = METHODS["point_exposure"]
NEWEST = Day.of(date(2025, 9, 1)) + (DAYS - 1)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> ForceHome:
    folder = tmp_path_factory.mktemp("feed")
    truth = simulate_timed(3, date(2025, 9, 1), DAYS, 0.1)
    write_drops(truth, folder / "drops", "csv")
    (folder / "mapping.toml").write_text(HANDS["csv"].mapping)
    made = open_force_home(
        create_force_home(folder / "home", folder / "mapping.toml", None, "me", NOW)
    )
    pull(made, DropFolder(folder / "drops", lambda _: None), "me", NOW)
    return made


def run(home: ForceHome, day: Day | None = None) -> DayRun:
    return run_day(home, METHOD, "me", NOW, day)


def test_a_day_is_scored_and_published_once(home: ForceHome) -> None:
    done = run(home)
    assert (str(done.as_of), done.scored, done.created) == (str(NEWEST), True, True)
    again = run(home)
    assert (again.scored, again.created, again.run_id) == (False, False, done.run_id)
    found = verify_feed(home)
    assert (found.whole, found.run_id) == (True, done.run_id)
    assert found.checked["raw"] >= DAYS - 2
    assert home.audit.verify().fault is None


def test_a_day_that_stands_is_found_and_nothing_else_is_made(home: ForceHome) -> None:
    done = run(home)
    standing = standing_day(home, METHOD, "me", NOW)
    assert standing is not None
    assert vars(standing) == vars(done) | {"scored": False, "created": False}
    audited = home.audit.path.read_bytes()
    before = home.lake.versions()
    assert standing_day(home, METHODS["rolling_count_7d"], "me", NOW) is None
    home.tombstones.begin({})
    assert standing_day(home, METHOD, "me", NOW) is None
    home.tombstones.end()
    latest = home.home.publications / "latest.json"
    pointed = latest.read_text()
    latest.write_text(pointed.replace(done.run_id, f"{NEWEST}-0123456789ab"))
    assert standing_day(home, METHOD, "me", NOW) is None
    latest.write_text(pointed)
    done.folder.rename(done.folder.with_name("away"))
    assert standing_day(home, METHOD, "me", NOW) is None
    done.folder.with_name("away").rename(done.folder)
    assert home.lake.versions() == before
    assert home.audit.path.read_bytes() == audited


def test_a_day_is_compared_with_the_one_before(home: ForceHome) -> None:
    day = NEWEST + -10
    alone = run(home, day)
    assert not (alone.folder / "internal" / "hotspot_changes.csv").exists()
    for earlier in (-8, -1):  # one is too long ago
        run(home, day + earlier)
        done = run(home, day)
    file = done.folder / "internal" / "hotspot_changes.csv"
    rows = list(csv.DictReader(file.read_text().splitlines()))
    assert {row["previous_as_of"] for row in rows} == {str(day + -1)}
    assert "kept" in {row["change"] for row in rows}
    assert not run(home, day).created


def test_the_layers_of_a_home_are_in_its_publications(home: ForceHome) -> None:
    settings = home.home.root / "hexbeat.toml"
    plain = settings.read_text()
    beats = {
        "type": "Polygon",
        "coordinates": [[[-9, 49], [3, 49], [3, 61], [-9, 61], [-9, 49]]],
    }
    feature = {"type": "Feature", "properties": {"name": "All"}, "geometry": beats}
    areas = {"type": "FeatureCollection", "features": [feature]}
    (home.home.root / "beats.geojson").write_text(json.dumps(areas))
    layers = '[feed.layers]\nareas.beat = "beats.geojson:name"\n'
    settings.write_text(f"{plain}\n{layers}")
    done = run(open_force_home(home.home.root), NEWEST)
    assert (done.created, done.layer_gaps) == (True, {})
    top = (done.folder / "internal" / "top_cells.csv").read_text()
    assert {row["beat"] for row in csv.DictReader(top.splitlines())} == {"All"}
    settings.write_text(f"{plain}\n{layers.replace('beats', 'gone')}")
    with pytest.raises(UsageError, match="gone"):
        run(open_force_home(home.home.root), NEWEST)
    settings.write_text(plain)


def test_an_earlier_day_knows_nothing_later(home: ForceHome) -> None:
    day = NEWEST + -30
    run(home, day)
    files = home.lake.files("day_scores", home.force)
    assert {file.partition["as_of"] for file in files} >= {str(day)}
    assert len(files) <= DAY_CLOCK.kept_as_ofs
    rows = home.lake.read("day_scores", home.force)
    mine = rows.filter(pc.equal(rows["as_of"], str(day)))
    up_to = [d for d in read_stored(home).supplied if d <= day]
    assert set(mine["days_365d"].to_pylist()) == {len(up_to)}
    assert len(up_to) < len(read_stored(home).supplied)


def test_a_day_s_backtest_knows_no_later_outcome(
    home: ForceHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "transforms.backtests.days.origins.DEFAULT_ORIGINS", {1: 3, 7: 2}
    )
    day = NEWEST + -30
    done = run_day(home, METHOD, "me", NOW, day, backtest=True)
    assert [
        (found.origins, str(found.last), found.horizon_days)
        for found in done.backtested
    ] == [(3, str(day + -1), 1), (2, str(day + -7), 7)]
    method = (done.folder / "internal" / "METHOD.md").read_text()
    assert "| all-crime | 7 | 2 |" in method


def test_a_day_knows_what_had_been_recorded_by_then(
    home: ForceHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every other record came three days later than it ended."""
    day = NEWEST + -20

    def recorded(lake: Lake, force: str) -> Restricted:
        rows = live_records(lake, force).reveal()
        late = pa.array([timedelta(3 * (i % 2)) for i in range(len(rows))])
        ended = pc.coalesce(rows["occurred_to"], rows["occurred_from"])
        at = rows.schema.get_field_index("recorded_at")
        return Restricted(rows.set_column(at, "recorded_at", pc.add(ended, late)))

    as_now = run(home, day)
    monkeypatch.setattr("transforms.day_publications.stored.live_records", recorded)
    monkeypatch.setattr("transforms.day_publications.run.day_sha256", lambda *_: "1")
    then = run(home, day)

    scores = home.lake.read("day_scores", home.force)
    mine = [
        row
        for row in scores.filter(pc.equal(scores["as_of"], str(day))).to_pylist()
        if (row["crime_group"], row["horizon_days"]) == ("all-crime", 1)
    ]
    cells = {row["h3_cell"] for row in mine}
    records = read_stored(home).records.reveal().to_pylist()
    newest = known_incidents(records, day.date)
    older = {r["reference"] for r in happened(records, day + -28)}
    assert sum(row["n_28d"] for row in mine) == sum(
        r["category"] in GROUPS["all-crime"].categories
        and r["h3_r10"] in cells
        and r["reference"] not in older
        for r in newest
    )
    assert len(newest) < len(happened(records, day))
    assert then.run_id != as_now.run_id
    told = [
        " ".join((done.folder / "internal" / "METHOD.md").read_text().split())
        for done in (as_now, then)
    ]
    assert "are seen as they are now" in told[0]
    assert "knows only what had been recorded by the end of that day" in told[1]


def happened(records: list[dict[str, Any]], day: Day) -> list[Mapping[str, Any]]:
    """Those that had happened by the end of that day, recorded or not."""
    return known_incidents([r | {"recorded_at": None} for r in records], day.date)


def test_a_run_with_other_hot_spot_ids_is_another_run(home: ForceHome) -> None:
    """The ids come from earlier scores, of which the inputs of a day say nothing."""
    done = run(home)
    [file] = [
        file
        for file in home.lake.files("day_scores", home.force)
        if file.partition["as_of"] == str(NEWEST)
    ]
    rows = read_files([file], TABLES["day_scores"])
    at = rows.schema.get_field_index("hotspot_id")
    other = pc.binary_join_element_wise(rows["hotspot_id"], "other", "-")
    renamed = rows.set_column(at, "hotspot_id", other)
    action = home.lake.write("day_scores", file.partition, renamed)
    home.lake.commit("day_scores", home.force, [action], [str(NEWEST)])
    again = run(home)
    assert not again.scored
    assert again.run_id != done.run_id
    spots = (again.folder / "internal" / "hotspots.csv").read_text()
    assert "-other" in spots


@pytest.mark.parametrize(
    ("day", "why"),
    [(NEWEST + 1, "the newest day supplied is"), (NEWEST + -111, "only 9 of the 91")],
)
def test_a_day_that_cannot_be_scored_is_told(
    home: ForceHome, day: Day, why: str
) -> None:
    with pytest.raises(UsageError, match=why):
        run(home, day)


def test_a_backtest_is_told_and_audited(home: ForceHome) -> None:
    before = home.audit.verify().lines
    found = backtest_home(home, 7, "me", NOW, NEWEST + -29, None)
    assert (found.origins, str(found.last)) == (4, str(NEWEST + -7))
    assert home.audit.verify().lines == before + 1
    account = found.as_account()
    assert account["first"] == str(found.first)
    assert account["recorded_share"] == 0
    assert account["lines"][0]["crime_group"] == "all-crime"
    bands = [band["expected"] for band in account["intervals"]]
    assert bands == ["0.2 to 1", "1 to 5", "over 5"]
    with pytest.raises(UsageError, match="no day can be judged"):
        backtest_feed(read_stored(home), day_clock(1), NEWEST, NEWEST + -200)


def test_an_erased_record_is_nowhere_and_the_day_is_scored_anew(
    home: ForceHome,
) -> None:
    before = run(home)
    rows = live_records(home.lake, home.force).reveal().sort_by("occurred_from")
    reference = rows["reference"][-1].as_py()
    assert seen(home.home.root, reference)
    erase_reference(home, reference, "asked", "me", NOW)
    assert seen(home.home.root, reference) == []
    after = run(home)
    assert after.scored
    assert after.run_id != before.run_id
    assert seen(home.home.root, reference) == []


def test_no_other_command_opens_it_and_an_empty_one_is_told(
    home: ForceHome, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="of a force's own feed: only hexbeat feed"):
        open_home(home.home.root)
    (tmp_path / "m.toml").write_text(HANDS["csv"].mapping)
    empty = create_force_home(tmp_path / "home", tmp_path / "m.toml", None, "me", NOW)
    with pytest.raises(UsageError, match="contains no records of a completed day"):
        run(open_force_home(empty))


def test_areas_of_the_force_are_its_universe(home: ForceHome, tmp_path: Path) -> None:
    before = run(home)
    root = Path(shutil.copytree(home.home.root, tmp_path / "home"))
    scored = np.unique(home.lake.read("day_scores", home.force)["h3_cell"].to_numpy())
    places = np.array([h3.cell_to_latlng(cell)[::-1] for cell in as_text(scored)])
    middle = np.median(places, axis=0)
    west, south = places.min(axis=0)
    beats = gpd.GeoDataFrame(geometry=[box(west, south, *middle)], crs=4326)
    beats.to_file(root / "beats.gpkg")
    with (root / "hexbeat.toml").open("a") as settings:
        settings.write('\n[universe]\nfile = "beats.gpkg"\n')
    own = open_force_home(root)
    done = run(own)
    assert (done.scored, done.created) == (True, True)
    assert done.run_id != before.run_id
    rows = own.lake.read("day_scores", own.force)
    rows = rows.filter(pc.equal(rows["as_of"].cast("string"), str(done.as_of)))
    cells = cells_within(root / "beats.gpkg", 10)
    assert set(rows["universe_cells"].to_pylist()) == {len(cells)}
    assert np.isin(rows["h3_cell"].to_numpy(), cells).all()
    stored = read_stored(own)
    year = of_the_year(stored.records, done.as_of, stored.supplied)
    kept = scored_incidents(year, own.home.scoring.exclusions, own.force)
    at = kept["h3_r10"].drop_null().to_numpy()
    outside = int((~np.isin(at, cells)).sum())
    assert 0 < outside < len(at)
    [folder] = own.home.publications.glob(f"runs/{done.run_id}")
    told = " ".join((folder / "internal" / "METHOD.md").read_text().split())
    among = f"{len(year):,} records of 365 days lie outside the areas named"
    assert f"{outside:,} of {among}" in told
    assert "whose centres lie in the areas that the home's settings name" in told
    assert not run(own).created
