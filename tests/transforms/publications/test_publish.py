"""Publishing: whole or not at all, the same bytes each time, nothing private."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import duckdb
import geopandas as gpd
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from tests.transforms.operations.sealed import differing
from tests.transforms.simulated_home import (
    AS_OF,
    PUBLISHED_FILES,
    Simulated,
    copied_home,
    make_home,
)
from transforms.backtests.origins import backtest_force
from transforms.backtests.schemas import ACCURACY_SUMMARY, CALIBRATION
from transforms.errors import HexbeatError, UsageError
from transforms.homes.home import Home, open_home
from transforms.publications.formats.registry import FORMATS
from transforms.publications.publish import Published, publish
from transforms.publications.schemas import (
    CONCENTRATION,
    EXCLUDED,
    HISTORY,
    HOTSPOTS,
    PUBLISHED,
    PUBLISHED_COVERAGE,
    PUBLISHED_HISTORY,
)
from transforms.reference.months import Month
from transforms.scores.methods import DEFAULT_METHOD, METHODS
from transforms.scores.score_months import score_force


METHOD = METHODS[DEFAULT_METHOD]
VALIDATOR = Path(sys.executable).with_name("geoparquet-validator")


@pytest.fixture(scope="module")
def home(simulated: Simulated, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The simulated home, backtested: a publication then has every file it can."""
    home = copied_home(simulated.home, tmp_path_factory.mktemp("published"))
    _backtest(home)
    return home


def _backtest(home: Home) -> None:
    for force in home.registry.values():
        origins = [Month(2025, 8), Month(2025, 11)]
        backtest_force(home.lake, force, origins, home.scoring)


@pytest.fixture(scope="module")
def published(home: Home) -> Published:
    return publish(home, AS_OF, METHOD)


def _tier(done: Published) -> Path:
    return done.folder / "internal"


def test_every_format_is_there_and_every_sum_holds(published: Published) -> None:
    names = {path.name for path in _tier(published).iterdir()}
    assert names == {
        *PUBLISHED_FILES,
        "datapackage.json",
        "manifest.json",
        "SHA256SUMS",
    }
    subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"],
        cwd=_tier(published),
        check=True,
        capture_output=True,
    )


def test_two_homes_give_the_same_bytes(
    simulated: Simulated, published: Published, tmp_path: Path
) -> None:
    rebuilt = make_home(tmp_path / "other", simulated.source)
    _backtest(rebuilt)
    other = publish(rebuilt, AS_OF, METHOD)
    assert other.run_id == published.run_id
    assert differing(_tier(published), _tier(other)) == []


def test_publishing_again_makes_nothing(home: Home, published: Published) -> None:
    pointer = home.publications / "latest.json"
    before = pointer.stat().st_mtime_ns
    again = publish(home, AS_OF, METHOD)
    assert (again.run_id, again.created) == (published.run_id, False)
    assert pointer.stat().st_mtime_ns == before


def test_another_input_is_another_run(
    simulated: Simulated, published: Published, tmp_path: Path
) -> None:
    home = copied_home(simulated.home, tmp_path)
    assert publish(home, AS_OF, METHOD).run_id != published.run_id  # not backtested
    rival = METHODS["rolling_count"]
    score_force(home.lake, home.registry["avonmere"], AS_OF, rival, home.scoring)
    rolling = publish(home, AS_OF, rival)
    assert rolling.run_id != published.run_id
    assert rolling.scored == ["avonmere"]
    assert rolling.unscored["saltmarsh"].startswith("its scores are not of the rows")


@pytest.mark.usefixtures("needed_formats")
def test_the_pointer_never_goes_back_in_time(
    simulated: Simulated, tmp_path: Path
) -> None:
    home = copied_home(simulated.home, tmp_path)
    newest = publish(home, AS_OF, METHOD)
    for force in home.registry.values():
        score_force(home.lake, force, Month(2025, 6), METHOD, home.scoring)
    older = publish(home, Month(2025, 6), METHOD)
    assert older.created
    assert not older.pointed
    latest = json.loads((home.publications / "latest.json").read_text())
    assert latest["run_id"] == newest.run_id


def test_a_crash_while_building_leaves_no_publication(
    simulated: Simulated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = copied_home(simulated.home, tmp_path)

    def crash(*_: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patched:
        row = replace(FORMATS["map.html"], write=crash)
        patched.setitem(FORMATS, "map.html", row)
        with pytest.raises(OSError, match="disk full"):
            publish(home, AS_OF, METHOD)
    assert list((home.publications / "runs").iterdir()) == []
    assert not (home.publications / "latest.json").exists()
    assert publish(home, AS_OF, METHOD).created


def test_an_empty_lake_is_nothing_to_publish(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the lake is empty"):
        publish(open_home(tmp_path), AS_OF, METHOD)


def test_the_geoparquet_is_valid_and_opens_in_geopandas_and_duckdb(
    published: Published,
) -> None:
    path = _tier(published) / "hotspot_cells.parquet"
    subprocess.run(
        [VALIDATOR, "check", "--class", "all", path],
        check=True,
        capture_output=True,
    )
    frame = gpd.read_parquet(path)
    assert frame.crs.to_authority() == ("OGC", "CRS84")
    assert frame.geometry.is_valid.all()
    assert frame.geometry.exterior.is_ccw.all()
    with duckdb.connect() as con:
        rows, kind = con.execute(
            "select count(*), any_value(typeof(geometry)) from read_parquet($path)",
            {"path": str(path)},
        ).fetchall()[0]
    assert rows == len(frame)
    assert kind.startswith("GEOMETRY")


def test_columns_are_those_of_the_dictionary(published: Published) -> None:
    tier = _tier(published)
    cells = pq.read_schema(tier / "hotspot_cells.parquet").names
    assert cells[: len(PUBLISHED.names)] == PUBLISHED.names
    assert pq.read_schema(tier / "hotspot_history.parquet").names == HISTORY.names
    table = pacsv.read_csv(tier / "hotspot_cells.csv")
    assert table.column_names == PUBLISHED.names
    flat = {
        "hotspots.csv": HOTSPOTS,
        "concentration.csv": CONCENTRATION,
        "exclusions.csv": EXCLUDED,
        "accuracy.csv": ACCURACY_SUMMARY,
        "calibration.csv": CALIBRATION,
        "accuracy_history.csv": PUBLISHED_HISTORY,
        "coverage.csv": PUBLISHED_COVERAGE,
    }
    for name, schema in flat.items():
        assert pacsv.read_csv(tier / name).column_names == schema.names
    dictionary = (tier / "DATA_DICTIONARY.md").read_text()
    for schema in (PUBLISHED, HISTORY, *flat.values()):
        for name in schema.names:
            assert f"`{name}`" in dictionary


def test_cells_are_15_hexadecimal_characters_within_their_geometry(
    published: Published,
) -> None:
    frame = gpd.read_parquet(_tier(published) / "hotspot_cells.parquet")
    assert frame["h3_cell"].str.fullmatch(r"8[0-9a-f]{14}").all()
    centre = gpd.points_from_xy(frame["lon"], frame["lat"], crs=frame.crs)
    assert frame.geometry.contains(gpd.GeoSeries(centre)).all()
    projected = gpd.GeoSeries(centre).to_crs(27700)
    assert (projected.x - frame["easting"]).abs().max() < 1
    assert (projected.y - frame["northing"]).abs().max() < 1


def test_the_history_holds_the_newest_twelve_as_of_months(published: Published) -> None:
    history = pq.read_table(_tier(published) / "hotspot_history.parquet")
    of_avonmere = set(
        history.filter(pq.filters_to_expression([("force", "==", "avonmere")]))[
            "as_of"
        ].to_pylist()
    )
    assert of_avonmere == {f"2025-{month:02d}" for month in range(1, 13)}


def test_coverage_tells_every_month_of_every_force(published: Published) -> None:
    rows = pacsv.read_csv(_tier(published) / "coverage.csv").to_pylist()
    status = {(r["force"], str(r["month"])[:7]): r["status"] for r in rows}
    assert len(rows) == 3 * 24
    assert status["saltmarsh", "2025-01"] == status["saltmarsh", "2025-02"] == "missing"
    assert status["northfell", "2024-11"] == "partial_suspected"


def test_no_crime_id_leaves_the_lake(home: Home, published: Published) -> None:
    ids = home.lake.read("incidents", "avonmere")["crime_id"].drop_null()
    some = set(ids.to_pylist()[::97])
    assert len(some) > 10
    for path in _tier(published).iterdir():
        data = path.read_bytes()
        assert not any(raw in data or raw.hex().encode() in data for raw in some)
        assert b"crime_id" not in data.lower().replace(b" ", b"_"), path.name


def test_nothing_published_comes_from_clock_host_or_path(
    home: Home, published: Published
) -> None:
    for path in _tier(published).iterdir():
        # the one time that stands in a file: the end of the as-of month
        data = path.read_bytes().replace(b"2025-12-31T00:00:00.000Z", b"")
        assert str(home.root).encode() not in data, path.name
        assert not re.search(rb"202[0-9]-\d\d-\d\d[T ]\d\d:\d\d", data), path.name


def test_attribution_and_run_stand_on_the_documents(published: Published) -> None:
    for name in ("METHOD.md", "DATA_DICTIONARY.md", "map.html", "manifest.json"):
        text = (_tier(published) / name).read_text()
        assert "Simulated data of made-up forces" in text
        assert published.run_id in text


def test_how_the_lake_came_by_its_scores_does_not_show(
    simulated: Simulated, tmp_path: Path
) -> None:
    """All twelve months of the history are current, or the force is not published."""
    home = copied_home(simulated.home, tmp_path)
    force = home.registry["avonmere"]
    with pytest.raises(UsageError, match="score it again"):
        publish(home, Month(2025, 6), METHOD)
    score_force(home.lake, force, Month(2025, 6), METHOD, home.scoring)
    done = publish(home, Month(2025, 6), METHOD)
    assert done.scored == ["avonmere"]
    history = pq.read_table(_tier(done) / "hotspot_history.parquet")["as_of"]
    assert min(history.to_pylist()) == "2024-07"


@pytest.mark.usefixtures("needed_formats")
def test_an_unfinished_force_is_a_failure_and_not_left_out_in_silence(
    simulated: Simulated, tmp_path: Path
) -> None:
    home = copied_home(simulated.home, tmp_path)
    home.lake.commit("incidents", "avonmere", [], ["2025-03"])
    done = publish(home, AS_OF, METHOD)
    assert list(done.failed) == ["avonmere"]
    assert "avonmere 2025-03" in done.failed["avonmere"]


def test_a_pointer_that_is_none_is_told_in_one_line(
    simulated: Simulated, tmp_path: Path
) -> None:
    home = copied_home(simulated.home, tmp_path)
    home.publications.mkdir()
    (home.publications / "latest.json").write_text("{")
    with pytest.raises(HexbeatError, match="is not what publishing wrote"):
        publish(home, AS_OF, METHOD)
