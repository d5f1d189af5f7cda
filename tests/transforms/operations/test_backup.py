"""A copy made beside a running writer is a home: whole, and ready to go on."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest

from flows.doctor.checks import check_home
from tests.builders import kent_csv, release_zip
from tests.transforms.operations.maintenance.made_runs import (
    LATER,
    home_with,
    made_run,
    put,
)
from tests.transforms.simulated_home import AS_OF, RECEIVED_AT, Simulated, copied_home
from transforms.errors import HexbeatError, UsageError
from transforms.feeds.police_uk import street
from transforms.homes.home import Home, open_any_layout, open_home
from transforms.incidents.ingest import ingest_force
from transforms.incidents.lake_check import unfinished
from transforms.lake.lake import Lake
from transforms.lake.layout import LAYOUT_FILE
from transforms.operations.backup import backup
from transforms.operations.maintenance.maintain import LOG_ENTRIES, maintain
from transforms.operations.verify import verify
from transforms.publications.publish import publish
from transforms.reference.months import Month, month_range
from transforms.scores.methods import DEFAULT_METHOD, METHODS
from transforms.scores.score_months import score_force


RELEASES = [Month(2024, 4) + i for i in range(30)]
SPAN = month_range(Month(2024, 1), Month(2024, 4))


def no_wait() -> None:
    """The writer goes on by itself."""


def ingest(home: Home, source: Path) -> int:
    feed, kent = street, home.registry["kent"]
    members = feed.members(source)
    return len(ingest_force(home.lake, feed, kent, members, SPAN, RECEIVED_AT).files)


def test_a_copy_made_while_a_writer_commits_is_whole_and_goes_on(
    tmp_path: Path,
) -> None:
    """Thirty releases, each revising all of four months, and backups all along."""
    for number, release in enumerate(RELEASES):
        files = {("kent", str(m)): kent_csv(str(m), 20 + number) for m in SPAN}
        release_zip(tmp_path / str(number), str(release), files)
    home = home_with(tmp_path / "home")
    ingest(home, tmp_path / "0")
    kent, method = home.registry["kent"], METHODS[DEFAULT_METHOD]
    score_force(home.lake, kent, SPAN[-1], method, home.scoring)
    publish(home, SPAN[-1], method)
    begun = Event()

    def write() -> None:
        for number in range(1, len(RELEASES)):
            ingest(home, tmp_path / str(number))
            begun.set()

    copies = []
    with ThreadPoolExecutor(1) as threads:
        writing = threads.submit(write)
        begun.wait(60)
        while not writing.done() or not copies:
            copy = tmp_path / f"copy-{len(copies)}"
            assert backup(home, copy, no_wait).notes == []
            copies.append(copy)
        writing.result()
    rows = set()
    for copy in copies:
        restored = open_home(Path(shutil.copytree(copy, tmp_path / "back" / copy.name)))
        assert verify(restored).differs == []
        assert all(found.level != "bad" for found in check_home(restored.root))
        rows.add(len(restored.lake.read("incidents")))
        assert ingest(restored, tmp_path / str(len(RELEASES) - 1)) in (0, 4)
        assert len(restored.lake.read("incidents")) == 4 * (20 + len(RELEASES) - 1)
    assert all(number % 4 == 0 for number in rows)  # every month of one release
    assert len(copies) > 1


@pytest.mark.usefixtures("needed_formats")
def test_a_restored_home_verifies_and_has_nothing_to_do(
    simulated: Simulated, tmp_path: Path
) -> None:
    home = copied_home(simulated.home, tmp_path)
    method = METHODS[DEFAULT_METHOD]
    made = publish(home, AS_OF, method)
    left = home.publications / "runs" / ".tmp-cut-off"
    left.mkdir()
    (home.root / "prefect").mkdir()
    (home.root / "prefect" / "prefect.db").write_bytes(b"0")
    done = backup(home, tmp_path / "copy", no_wait)
    assert done.notes == []
    copy = open_home(tmp_path / "copy")
    assert not (copy.root / "prefect").exists()
    assert not list(copy.publications.glob("runs/.tmp-*"))
    found = verify(copy, source=simulated.source)
    assert (found.differs, found.run_id) == ([], made.run_id)
    assert found.checked == verify(home, source=simulated.source).checked
    again = publish(copy, AS_OF, method)
    assert (again.run_id, again.created, again.pointed) == (made.run_id, False, True)
    assert [path.name for path in tmp_path.iterdir() if ".tmp" in path.name] == []


def test_a_long_log_and_what_a_run_rests_on_are_copied(tmp_path: Path) -> None:
    home = home_with(tmp_path / "home")
    old = put(home.lake, "2024-01", 1)
    made_run(home, "2024-01", [old])
    for rows in range(2, LOG_ENTRIES + 2):
        put(home.lake, "2024-01", rows)
    maintain(home, LATER + timedelta(days=1))
    put(home.lake, "2024-02", 5)
    backup(home, tmp_path / "copy", no_wait)
    copy = open_home(tmp_path / "copy")
    assert copy.lake.read("incidents") == home.lake.read("incidents")
    assert (copy.root / Path(old.path).relative_to(home.root)).exists()
    put(copy.lake, "2024-03", 5)
    assert len(copy.lake.read("incidents")) == len(home.lake.read("incidents")) + 5


def test_an_unfinished_force_is_waited_for_and_then_told(tmp_path: Path) -> None:
    release_zip(
        tmp_path / "0", "2024-04", {("kent", "2024-01"): kent_csv("2024-01", 9)}
    )
    home = home_with(tmp_path / "home")
    ingest(home, tmp_path / "0")
    put(home.lake, "2024-01", 5)
    waits: list[int] = []
    [note] = backup(home, tmp_path / "copy", lambda: waits.append(1)).notes
    assert note.startswith("copied unfinished: kent 2024-01")
    assert waits
    restored = open_home(tmp_path / "copy")
    assert ingest(restored, tmp_path / "0") == 1
    assert unfinished(restored.lake, restored.registry) == {}


def test_an_older_home_is_copied_as_it_is(tmp_path: Path) -> None:
    home = home_with(tmp_path / "home")
    put(home.lake, "2024-01", 5)
    (home.lake.root / LAYOUT_FILE).unlink()
    [note] = backup(open_any_layout(home.root), tmp_path / "copy", no_wait).notes
    assert "another version" in note
    assert len(Lake(tmp_path / "copy" / "lake").read("incidents")) == 5


def test_what_cannot_be_a_backup_is_refused(tmp_path: Path) -> None:
    home = home_with(tmp_path / "home")
    for folder, said in (
        (home.root, "exists"),
        (home.root / "copy", "within the home"),
    ):
        with pytest.raises(UsageError, match=said):
            backup(home, folder, no_wait)
    with pytest.raises(UsageError, match="there is no home"):
        backup(open_home(tmp_path / "none"), tmp_path / "copy", no_wait)
    assert not (tmp_path / "copy").exists()


def test_a_damaged_home_gives_no_backup(tmp_path: Path) -> None:
    home = home_with(tmp_path / "home")
    file = Path(put(home.lake, "2024-01", 5).path)
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(HexbeatError, match="the incidents table is not the table"):
        backup(home, tmp_path / "copy", no_wait)
    file.unlink()
    with pytest.raises(HexbeatError, match="run the same command again"):
        backup(home, tmp_path / "copy", no_wait)
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


@pytest.mark.parametrize("address", ["https://u:word@host/b", "s3:/bucket/b"])
def test_an_address_is_no_folder(tmp_path: Path, address: str) -> None:
    """A folder of that name would hold what a secret is."""
    with pytest.raises(UsageError, match="not to an address") as refused:
        backup(home_with(tmp_path / "home"), Path(address), no_wait)
    assert "word" not in str(refused.value)
    assert Path(address).parts[0] not in {p.name for p in Path().iterdir()}
