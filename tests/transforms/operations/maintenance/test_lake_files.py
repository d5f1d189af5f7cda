"""Which data files go: those that no reader, writer or publication can need."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from tests.transforms.operations.maintenance.made_runs import (
    LATER,
    NOW,
    home_with,
    made_run,
    put,
    written,
)
from transforms.homes.home import Home
from transforms.lake.data_files import DataFile
from transforms.operations.maintenance.lake_files import (
    REPLACED,
    UNCOMMITTED,
    unneeded_data,
)
from transforms.operations.maintenance.maintain import maintain
from transforms.operations.maintenance.rests_on import RestsOn


NOTHING = RestsOn(frozenset(), frozenset())


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return home_with(tmp_path / "home", runs_kept=1)


def there(file: DataFile) -> bool:
    return Path(file.path).exists()


def backdate(path: Path, days: int) -> None:
    at = (NOW - timedelta(days=days)).timestamp()
    os.utime(path, (at, at))


def test_a_replaced_file_goes_once_no_reader_can_be_at_it(home: Home) -> None:
    old, kept = put(home.lake, "2024-01", 3), put(home.lake, "2024-02", 3)
    new = put(home.lake, "2024-01", 5)
    assert maintain(home, NOW + timedelta(days=6)).removed == []
    [removed] = maintain(home, LATER).removed
    assert (removed.kind, removed.files, removed.bytes) == (REPLACED, 1, old.size_bytes)
    assert [there(file) for file in (old, kept, new)] == [False, True, True]
    assert len(home.lake.read("incidents")) == 8


def test_an_old_file_is_safe_for_days_after_it_is_replaced(home: Home) -> None:
    old = put(home.lake, "2024-01", 3)
    backdate(Path(old.path), 400)
    pinned = home.lake.pinned()
    put(home.lake, "2024-01", 5)
    assert maintain(home, NOW + timedelta(days=6)).removed == []
    assert len(pinned.read("incidents")) == 3
    assert maintain(home, LATER).removed[0].files == 1


def test_a_writer_that_has_not_committed_yet_loses_nothing(home: Home) -> None:
    put(home.lake, "2024-01", 3)
    waiting = written(home.lake, "2024-02", 4)
    maintain(home, NOW + timedelta(days=6))
    home.lake.commit("incidents", "kent", [waiting], ["2024-02"])
    maintain(home, LATER)
    assert len(home.lake.read("incidents")) == 7


def test_what_a_killed_writer_left_goes_by_its_age(home: Home) -> None:
    put(home.lake, "2024-01", 3)
    for _ in range(2):  # the second is the same rows again, and cut off
        left = home.lake.root / "incidents" / written(home.lake, "2024-02", 4).path
    left.write_bytes(left.read_bytes()[:100])
    [removed] = maintain(home, LATER).removed
    assert (removed.kind, removed.files) == (UNCOMMITTED, 2)


def test_what_a_kept_run_rests_on_stays_until_the_run_is_retired(home: Home) -> None:
    old = put(home.lake, "2024-01", 3)
    made_run(home, "2024-01", [old])
    put(home.lake, "2024-01", 5)
    unnamed = put(home.lake, "2024-02", 3)
    new = [put(home.lake, "2024-02", 4), *home.lake.files("incidents")[:1]]
    maintain(home, LATER)
    assert (there(old), there(unnamed)) == (True, False)

    made_run(home, "2024-02", new)  # one run is kept
    assert maintain(home, LATER).retired
    assert not there(old)
    assert all(map(there, new))


def test_a_score_file_stays_by_the_hash_of_its_content(home: Home) -> None:
    old = put(home.lake, "2024-01", 3)
    put(home.lake, "2024-01", 5)
    named = RestsOn(frozenset(), frozenset({old.sha256}))
    assert list(unneeded_data(home.lake, named, LATER)) == []
    [found] = unneeded_data(home.lake, NOTHING, LATER)
    assert str(found.path) == old.path


def test_of_equal_files_that_a_run_rests_on_one_stays(home: Home) -> None:
    old = put(home.lake, "2024-01", 3)
    made_run(home, "2024-01", [old])
    written(home.lake, "2024-01", 3)
    put(home.lake, "2024-01", 5)
    [removed] = maintain(home, LATER).removed
    assert removed.files == 1
    left = list(Path(old.path).parent.iterdir())
    assert [old.sha256 in path.name for path in left].count(True) == 1


def test_where_a_log_is_lost_nothing_goes(home: Home) -> None:
    file = put(home.lake, "2024-01", 3)
    (home.lake.root / "incidents" / "_delta_log").rename(home.root / "lost")
    assert maintain(home, LATER).removed == []
    assert there(file)


def test_a_dry_run_counts_what_the_real_one_removes(home: Home) -> None:
    old = put(home.lake, "2024-01", 3)
    made_run(home, "2024-01", [old])
    made_run(home, "2024-02", [put(home.lake, "2024-01", 5)])
    written(home.lake, "2024-03", 2)
    told = maintain(home, LATER, dry_run=True)
    assert there(old)
    done = maintain(home, LATER)
    assert told == done
    assert len(done.removed) == 3
    assert not maintain(home, LATER).changed


def test_beside_writers_and_readers_nothing_is_lost(home: Home) -> None:
    """Leftovers of long ago go, while a month is replaced over and over."""
    put(home.lake, "2024-01", 1)
    for _ in range(20):
        left = home.lake.root / "incidents" / written(home.lake, "2024-02", 2).path
        backdate(left, 30)

    def write(rows: int) -> int:
        put(home.lake, "2024-01", rows)
        return len(home.lake.pinned().read("incidents"))

    with ThreadPoolExecutor(2) as threads:
        writes = threads.submit(lambda: [write(rows) for rows in range(2, 27)])
        rounds = []
        while not rounds or not writes.done():
            rounds += maintain(home, NOW).removed
        assert writes.result() == list(range(2, 27))
    assert sum(removed.files for removed in rounds) == 20
    assert len(home.lake.read("incidents")) == 26


def test_a_long_log_is_summed_up_and_says_the_same(home: Home) -> None:
    for rows in range(1, 21):
        put(home.lake, "2024-01", rows)
    before = home.lake.files("incidents")
    assert home.lake.log_entries("incidents") > 20
    assert maintain(home, NOW).checkpoints == ["incidents"]
    assert home.lake.log_entries("incidents") == 0
    assert home.lake.files("incidents") == before
    put(home.lake, "2024-01", 30)
    assert len(home.lake.read("incidents")) == 30
    assert maintain(home, NOW).checkpoints == []
