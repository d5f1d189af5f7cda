"""`hexbeat dosage`, as people call it: what it prints, and how it ends."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.flows.commands import Done, hexbeat_here
from tests.flows.flows_here import Sent, flows_here
from tests.transforms.patrols.made_programme import (
    MAPPING,
    OFFICER,
    Row,
    log,
    made_programme,
    put,
)
from transforms.homes.home import Home
from transforms.programmes.register import Register


@pytest.fixture(autouse=True)
def sent() -> Iterator[Sent]:
    """Flows run here, without a server."""
    with flows_here() as sent:
        yield sent


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return made_programme(tmp_path / "home")[0]


class TestTake:
    """A log, taken."""

    def run(self, home: Home, *rows: Row, more: tuple[object, ...] = ()) -> Done:
        folder = home.root.parent
        (folder / "patrols.toml").write_text(MAPPING)
        file = put(folder, log(*rows))
        given = "--mapping", folder / "patrols.toml", "--home", home.root
        return hexbeat_here("dosage", "take", file, *given, *more)

    def test_what_it_prints(self, home: Home) -> None:
        done = self.run(home, Row(), Row(place="p02"), Row(place="p09"))
        assert done.returncode == 3
        assert "held back 1: 33.3 % of the rows" in done.stdout
        assert "1 place: its place is none of the programme's" in done.stdout
        assert "does not name: Officer name" in done.stdout
        assert OFFICER not in done.stdout + done.stderr
        again = self.run(home, Row(), Row(place="p02"), Row(place="p09"))
        assert "nothing new" in again.stdout
        found = json.loads(self.run(home, Row(), more=("--json",)).stdout)
        assert (found["accepted"], found["held_back"]) == (0, 1)  # it was in the other

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            (lambda folder: (folder / "log.csv").unlink(), 2),
            (lambda folder: (folder / "patrols.toml").unlink(), 2),
            (lambda folder: (folder / "patrols.toml").write_text("x = 1"), 2),
            (lambda folder: put(folder, b"a,b\n1,2\n"), 1),
        ],
    )
    def test_what_it_refuses(
        self, home: Home, change: Callable[[Path], object], code: int
    ) -> None:
        folder = home.root.parent
        (folder / "patrols.toml").write_text(MAPPING)
        file = put(folder, log(Row()))
        change(folder)
        done = hexbeat_here(
            "dosage", "take", file, "--mapping", folder / "patrols.toml",
            "--home", home.root,
        )  # fmt: skip
        assert done.returncode == code
        assert len(done.stderr.splitlines()) == 1
        assert not home.lake.versions()
        assert len(Register(home).log.lines()) == 2


class TestReport:
    """What was delivered, reported."""

    def run(self, home: Home, *more: object) -> Done:
        return hexbeat_here("dosage", "report", "autumn", *more, "--home", home.root)

    def take(self, home: Home, *rows: Row) -> None:
        folder = home.root.parent
        (folder / "patrols.toml").write_text(MAPPING)
        given = "--mapping", folder / "patrols.toml", "--home", home.root
        hexbeat_here("dosage", "take", put(folder, log(*rows)), *given)

    def test_a_whole_log_ends_well(self, home: Home) -> None:
        self.take(home, Row(start="01/10/2026 10:00", end="01/10/2026 10:15"))
        done = self.run(home, "--planned-minutes", "20")
        assert done.returncode == 0, done.stderr
        assert "19 % of 80 planned minutes were delivered: 1 visit" in done.stdout
        assert "No visit at all: p02 (Harbour), p03 (Station), p04." in done.stdout
        found = json.loads(self.run(home, "--json").stdout)
        assert found["missing_days"] == [] and found["supplied_days"] == 1

    def test_missing_days_and_rows_held_back_are_gaps(self, home: Home) -> None:
        self.take(home, Row(), Row(officers="0"))
        done = self.run(home)
        assert done.returncode == 3
        assert "Not known: What was done on 4 days" in done.stdout
        assert "What is in 1 row of logs" in done.stdout
        assert OFFICER not in done.stdout

    @pytest.mark.parametrize(
        "more",
        [
            (),
            ("--from", "2026-13-01"),
            ("--planned", "nowhere.csv"),
            ("--planned-minutes", "many"),
        ],
    )
    def test_what_it_refuses(self, home: Home, more: tuple[str, ...]) -> None:
        if more:
            self.take(home, Row())
        done = self.run(home, *more)
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1
        [folder] = (home.root / "programmes").glob("autumn-*")
        assert not (folder / "dosage").exists()
