"""A backfill that is killed, and one beside a schedule: one lake, as if undisturbed.

How often is set by HEXBEAT_TEST_KILLS and HEXBEAT_TEST_RACES: a few in every run.
"""

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.flows.servers import CLI, ROOT, clean_environment, with_database
from tests.mirror import Mirror, serving
from transforms.feeds.archive.members import Member
from transforms.homes.home import create_demo_home, open_home
from transforms.homes.runs.seal import latest_run
from transforms.incidents.coverage import entries
from transforms.incidents.request import opened, resolve, source_named
from transforms.operations.verify import verify
from transforms.reference.months import Month
from transforms.simulator import simulate


pytestmark = pytest.mark.system

KILLS = int(os.environ.get("HEXBEAT_TEST_KILLS", "1"))
RACES = int(os.environ.get("HEXBEAT_TEST_RACES", "1"))
RANGE = ("--all-forces", "--from", "2025-01", "--to", "2025-12")
SIZE = 0.1  # of the demo's snap points: more makes the same files longer
DONE = 300  # seconds that a run may take at most
What = tuple[str | None, list[tuple[str, ...]], int]


def what_is_held(home: Path) -> What:
    """The publication, the ledger without its clock, and the rows of incidents."""
    opened_home = open_home(home)
    lake = opened_home.lake
    ledger = [
        (e.force, e.feed, e.month, e.release, e.observed, str(e.raw_sha256))
        for e in entries(lake.read("coverage"))
    ]
    marks = {
        (f.partition["force"], f.partition["month"]) for f in lake.files("incidents")
    }
    rows = lake.read("incidents").num_rows
    assert len(marks) == len(lake.files("incidents"))  # one file a month: no duplicates
    return latest_run(opened_home.publications), ledger, rows


def new_home(folder: Path) -> Path:
    home = create_demo_home(folder / "home").root
    with_database(home / "prefect")
    return home


def start(home: Path, address: str, *words: str) -> subprocess.Popen[str]:
    command = [*CLI, *words, *RANGE, "--home", str(home), "--source", address]
    return subprocess.Popen(
        command, env=clean_environment(), cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def finish(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=DONE)
    assert process.returncode == 0, err
    assert "Traceback" not in err
    return out


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mirror]:
    folder = tmp_path_factory.mktemp("mirror")
    simulate(folder, size=SIZE)
    (folder / "2025-06.zip").rename(folder / "older.part")  # the newer one alone
    with serving(folder) as served:
        yield served


@pytest.fixture(scope="module")
def undisturbed(
    mirror: Mirror, tmp_path_factory: pytest.TempPathFactory
) -> tuple[What, float]:
    """What a run that nobody disturbs leaves, and how many seconds it took."""
    home = new_home(tmp_path_factory.mktemp("undisturbed"))
    before = time.monotonic()
    finish(start(home, mirror.address, "backfill"))
    return what_is_held(home), time.monotonic() - before


@contextmanager
def listed(home: Path, mirror: Mirror) -> Iterator[list[Member]]:
    """The members of the source, as the home sees them."""
    with opened(
        source_named(mirror.address), open_home(home), Month(2025, 12)
    ) as ready:
        asked = resolve(
            ready,
            open_home(home).registry,
            all_forces=True,
            start=RANGE[2],
            end=RANGE[4],
        )
        yield list(asked.members)


@pytest.mark.parametrize("number", range(KILLS))
def test_killed_at_any_moment_the_same_command_goes_on(
    number: int, mirror: Mirror, undisturbed: tuple[What, float], tmp_path: Path
) -> None:
    whole, seconds = undisturbed
    home = new_home(tmp_path)
    killed = start(home, mirror.address, "backfill")
    time.sleep(random.Random(f"kill {number}").uniform(0.1, 1.0) * seconds)  # noqa: S311
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    with listed(home, mirror) as members:
        kept = {m.header_offset for m in members if m.raw and m.raw.holds(*m.identity)}
    held = {
        (e.force, e.month)
        for e in entries(open_home(home).lake.read("coverage"))
        if e.observed == "supplied"
    }
    mirror.forget()
    finish(start(home, mirror.address, "backfill"))
    assert what_is_held(home) == whole
    fetched = {int(span[6:].split("-")[0] or -1) for _, _, span in mirror.asked if span}
    assert not fetched & kept, f"{len(held)} months held: some fetched again"


@pytest.mark.parametrize("number", range(RACES))
def test_a_backfill_beside_a_schedule_leaves_what_one_of_them_would(
    number: int, mirror: Mirror, undisturbed: tuple[What, float], tmp_path: Path
) -> None:
    """A newer release is out by the time of the schedule's run, in either order."""
    home = new_home(tmp_path)
    older = tmp_path / "older"
    older.mkdir()
    simulate(older, size=SIZE)
    (older / "2025-12.zip").rename(older / "newer.part")
    first, second = ("backfill", "run") if number % 2 else ("run", "backfill")
    with serving(older) as earlier:
        words = ("--all-forces", "--from", "2025-01", "--to", "2025-06")
        command = [
            *CLI,
            first,
            *words,
            "--home",
            str(home),
            "--source",
            earlier.address,
        ]
        one = subprocess.Popen(
            command, env=clean_environment(), cwd=ROOT, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        time.sleep(random.Random(f"race {number}").uniform(0, 3))  # noqa: S311
        other = start(home, mirror.address, second)
        finish(other)
        _, err = one.communicate(timeout=DONE)
        assert one.returncode in (0, 3), err
        assert "Traceback" not in err
    finish(start(home, mirror.address, "run"))
    _, ledger, rows = what_is_held(home)
    newest = [row for row in ledger if row[3] == "2025-12"]
    assert newest == undisturbed[0][1]
    assert rows == undisturbed[0][2]
    assert verify(open_home(home)).differs == []
