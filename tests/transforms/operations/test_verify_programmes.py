"""Trials and dose reports, as verify, maintain, backup and the doctor know them."""

import os
import shutil
import stat
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from flows.doctor.checks import check_home
from tests.transforms.patrols.made_programme import (
    MAPPING,
    Row,
    log,
    made_programme,
    put,
)
from transforms.errors import LakeError
from transforms.homes.home import Home
from transforms.operations.backup import backup
from transforms.operations.maintenance.maintain import maintain
from transforms.operations.verify_programmes import check_programmes
from transforms.patrols.mapping import read_visit_mapping
from transforms.patrols.report import report
from transforms.patrols.supplied import LogDays, log_days
from transforms.patrols.take import take_visits
from transforms.programmes.programme import Programme
from transforms.trials.choose import Asked
from transforms.trials.designing import design_trial
from transforms.trials.issue import issue
from transforms.trials.reveal import reveal
from transforms.trials.standing import trial_standings
from transforms.trials.trial import Trial, open_trial


DRAWN_AT = datetime(2026, 10, 1, 9, tzinfo=UTC)
MONDAY = date(2026, 10, 5)
OVER = datetime(2026, 10, 20, 9, tzinfo=UTC)
ASKED = Asked(kind="simple", first_day=MONDAY, weeks=2, strata=[(2, 4), (1, 4)])


@dataclass(frozen=True)
class Made:
    home: Home
    programme: Programme
    trial: Trial


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A trial with an issued week and an open seed, a log and its report."""
    folder = tmp_path_factory.mktemp("whole")
    home, programme = made_programme(folder / "home", more=4)
    trial = design_trial(home, programme, ASKED, DRAWN_AT, "me").trial
    issue(home, trial, MONDAY, DRAWN_AT, "me")
    reveal(home, trial, OVER, "me")
    mapping = read_visit_mapping(MAPPING, "patrols.toml")
    take_visits(home, put(folder, log(Row(), Row(place="p02"))), mapping, OVER)
    report(home, programme)
    return Made(home, programme, trial)


@pytest.fixture
def made(whole: Made, tmp_path: Path) -> Made:
    shutil.copytree(whole.home.root, tmp_path / "home")
    home = Home(root=tmp_path / "home", registry_name="forces", overrides={})
    programme = Programme(
        home.root / "programmes" / whole.programme.id, whole.programme.identity
    )
    return Made(home, programme, open_trial(home, programme, None))


def test_all_that_is_kept_is_hashed(made: Made) -> None:
    found = check_programmes(made.home)
    assert found.differs == []
    assert found.folders == {
        "programmes": 1, "trials": 1, "weeks": 1, "seeds": 1, "dose reports": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("dosage/*/dosage_days.csv", "not as it was written"),
        ("dosage/*/dosage.pdf", "not as it was written"),
        ("dosage/*/manifest.json", "not as it was written"),
        ("trials/*/issues/*/patrol.ics", "not as it was written"),
        ("trials/*/issues/*/patrol.csv", "does not follow from the seed"),
        ("trials/*/protocol.md", "not as it was registered"),
        ("trials/*/revealed/schedule.csv", "not as it was written"),
        ("trials/*/revealed/seed.txt", "not the seed that was sealed"),
        ("trials/*/seed.hex", "not the seed that was sealed|cannot be read"),
        ("programme.json", "gone, and the register has it|not as it was frozen"),
    ],
)
@pytest.mark.parametrize("gone", [False, True])
def test_a_changed_file_is_found(made: Made, name: str, words: str, gone: bool) -> None:
    [file] = made.programme.folder.glob(name)
    if gone:
        file.unlink()
        assert check_programmes(made.home).differs
        return
    data = file.read_bytes()
    at = len(data) // 2
    file.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    told = " ".join(check_programmes(made.home).differs)
    assert any(one in told for one in words.split("|")), told


@pytest.mark.parametrize(
    "name", ["trials/s*", "trials/*/issues/*", "trials/*/revealed"]
)
def test_a_lost_folder_is_found(made: Made, name: str) -> None:
    [folder] = made.programme.folder.glob(name)
    shutil.rmtree(folder)
    told = check_programmes(made.home).differs
    assert any(
        line.startswith(str(folder)) and "gone, and the register has it" in line
        for line in told
    )


def test_a_seed_that_nobody_uses_is_removed(made: Made) -> None:
    """A kill may leave one; the next design removes it at once, else maintenance."""
    parent = made.programme.folder / "trials"

    def leave() -> Path:
        left = parent / ".tmp-0123abcd"
        shutil.copytree(made.trial.folder, left)
        return left

    left = leave()
    again = design_trial(made.home, made.programme, ASKED, DRAWN_AT, "me")
    assert not again.created and not left.exists()
    left = leave()
    backup(made.home, made.home.root.parent / "copy", wait=lambda: None)
    [seed] = (made.home.root.parent / "copy").rglob("seed.hex")
    assert stat.S_IMODE(seed.stat().st_mode) == 0o600
    others = [
        made.trial.folder / ".tmp-1",
        made.trial.folder / "issues" / ".tmp-1",
        made.trial.folder / "analyses" / ".tmp-1",
        made.programme.folder / "dosage" / ".tmp-1",
    ]
    for folder in others:
        shutil.copytree(left, folder)
    assert not report(made.home, made.programme).created  # nobody reads such a folder
    told = [one.text for one in check_home(made.home.root) if one.about == "left over"]
    assert len(told) == 5
    long_ago = (datetime.now(UTC) - timedelta(days=8)).timestamp()
    for folder in (left, *others):
        for path in (folder, *folder.rglob("*")):
            os.utime(path, (long_ago, long_ago))
    done = maintain(made.home, datetime.now(UTC))
    kinds = {each.kind for each in done.removed}
    assert kinds == {"cut-off trials", "cut-off dose reports"}
    assert not list(made.home.root.rglob(".tmp-*"))
    assert check_programmes(made.home).differs == []


def test_a_design_that_was_cut_off_before_its_line_says_what_to_do(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Asked(kind="simple", first_day=MONDAY, weeks=3, strata=[(1, 8)])
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("transforms.trials.designing.note", _stop)
        design_trial(made.home, made.programme, other, DRAWN_AT, "me")
    [why] = check_programmes(made.home).differs
    assert "run the same hexbeat trial design again" in why
    design_trial(made.home, made.programme, other, DRAWN_AT, "me")
    assert check_programmes(made.home).differs == []


def _stop(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_how_a_trial_and_its_logs_stand(made: Made) -> None:
    def state(day: date) -> tuple[str, date | None]:
        [one] = trial_standings(made.home, made.programme, day)
        assert one.issued == MONDAY
        return one.state(day), one.unissued

    assert state(date(2026, 10, 4)) == ("not begun", None)
    assert state(date(2026, 10, 9)) == ("running", None)
    assert state(date(2026, 10, 14)) == ("running", date(2026, 10, 12))
    assert state(date(2026, 10, 19)) == ("over, not analysed", None)
    days = log_days(made.home, made.programme, date(2026, 10, 11))
    assert days == LogDays(newest=date(2026, 10, 5), missing=9, of=10)


def _nothing(_: Path) -> None:
    pass


def _open_to_others(seed: Path) -> None:
    seed.chmod(0o640)


def _lose_power(seed: Path) -> None:
    seed.with_name("power.json").unlink()


@pytest.mark.parametrize(
    ("change", "level", "words"),
    [
        (_nothing, "ok", "over, not analysed"),
        (_open_to_others, "bad", "can be read by others: chmod 600"),
        (_lose_power, "bad", "not as it was registered"),
    ],
)
def test_the_doctor_knows_trials(
    made: Made, change: Callable[[Path], None], level: str, words: str
) -> None:
    change(made.trial.folder / "seed.hex")
    found = [one for one in check_home(made.home.root) if one.about == "trials"]
    assert any(one.level == level and words in one.text for one in found)


def test_the_doctor_counts_days_that_logs_lack(made: Made) -> None:
    [logs] = [one for one in check_home(made.home.root) if one.about == "logs"]
    assert logs.level == "note" and "to 2026-10-05" in logs.text
    assert "days without a row" in logs.text


def test_a_trial_of_another_seed_is_refused(made: Made) -> None:
    (made.trial.folder / "seed.hex").write_text("00" * 32)
    with pytest.raises(LakeError, match="not the seed that was sealed"):
        made.trial.seed()
