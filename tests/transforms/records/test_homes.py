"""A home of a force's own feed is closed to others, and only its commands open it."""

from pathlib import Path

import pytest

from tests.transforms.feeds.force.made_drops import CSV_MAPPING, as_csv, csv_row
from tests.transforms.records.made_homes import NOW, made_home, pulled, seen, truth
from transforms.errors import LakeError, UsageError
from transforms.homes.home import open_feed_home, open_home
from transforms.operations.backup import backup
from transforms.records.homes import create_force_home, open_force_home
from transforms.records.live import live_records, records_by_day
from transforms.records.status import status
from transforms.reference.forces import DEMO_FORCES


def test_it_is_made_closed_and_opened_by_its_own_commands(tmp_path: Path) -> None:
    home = made_home(tmp_path)
    root = home.home.root
    assert root.stat().st_mode & 0o777 == 0o700
    assert (root / "erasure" / "key").stat().st_mode & 0o777 == 0o600
    assert home.feed.mapping == root / "mapping.toml"
    assert home.feed.mapping.read_text() == CSV_MAPPING
    assert home.force == "kent"
    with pytest.raises(UsageError, match="of a force's own feed: only hexbeat feed"):
        open_home(root)
    for other in (tmp_path, tmp_path / "new"):
        with pytest.raises(UsageError, match="is not a home of a force's own feed"):
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
    made = create_force_home(tmp_path / "home", mapping, "/drops", "me", NOW)
    assert open_force_home(made).source_of(None) == "/drops"
    assert open_force_home(made).source_of("/other") == "/other"
    with pytest.raises(UsageError, match="is there already"):
        create_force_home(made, mapping, None, "me", NOW)
    with pytest.raises(UsageError, match="a local folder alone"):
        create_force_home("s3://bucket/home", mapping, None, "me", NOW)
    mapping.write_text("x = 1")
    with pytest.raises(UsageError, match="x is unknown"):
        create_force_home(tmp_path / "other", mapping, None, "me", NOW)
    assert not (tmp_path / "other").exists()


def test_a_made_up_force_has_a_home_of_its_registry(tmp_path: Path) -> None:
    force = next(iter(DEMO_FORCES))
    home = made_home(tmp_path, CSV_MAPPING.replace('"kent"', f'"{force}"'))
    assert home.home.registry == DEMO_FORCES


def test_without_a_source_a_pull_says_where_to_name_it(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"write it as source in the \[feed\]"):
        made_home(tmp_path).source_of(None)


def test_a_copy_is_closed_too(tmp_path: Path) -> None:
    home = made_home(tmp_path)
    pulled(home, {"1.csv": as_csv([csv_row(truth("a"))])})
    done = backup(home.home, tmp_path / "copy", wait=lambda: None)
    assert done.notes[0] == "hexbeat feed erase does not reach this copy"
    assert "its key is not in it" in done.notes[1]
    assert str(home.feed.key) in done.notes[1]
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o700
    copied = open_force_home(tmp_path / "copy")
    assert len(live_records(copied.lake, "kent")) == 1
    assert seen(tmp_path / "copy", home.feed.key.read_text().split()[-1]) == []
    with pytest.raises(LakeError, match="backups leave it out"):
        pulled(copied, {})
    copied.feed.key.write_bytes(home.feed.key.read_bytes())
    assert pulled(open_force_home(tmp_path / "copy"), {}).rejected == {}


def test_a_key_may_lie_elsewhere(tmp_path: Path) -> None:
    mapping, key = tmp_path / "kent.toml", tmp_path / "secrets" / "kent.key"
    mapping.write_text(CSV_MAPPING)
    root = create_force_home(tmp_path / "home", mapping, None, "me", NOW, key)
    assert key.stat().st_mode & 0o777 == 0o600
    assert not (root / "erasure" / "key").exists()
    pulled(open_force_home(root), {"1.csv": as_csv([csv_row(truth("a"))])})
    with pytest.raises(UsageError, match="each home has a key of its own"):
        create_force_home(tmp_path / "other", mapping, None, "me", NOW, key)


def test_without_a_log_the_status_is_no_good_one(tmp_path: Path) -> None:
    home = made_home(tmp_path)
    for name in ("audit.jsonl", "audit.head.json"):
        (home.home.root / name).unlink()
    told = status(home, NOW, 7)
    assert (told.needs_attention, "gone" in str(told.audit_fault)) == (True, True)


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


def test_the_status_has_numbers_and_days(tmp_path: Path) -> None:
    home = made_home(tmp_path)
    found = status(home, NOW, 7)
    assert (found.drops, found.received_at, found.stopped) == (0, None, True)
    days = [*range(1, 9), *range(11, 20)]
    rows = [csv_row(truth(f"{d}/{n}", d)) for d in days for n in range(8)]
    rows += [csv_row(truth("x", deleted=True)), csv_row(truth("y"), HO_code="9")]
    pulled(home, {"1.csv": as_csv(rows), "2.csv": b"x;y\n"})
    found = status(home, NOW, 7)
    assert (found.drops, found.rejected, found.records, found.deleted) == (1, 1, 136, 1)
    assert found.quarantined == {"offence": 1}
    assert [d.date.day for d in found.days.of("missing")] == [9, 10]
    assert (found.stopped, found.needs_attention) == (True, True)
    assert not status(home, NOW, 40).stopped
