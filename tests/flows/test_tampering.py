"""What somebody changes of a programme, or of what was kept, is told in a line."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.flows.commands import Done, hexbeat_here
from tests.flows.flows_here import flows_here
from tests.flows.made_programmes import NOW
from tests.flows.standing import Standing, is_refused
from tests.flows.test_trials import DRAWN_AT, MONDAY
from tests.transforms.patrols.made_programme import MAPPING, Row, log, put
from transforms.homes.home import Home
from transforms.impact.track import track
from transforms.operations.verify_programmes import check_programmes
from transforms.patrols.mapping import read_visit_mapping
from transforms.patrols.report import report
from transforms.patrols.take import take_visits
from transforms.programmes.programme import open_programme
from transforms.reference.months import Month
from transforms.trials.analyse import analyse
from transforms.trials.issue import issue
from transforms.trials.trial import open_trial


ANALYSED_AT = datetime.fromisoformat("2025-12-10T09:00:00+00:00")


@dataclass(frozen=True)
class Kept:
    """A home, and a programme of it with a folder of each kind."""

    home: Home
    folder: Path
    weekly: Path  # a trial of which a week was issued
    look: Path
    report: Path

    @property
    def told(self) -> list[str]:
        """What verifying says of programmes."""
        return check_programmes(self.home).differs

    def run(self, *words: object) -> Done:
        """A command in the home."""
        with flows_here():
            return hexbeat_here(*words, "--home", self.home.root)


@pytest.fixture(scope="module")
def kept(standing: Standing, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    folder = tmp_path_factory.mktemp("tampered")
    home = standing.made.again(folder).home
    drawn, apart = (open_programme(home, name) for name in ("drawn", "apart"))
    mapping = read_visit_mapping(MAPPING.replace('"autumn"', '"apart"'), "m")
    visit = Row(start="15/07/2025 18:00", end="15/07/2025 18:12")
    take_visits(home, put(folder, log(visit)), mapping, NOW)
    weekly = open_trial(home, apart, standing.trials["weekly"].id)
    issue(home, weekly, MONDAY, DRAWN_AT + timedelta(days=4), "me")
    analyse(home, open_trial(home, drawn, None), None, None, ANALYSED_AT, "me", 99)
    made = Kept(
        home=home,
        folder=apart.folder,
        weekly=weekly.folder,
        look=track(home, apart, Month(2025, 9), 3, NOW, "me").folder,
        report=report(home, apart).folder,
    )
    assert made.told == []
    return made


@contextmanager
def moved_away(path: Path) -> Iterator[Path]:
    """A file or folder elsewhere, and back in its place afterwards."""
    away = path.parents[3].with_name("away")
    path.rename(away)
    try:
        yield away
    finally:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
        away.rename(path)


def files_of(kept: Kept) -> list[Path]:
    """All that was written of programmes, but for locks, which are empty."""
    found = sorted((kept.home.root / "programmes").rglob("*"))
    return [file for file in found if file.is_file() and file.name != ".lock"]


def test_a_changed_byte_of_any_file_is_told_in_one_line(kept: Kept) -> None:
    files = files_of(kept)
    names = {file.name for file in files}
    assert names >= {
        "SHA256SUMS", "manifest.json", "programme.json", "past_lists.parquet",
        "register.jsonl", "register.head.json", "design.json", "seed.hex",
        "patrol.csv", "patrol.pdf", "seed.txt", "schedule.csv", "trial.csv",
        "tracker.html", "tracker.csv", "dosage.html", "dosage_days.parquet",
    }  # fmt: skip
    for file in files:
        data = file.read_bytes()
        for at in {0, len(data) // 3, len(data) - 1}:
            changed = bytearray(data)
            changed[at] ^= 1
            file.write_bytes(bytes(changed))
            told = kept.told
            named = file.with_name("register.jsonl") if "head" in file.name else file
            about = [named, named.parent]
            assert len(told) == 1, (file, at, told)
            assert any(str(path) in told[0] for path in about), (file, at, told)
        file.write_bytes(data)
    assert kept.told == []


def test_a_link_in_place_of_any_file_is_told_in_one_line(kept: Kept) -> None:
    for file in files_of(kept):
        with moved_away(file) as away:
            file.symlink_to(away)
            told = kept.told
            assert len(told) == 1 and str(file.parent) in told[0], (file, told)
    assert kept.told == []


def test_a_link_in_place_of_a_folder_is_told_in_one_line(kept: Kept) -> None:
    [week] = (kept.weekly / "issues").iterdir()
    for folder in (kept.folder, kept.weekly, week, kept.look, kept.report):
        with moved_away(folder) as away:
            folder.symlink_to(away)
            told = kept.told
            assert len(told) == 1 and str(folder) in told[0], (folder, told)
    assert kept.told == []


def test_folders_that_were_made_elsewhere_are_told(kept: Kept, tmp_path: Path) -> None:
    """By another name, from another programme, or in a home without their line."""
    [week] = (kept.weekly / "issues").iterdir()
    [other] = kept.folder.parent.glob("drawn-*")
    for folder, copy in (
        (week, week.with_name("2025-07-14 (copy)")),
        (week, week.with_name("2025-07-21")),
        (kept.look, other / "looks" / kept.look.name),
        (kept.report, other / "dosage" / kept.report.name),
        (kept.weekly, other / "trials" / kept.weekly.name),
        (kept.folder, kept.folder.with_name(f"{kept.folder.name} copy")),
    ):
        shutil.copytree(folder, copy)
        told = kept.told
        assert told and all(str(copy) in line for line in told), (copy, told)
        shutil.rmtree(copy)
    assert kept.told == []


def test_a_programme_of_another_home_is_none_of_this_one(
    kept: Kept, standing: Standing, tmp_path: Path
) -> None:
    """It is brought without its lines in the register: nothing is begun with it."""
    home = standing.made.again(tmp_path).home.root
    lines = home / "programmes" / "register.jsonl"
    elsewhere = kept.folder.with_name(f"apart-{'0' * 12}")
    assert not elsewhere.exists() and lines.exists()
    for programme in (home / "programmes").iterdir():
        if programme.is_dir() and not programme.name.startswith("summer-"):
            shutil.rmtree(programme)
    first = lines.read_bytes().splitlines(keepends=True)[:1]
    lines.write_bytes(first[0])
    lines.with_suffix(".head.json").unlink()
    shutil.copytree(kept.folder, home / "programmes" / kept.folder.name)
    for words in (
        ("track", "apart"),
        ("programme", "start", "apart", "--on", "2025-07-01"),
        ("programme", "show", "apart"),
        ("trial", "issue", "apart", kept.weekly.name, "--week", MONDAY),
        ("dosage", "report", "apart"),
    ):
        done = standing.run(*words, home=home)
        is_refused(done, 1, "not in the register")


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("past_lists.parquet", ("track", "apart")),
        ("issues/2025-07-14/patrol.csv", ("dosage", "report", "apart")),
        ("issues/2025-07-14/patrol.ics", ("dosage", "report", "apart")),
    ],
)
def test_what_a_command_reads_is_checked_by_it(
    kept: Kept, file: str, words: tuple[str, ...]
) -> None:
    path = (kept.weekly if "/" in file else kept.folder) / file
    data = path.read_bytes()
    path.write_bytes(data[:-9] + b"x" + data[-8:])
    is_refused(kept.run(*words), 1, f"{path}: not as it was written")
    path.write_bytes(data)


def test_verify_says_it_as_people_call_it(kept: Kept) -> None:
    page = kept.look / "tracker.html"
    data = page.read_bytes()
    page.write_bytes(data.replace(b"No change", b"A fall", 1) + b" ")
    done = kept.run("verify")
    assert done.returncode == 1
    said = (done.stdout + done.stderr).splitlines()
    assert [line for line in said if str(page) in line], said
    page.write_bytes(data)
