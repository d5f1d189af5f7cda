"""`hexbeat dosage`, as people call it: what it prints, and how it ends."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, tzinfo
from functools import partial
from pathlib import Path

import pytest

from tests.flows.commands import Done, hexbeat_here
from tests.flows.flows_here import Sent, flows_here
from tests.transforms.patrols.made_programme import (
    FORCE,
    MAPPING,
    NOW,
    OFFICER,
    Row,
    log,
    made_programme,
    put,
)
from tests.transforms.patrols.test_take import BROKEN, REFUSED, SLIPS
from transforms.feeds.rules import LINE_RULES
from transforms.homes.home import Home
from transforms.patrols.log_rules import RULES
from transforms.programmes.register import Register


class AsOfThen(datetime):
    """A clock that stands: what is in the future does not change with the years."""

    @classmethod
    def now(cls, _: tzinfo | None = None) -> datetime:  # type: ignore[override]
        """The moment that logs of these tests were taken at."""
        return NOW


@pytest.fixture(autouse=True)
def sent() -> Iterator[Sent]:
    """Flows run here, without a server."""
    with flows_here() as sent:
        yield sent


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return made_programme(tmp_path / "home")[0]


def slipped(old: str, new: str, folder: Path) -> None:
    """A mapping with a slip in it."""
    (folder / "patrols.toml").write_text(MAPPING.replace(old, new))


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

    @pytest.mark.parametrize("rule", [*LINE_RULES, *(rule.id for rule in RULES)])
    def test_a_row_held_back_is_said_by_its_rule(
        self, home: Home, rule: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Each rule: its line, exit code 3, and nothing of the row but line and day."""
        monkeypatch.setattr("flows.dosage_tasks.datetime", AsOfThen)
        odd = {"columns": f"{Row().text()},more", "encoding": Row(role="\xe9").text()}
        row = (odd.get(rule) or BROKEN[rule][0].text()).encode("latin-1")
        (home.root.parent / "patrols.toml").write_text(MAPPING)
        day = "{:02}/10/2026 {}".format
        good = [Row(start=day(n, "18:00"), end=day(n, "18:15")) for n in range(1, 31)]
        *lines, last = log(*good).splitlines()
        data = b"\n".join([*lines, row, last, b""])
        file = put(home.root.parent, data)
        mapping = "--mapping", home.root.parent / "patrols.toml"
        done = hexbeat_here("dosage", "take", file, *mapping, "--home", home.root)
        told = {**LINE_RULES, **{one.id: one.text for one in RULES}}[rule]
        assert (done.returncode, done.stderr) == (3, "")
        assert f"held back 1: 3.2 % of the rows\n          1 {rule}: {told}\n" in (
            done.stdout
        )
        assert OFFICER not in done.stdout
        [held] = home.lake.read("visits_quarantine", FORCE).to_pylist()
        assert (held["rule"], held["raw_line"]) == (rule, 31)
        assert len(home.lake.read("visits", FORCE)) == 30

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            (lambda folder: (folder / "log.csv").unlink(), 2),
            (lambda folder: (folder / "patrols.toml").unlink(), 2),
            (lambda folder: (folder / "patrols.toml").write_text("x = 1"), 2),
            (lambda folder: put(folder, b"a,b\n1,2\n"), 1),
            *((partial(put, data=data), 1) for data, _ in REFUSED),
            *((partial(slipped, old, new), 2) for old, new, _ in SLIPS),
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
