"""`hexbeat tasking`, as people call it: what it prints, and how it ends."""

import json
from datetime import date
from pathlib import Path

import pytest

from flows.command.printing.tasking import show_pack
from tests.flows.commands import hexbeat, hexbeat_here
from tests.transforms.patrols.made_programme import STARTS, made_programme
from transforms.homes.home import Home
from transforms.programmes.register import TASKED, Register


ENDING = date(2026, 10, 25)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return made_programme(tmp_path_factory.mktemp("tasking") / "home")[0]


@pytest.mark.system
def test_a_pack_is_made_and_told_without_a_place(
    home: Home, prefect: dict[str, str]
) -> None:
    given = ("tasking", "autumn", "--fortnight", ENDING, "--home", home.root)
    done = hexbeat(*given, env=prefect)
    assert done.returncode == 0, done.stderr
    first, second, *_ = done.stdout.splitlines()
    assert first.startswith(f"pack      {ENDING}-")
    assert first.endswith(" made")
    assert second == "fortnight 2026-10-12 to 2026-10-25, 4 places"
    assert "missing   No log of patrols: hexbeat dosage take" in done.stdout
    assert "High Street" not in done.stdout + done.stderr
    for line in done.stdout.splitlines()[-3:]:
        assert Path(line.split()[-1]).is_file()
    lines = [line for line in Register(home).log.lines() if line["action"] == TASKED]
    assert [line["what"]["pack"] for line in lines] == [first.split()[1]]
    again = hexbeat(*given, env=prefect)
    assert (
        again.stdout.splitlines()[0] == f"{first.removesuffix('made')}was made before"
    )


MADE = {
    "pack": "x", "created": True, "first": "a", "last": "b", "places": 4, "rose": 1,
    "fell": 0, "left": 0, "new_periods": 1, "delivered": "d", "tracker": "t",
    "next_visits": 3, "to_see_to": ["m"], "folder": "f",
}  # fmt: skip


@pytest.mark.parametrize(
    ("has_log", "missing", "code"), [(False, 14, 0), (True, 0, 0), (True, 2, 3)]
)
def test_days_that_a_log_lacks_are_a_gap(
    has_log: bool, missing: int, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    made = {**MADE, "has_log": has_log, "missing_days": missing}
    account = {"facts": {"packs": [made]}}
    assert show_pack(account, as_json=False) == code
    said = capsys.readouterr().out
    assert "changed   1 rose, 0 fell, 0 left" in said
    assert "next      3 visits planned" in said
    assert show_pack(account, as_json=True) == code
    assert json.loads(capsys.readouterr().out)["exit_code"] == code


def test_what_cannot_be_told_ends_with_2_in_one_line(tmp_path: Path) -> None:
    home, _ = made_programme(tmp_path / "home")
    unstarted, _ = made_programme(tmp_path / "other", starts=None)
    for root, given, said in (
        (home.root, ["spring"], "is not a programme here"),
        (home.root, ["autumn", "--fortnight", "2026-09-30"], f"starts on {STARTS}"),
        (home.root, ["autumn", "--fortnight", "2099-01-04"], "has not ended"),
        (unstarted.root, ["autumn"], "has not started: hexbeat programme start"),
    ):
        done = hexbeat_here("tasking", *given, "--home", root)
        assert done.returncode == 2
        assert said in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
        assert not done.stdout
