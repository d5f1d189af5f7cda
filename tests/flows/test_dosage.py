"""`hexbeat dosage`, as people call it: what it prints, and how it ends."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.flows.commands import Done, hexbeat_here
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
