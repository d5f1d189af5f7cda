"""A home of a force's own feed is closed to others, and only its commands open it."""

from pathlib import Path

import pytest

from tests.transforms.feeds.force.made import CSV_MAPPING, as_csv, csv_row
from tests.transforms.records.made import NOW, made_home, pulled, truth
from transforms.backup import backup
from transforms.errors import UsageError
from transforms.forces import DEMO_FORCES
from transforms.home import open_feed_home, open_home
from transforms.records.held import live_records, records_by_day
from transforms.records.homes import create_force_home, open_force_home
from transforms.records.status import status


def test_it_is_made_closed_and_opened_by_its_own_commands(tmp_path: Path) -> None:
    home = made_home(tmp_path)
    root = home.home.root
    assert root.stat().st_mode & 0o777 == 0o700
    assert (root / "erasure" / "key").stat().st_mode & 0o777 == 0o600
    assert home.feed.mapping == root / "mapping.toml"
    assert home.feed.mapping.read_text() == CSV_MAPPING
    assert home.force == "kent"
    with pytest.raises(UsageError, match="only hexbeat feed opens it"):
        open_home(root)
    for other in (tmp_path, tmp_path / "new"):
        with pytest.raises(UsageError, match="is no home of a force's own feed"):
            open_feed_home(other)


@pytest.mark.parametrize("mode", [0o750, 0o705, 0o711, 0o770])
def test_one_that_is_open_to_others_is_refused(mode: int, tmp_path: Path) -> None:
    root = made_home(tmp_path).home.root
    root.chmod(mode)
    with pytest.raises(UsageError, match=f"chmod 700 {root}") as caught:
        open_force_home(root)
    assert "\n" not in str(caught.value)


def test_where_none_can_be_made_nothing_is(tmp_path: Path) -> None:
    mapping = tmp_path / "kent.toml"
    mapping.write_text(CSV_MAPPING)
    made = create_force_home(tmp_path / "home", mapping, "/drops")
    assert open_force_home(made).source_of(None) == "/drops"
    assert open_force_home(made).source_of("/other") == "/other"
    with pytest.raises(UsageError, match="is there already"):
        create_force_home(made, mapping, None)
    with pytest.raises(UsageError, match="a local folder alone"):
        create_force_home("s3://bucket/home", mapping, None)
    mapping.write_text("x = 1")
    with pytest.raises(UsageError, match="no such key"):
        create_force_home(tmp_path / "other", mapping, None)
    assert not (tmp_path / "other").exists()


def test_a_made_up_force_has_a_home_of_its_registry(tmp_path: Path) -> None:
    force = next(iter(DEMO_FORCES))
    home = made_home(tmp_path, CSV_MAPPING.replace('"kent"', f'"{force}"'))
    assert home.home.registry == DEMO_FORCES


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("feed = 3", "feed is a table"),
        ("[feed]\nmapping = 3", "names its mapping"),
        ('[feed]\nmapping = "m"\nsauce = "x"', "unknown key 'sauce'"),
        ('[feed]\nmapping = "m"\nsource = 3', "source is a text"),
    ],
)
def test_a_slip_in_its_settings_is_a_line(
    table: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / "hexbeat.toml").write_text(table)
    with pytest.raises(UsageError, match=said):
        open_force_home(tmp_path)


def test_without_a_source_a_pull_says_where_to_name_it(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"write it as source in the \[feed\]"):
        made_home(tmp_path).source_of(None)


def test_a_copy_is_closed_too(tmp_path: Path) -> None:
    home = made_home(tmp_path)
    pulled(home, {"1.csv": as_csv([csv_row(truth("a"))])})
    done = backup(home.home, tmp_path / "copy", wait=lambda: None)
    assert done.notes == ["hexbeat feed erase does not reach this copy"]
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o700
    copied = open_force_home(tmp_path / "copy")
    assert len(live_records(copied.lake, "kent")) == 1
    assert copied.tombstones.of("a") == home.tombstones.of("a")


def test_live_records_are_those_of_the_version_that_is_read(tmp_path: Path) -> None:
    home = made_home(tmp_path)
    rows = [csv_row(truth("a")), csv_row(truth("b")), csv_row(truth("c", deleted=True))]
    pulled(home, {"1.csv": as_csv(rows)})
    pinned = home.lake.pinned()
    pulled(home, {"2.csv": as_csv([csv_row(truth("a", deleted=True))])})
    assert len(live_records(pinned, "kent")) == 2
    live = live_records(home.lake, "kent")
    assert live.reveal()["reference"].to_pylist() == ["b"]
    assert sum(records_by_day(live).values()) == 1


def test_the_status_tells_numbers_and_days(tmp_path: Path) -> None:
    home = made_home(tmp_path)
    told = status(home, NOW, 7)
    assert (told.drops, told.received_at, told.stopped) == (0, None, True)
    days = [*range(1, 9), *range(11, 20)]
    rows = [csv_row(truth(f"{d}/{n}", d)) for d in days for n in range(6)]
    rows += [csv_row(truth("x", deleted=True)), csv_row(truth("y"), HO_code="9")]
    pulled(home, {"1.csv": as_csv(rows), "2.csv": b"x;y\n"})
    told = status(home, NOW, 7)
    assert (told.drops, told.rejected, told.records, told.deleted) == (1, 1, 102, 1)
    assert told.quarantined == {"offence": 1}
    assert [d.day for d in told.days.missing] == [9, 10]
    assert (told.stopped, told.held) == (True, True)
    assert not status(home, NOW, 40).stopped
