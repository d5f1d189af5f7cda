"""Programmes and trials that stand, for what is refused of them."""

import shutil
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from tests.flows.commands import Done, hexbeat_here
from tests.flows.flows_here import flows_here
from tests.flows.made_programmes import BUFFER_M, NOW, Made, make_programme
from tests.flows.test_trials import DRAWN_AT, PARALLEL, WEEKLY
from tests.transforms.feeds.force.made_drops import (
    JSON_MAPPING,
    Truth,
    as_json_lines,
    json_row,
)
from tests.transforms.records.made_homes import made_home, pulled
from tests.transforms.simulated_home import Simulated
from transforms.programmes.freeze import freeze
from transforms.programmes.programme import Programme
from transforms.programmes.register import end, leave, start
from transforms.reference.days import LONDON
from transforms.trials.choose import Asked
from transforms.trials.designing import design_trial
from transforms.trials.trial import Trial


FAR = date(2098, 12, 29)  # a Monday


@dataclass(frozen=True)
class Standing:
    """A home with programmes and trials, and feeds beside it."""

    made: Made
    trials: dict[str, Trial]  # of the programme `apart`
    feeds: dict[str, Path]

    def run(self, *words: object, home: Path | None = None) -> Done:
        """A command in the home."""
        with flows_here():
            return hexbeat_here(*words, "--home", home or self.made.home.root)

    def kept(self, home: Path | None = None) -> list[tuple[Path, bytes]]:
        """All files of programmes, and their content."""
        root = home or self.made.home.root
        files = sorted((root / "programmes").rglob("*"))
        return [(file, file.read_bytes()) for file in files if file.is_file()]


def is_refused(done: Done, code: int, line: str) -> None:
    """Whether a command said one line, and nothing else."""
    [said] = done.stderr.splitlines()
    assert (done.returncode, line in said, done.stdout) == (code, True, ""), said


def make_standing(simulated: Simulated, folder: Path) -> Standing:
    """All of them."""
    made = make_programme(simulated, folder)
    freeze(made.home, "waiting", made.rule, None, 90.0, NOW, "me")
    apart = _started(made, "apart", 3, BUFFER_M)
    drawn = _started(made, "drawn", 3, 70.0)
    _started(made, "near", 1, BUFFER_M)
    _started(made, "wide", 3, 900.0)
    few = _started(made, "few", 3, 90.0)
    for place in ("p02", "p05", "p08"):
        leave(made.home, few, place, date(2025, 7, 2), "why", NOW, "me")
    over = _started(made, "over", 3, 80.0)
    end(made.home, over, date(2025, 9, 15), "over", NOW, "me")
    design_trial(made.home, drawn, PARALLEL, DRAWN_AT, "me")
    trials = {
        name: design_trial(made.home, apart, asked, DRAWN_AT, "me").trial
        for name, asked in _ASKED.items()
    }
    feeds = {
        "other": _feed(folder / "kent", "kent"),
        "early": _feed(folder / "own", made.rule.force),
        "days": _feed(folder / "days", made.rule.force),
    }
    shutil.copytree(made.home.root / "programmes", feeds["days"] / "programmes")
    return Standing(made, trials, feeds)


_ASKED = {
    "weekly": WEEKLY,
    "short": replace(
        PARALLEL, first_day=date(2025, 7, 5), last_day=date(2025, 8, 31), looks=4
    ),
    "unknown": replace(
        PARALLEL, first_day=date(2026, 1, 1), last_day=date(2026, 3, 31)
    ),
    "far": Asked(
        kind="weekly",
        first_day=FAR,
        weeks=2,
        days_per_week=3,
        capacity=(3, 3, 3, 3, 4, 4, 4),
    ),
}


def _started(made: Made, name: str, spacing: int, buffer_m: float) -> Programme:
    rule = replace(made.rule, spacing=spacing)
    found = freeze(made.home, name, rule, None, buffer_m, NOW, "me").programme
    start(made.home, found, date(2025, 7, 1), NOW, "me")
    return found


def _feed(folder: Path, force: str) -> Path:
    """A feed of that force with one day, before any trial."""
    folder.mkdir()
    home = made_home(folder, JSON_MAPPING.replace('"kent"', f'"{force}"'))
    noon = datetime(2025, 6, 2, 12, tzinfo=LONDON)
    one = Truth("one", offence="105A", began=noon, place=(-0.42, 51.88))
    pulled(home, {"one.jsonl": as_json_lines([json_row(one)])})
    return home.home.root
