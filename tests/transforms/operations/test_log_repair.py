"""A damaged newest log entry is found before anything rests on it, and mended."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.builders import kent_csv, months, release_zip
from tests.transforms.operations.maintenance.made_runs import NOW, put
from transforms.errors import ForceError, HexbeatError, LakeError
from transforms.feeds.police_uk import street
from transforms.homes.home import Home, open_home
from transforms.incidents.ingest import ingest_force
from transforms.incidents.lake_check import force_coverage, unfinished
from transforms.operations.log_repair import repair
from transforms.operations.maintenance.maintain import LOG_ENTRIES
from transforms.operations.verify import verify
from transforms.publications.publish import publish
from transforms.reference.forces import FORCES
from transforms.scores.methods import DEFAULT_METHOD, METHODS
from transforms.scores.score_months import score_force


KENT, FEED, METHOD = FORCES["kent"], street, METHODS[DEFAULT_METHOD]
SPAN = months("2024-01", 6)
DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "emptied": lambda data: b"",
    "zeroed": lambda data: bytes(len(data)),
    "half": lambda data: data[: len(data) // 2],
    "first line": lambda data: data.partition(b"\n")[0],
    "no removal": lambda data: data.replace(b'"remove"', b'"remote"'),
    "other path": lambda data: data.replace(b"month=2024-0", b"month=2024-1"),
}


def filled(folder: Path) -> Home:
    """A home of Kent's half year, of two releases, published."""
    first = {("kent", str(month)): kent_csv(str(month), 8) for month in SPAN[:5]}
    release_zip(folder / "source", "2024-06", first)
    home = open_home(folder / "home")
    run(home)
    second = {("kent", str(month)): kent_csv(str(month), 9) for month in SPAN[2:]}
    release_zip(folder / "source", "2024-07", second)
    run(home)
    return home


def run(home: Home) -> str:
    """Everything, as a run does it; the publication."""
    members = FEED.members(home.root.parent / "source")
    done = ingest_force(home.lake, FEED, KENT, members, SPAN, NOW)
    if done.error:
        raise done.error
    newest = max(force_coverage(home.lake, KENT))
    score_force(home.lake, KENT, newest, METHOD, home.scoring)
    return publish(home, newest, METHOD).run_id


def newest_entry(home: Home, table: str) -> Path:
    return max((home.root / "lake" / table / "_delta_log").glob("*.json"))


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> str:
    return run(filled(tmp_path_factory.mktemp("untouched")))


@pytest.mark.parametrize("table", ["incidents", "coverage", "scores"])
def test_a_damaged_newest_entry_is_found_and_mended_by_the_documented_way(
    table: str, tmp_path: Path, untouched: str
) -> None:
    home = filled(tmp_path)
    entry = newest_entry(home, table)
    whole = entry.read_bytes()
    for what, to in DAMAGES.items():
        if to(whole) == whole:
            continue
        entry.write_bytes(to(whole))
        [line] = verify(home).differs
        assert f"lake: the {table} table's log" in line, what
        with pytest.raises(HexbeatError, match=f"the {table} table's log.*--repair"):
            run(home)
        assert entry.read_bytes() == to(whole), what
    entry.write_bytes(b"")
    told = list(repair(home))
    assert told[0].startswith(f"the newest entry of the {table} table's log")
    assert (home.root / "lake" / table / f"damaged-{entry.name}").read_bytes() == b""
    assert run(home) == untouched
    assert verify(home).differs == []
    assert unfinished(home.lake, home.registry) == {}
    assert list(repair(home)) == []


def test_more_than_the_newest_entry_is_left_to_a_backup(tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")
    for rows in range(2, 5):
        put(home.lake, "2024-01", rows)
    log = home.root / "lake" / "incidents" / "_delta_log"
    entries = sorted(log.glob("*.json"))
    for entry in entries[-2:]:
        entry.write_bytes(entry.read_bytes()[:50])
    with pytest.raises(LakeError, match="back from a backup"):
        list(repair(home))
    assert sorted(log.glob("*.json")) == entries


def test_an_entry_whose_predecessor_lost_its_files_stays(tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")
    gone = put(home.lake, "2024-01", 3)
    put(home.lake, "2024-01", 4)
    Path(gone.path).unlink()  # by maintenance, long after it was replaced
    newest_entry(home, "incidents").write_bytes(b"")
    with pytest.raises(LakeError, match="back from a backup"):
        list(repair(home))


def test_nothing_is_added_to_a_damaged_log(tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")
    put(home.lake, "2024-01", 3)
    put(home.lake, "2024-01", 4)
    entry = newest_entry(home, "incidents")
    entry.write_bytes(entry.read_bytes().replace(b'"remove"', b'"remote"'))
    with pytest.raises(LakeError, match="log cannot be read as it was written"):
        put(home.lake, "2024-02", 3)
    with pytest.raises(LakeError, match="log cannot be read as it was written"):
        home.lake.checkpoint("incidents")
    assert newest_entry(home, "incidents") == entry


def test_a_long_log_is_still_as_committed_when_it_is_summed_up(tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")
    for rows in range(2, LOG_ENTRIES + 2):
        put(home.lake, "2024-01", rows)
    home.lake.checkpoint("incidents")
    home.lake.refuse_damaged_log("incidents")
    put(home.lake, "2024-02", 3)
    home.lake.refuse_damaged_log("incidents")


def test_a_table_of_an_older_hexbeat_is_taken_as_it_is(tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")
    put(home.lake, "2024-01", 3)
    entry = newest_entry(home, "incidents")
    entry.write_bytes(entry.read_bytes().replace(b"hexbeat_state", b"some_other_ky"))
    home.lake.refuse_damaged_log("incidents")
    put(home.lake, "2024-02", 3)
    home.lake.refuse_damaged_log("incidents")
    with pytest.raises(ForceError, match="its ledger does not know"):
        force_coverage(home.lake, KENT)
