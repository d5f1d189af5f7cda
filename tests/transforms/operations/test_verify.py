"""Verification finds one flipped byte in any published, data or raw file."""

import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pytest

from tests.transforms.simulated_home import AS_OF, PUBLISHED_FILES, Simulated
from transforms.backtests.origins import backtest_force
from transforms.errors import UsageError
from transforms.homes.home import Home, open_home
from transforms.lake.schemas import ACCURACY_HISTORY, QUARANTINE
from transforms.lake.tables import TABLES
from transforms.operations.verify import verify
from transforms.publications.forecasts import freeze
from transforms.publications.publish import publish
from transforms.reference.months import Month
from transforms.scores.methods import DEFAULT_METHOD, METHODS


METHOD = METHODS[DEFAULT_METHOD]
ORIGINS = [Month(2025, 8), Month(2025, 11)]
WHEN = datetime(2026, 1, 3, tzinfo=UTC)
SEALED = ("datapackage.json", "manifest.json", "SHA256SUMS")


@pytest.fixture(scope="module")
def home(
    simulated: Simulated, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Home]:
    """A published home, its tables filled; each test leaves it as it was."""
    root = tmp_path_factory.mktemp("verified") / "home"
    leave_out = shutil.ignore_patterns("publications")
    shutil.copytree(simulated.home.root, root, ignore=leave_out)
    home = open_home(root)
    row = {
        "force": "avonmere",
        "month": "2025-12",
        "raw_sha256": "0" * 64,
        "raw_line": 2,
        "byte_offset": 99,
        "rule": "month",
    }
    rows = pa.Table.from_pylist([row], schema=QUARANTINE)
    partition = {"force": row["force"], "month": row["month"]}
    held_back = home.lake.write("quarantine", partition, rows)
    home.lake.commit("quarantine", "avonmere", [held_back], ["2025-12"])
    for force in home.registry.values():
        backtest_force(home.lake, force, ORIGINS, home.scoring)
    told = _judged_forecast()
    home.lake.append("accuracy_history", "avonmere", told.slice(0, 0), told)
    done = publish(home, AS_OF, METHOD)
    assert freeze(home, done.edition, WHEN) == done.scored
    yield home
    assert verify(home).whole


def _judged_forecast() -> pa.Table:
    """A row of a forecast that was judged, of an earlier publication."""
    row = {
        "force": "avonmere",
        "run_id": "2025-11-0123456789ab",
        "as_of": "2025-11",
        "outcome_month": "2025-12",
        "method": "rolling_count 2",
        "forecast_sha256": "0" * 64,
        "release": "2025-12",
        "crime_group": "burglary",
        "expected_1pct": 1.5,
        "judged_at": WHEN,
    }
    counts = [f.name for f in ACCURACY_HISTORY if pa.types.is_integer(f.type)]
    return pa.Table.from_pylist([row | dict.fromkeys(counts, 1)], ACCURACY_HISTORY)


@contextmanager
def flipped(path: Path, at: int) -> Iterator[None]:
    """One byte of a file changed, for as long as the body lasts."""
    whole = path.read_bytes()
    broken = bytearray(whole)
    broken[at] ^= 0x01
    path.chmod(0o644)
    path.write_bytes(broken)
    try:
        yield
    finally:
        path.write_bytes(whole)


def _tier(home: Home) -> Path:
    [run] = (home.publications / "runs").iterdir()
    return run / "internal"


def test_a_whole_home_is_whole_and_every_file_was_looked_at(
    home: Home, simulated: Simulated
) -> None:
    found = verify(home, source=simulated.source)
    assert found.whole, found.differs
    published = 1 + len(list(_tier(home).iterdir()))
    data = sum(len(home.lake.files(name)) for name in TABLES)
    assert found.checked == {"published": published, "lake": data, "raw": 70}


@pytest.mark.parametrize("name", [*PUBLISHED_FILES, *SEALED, "latest.json"])
@pytest.mark.parametrize("place", [0.0, 0.5, 1.0])
def test_a_flipped_byte_in_a_published_file_is_found(
    home: Home, name: str, place: float
) -> None:
    path = _tier(home) / name
    if name == "latest.json":
        path = home.publications / name
    with flipped(path, int(place * (path.stat().st_size - 1))):
        found = verify(home)
    assert any(name in line for line in found.differs), found.differs


_OF_A_FEED = ("records", "drops", "day_scores")  # in no such home
_OF_PATROLS = ("visits", "ping")  # nobody patrolled
_EMPTY = ("outcomes", "stops", *_OF_A_FEED, *_OF_PATROLS)
FILLED = [n for n in TABLES if not n.startswith(_EMPTY)]


@pytest.mark.parametrize("name", FILLED)
def test_a_flipped_byte_in_each_data_file_is_found(home: Home, name: str) -> None:
    """All files of a table at once, each at another place: each has its line."""
    files = home.lake.files(name)
    kept = {}
    for number, file in enumerate(files):
        path = Path(file.path)
        kept[path] = path.read_bytes()
        broken = bytearray(kept[path])
        broken[number * (len(broken) - 1) // max(len(files) - 1, 1)] ^= 0x80
        path.write_bytes(broken)
    try:
        lines = [x for x in verify(home).differs if x.startswith(f"lake {name} ")]
        assert len(lines) == len(files) > 0
        assert len(set(lines)) == len(files)
    finally:
        for path, data in kept.items():
            path.write_bytes(data)


def test_a_flipped_byte_in_each_raw_file_is_found(
    home: Home, simulated: Simulated, tmp_path: Path
) -> None:
    source = shutil.copytree(simulated.source, tmp_path / "source")
    members = 0
    for path in source.glob("*.zip"):
        data = bytearray(path.read_bytes())
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                middle = 30 + len(info.filename) + info.compress_size // 2
                data[info.header_offset + middle] ^= 0x01
                members += 1
        path.write_bytes(data)
    found = verify(home, source=source)
    told = {line.split(":")[0] for line in found.differs}
    assert len(told) == len(found.differs) == 70
    assert members >= 70
    assert all(line.startswith("raw ") for line in told)


def test_raw_files_that_are_nowhere_are_told_and_are_no_failure(home: Home) -> None:
    found = verify(home)
    assert found.whole
    assert found.checked["raw not here"] == 70


def test_raw_files_kept_in_the_home_are_hashed(home: Home) -> None:
    data = b"Crime ID\n"
    digest = home.lake.files("incidents", "avonmere")[0].mark or ""
    kept = home.root / "raw" / "police_uk" / digest[:2] / f"{digest}.csv"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(data)
    try:
        assert sha256(data).hexdigest() != digest
        [line] = verify(home).differs
        assert line.startswith("raw avonmere 2024-01")
    finally:
        shutil.rmtree(home.root / "raw")


def test_an_extra_and_a_missing_file_are_found(home: Home) -> None:
    tier = _tier(home)
    (tier / "notes.txt").write_text("mine")
    (tier / "map.html").rename(home.root / "map.html")
    try:
        found = verify(home)
    finally:
        (tier / "notes.txt").unlink()
        (home.root / "map.html").rename(tier / "map.html")
    assert found.differs == [
        "internal/map.html: missing, though listed in SHA256SUMS and manifest.json",
        "internal/notes.txt: extra, not listed in SHA256SUMS and manifest.json",
    ]


def test_a_data_file_that_is_gone_or_cut_is_found(home: Home) -> None:
    path = Path(home.lake.files("scores", "avonmere")[-1].path)
    whole = path.read_bytes()
    path.unlink()
    try:
        [gone] = verify(home).differs
        path.write_bytes(whole[:-1])
        [cut] = verify(home).differs
    finally:
        path.write_bytes(whole)
    assert gone == "lake scores avonmere 2025-12: the data file is gone"
    assert f"has {len(whole) - 1:,} bytes" in cut


def test_a_broken_table_log_is_one_line(home: Home) -> None:
    log = max((home.root / "lake" / "scores" / "_delta_log").glob("*.json"))
    with flipped(log, 0):
        [line] = verify(home).differs
    assert "the scores table's log cannot be read" in line


@pytest.mark.usefixtures("needed_formats")
def test_publishing_leaves_out_a_force_whose_data_files_are_not_as_written(
    home: Home, tmp_path: Path
) -> None:
    other = open_home(shutil.copytree(home.root, tmp_path / "home"))
    path = Path(other.lake.files("incidents", "northfell")[3].path)
    with flipped(path, path.stat().st_size // 2):
        done = publish(other, AS_OF, METHOD)
    assert done.scored == ["avonmere", "saltmarsh"]
    assert list(done.failed) == ["northfell"]
    assert done.failed["northfell"].startswith("northfell 2024-04 incidents: ")
    assert publish(other, AS_OF, METHOD).failed == {}


def test_a_run_that_does_not_exist_is_said_to(home: Home, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no publication 2020-01-000000000000"):
        verify(home, "2020-01-000000000000")
    with pytest.raises(UsageError, match="there is no publication"):
        verify(home, "../..")
    with pytest.raises(UsageError, match="there is no publication in"):
        verify(open_home(tmp_path))
