"""`hexbeat patrol plan`, as people call it: what it prints, and how it ends."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from flows.command.printing.patrol import show_plan
from tests.flows.commands import Done, hexbeat, hexbeat_here
from tests.transforms.patrols.made_programme import NOW, STARTS, made_programme
from transforms.homes.home import Home
from transforms.programmes.register import PLANNED, Register, end


HEADER = "shift_id,date,start,end,units,mode,base_lat,base_lon,minutes"
DAY = STARTS + timedelta(days=50)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return made_programme(tmp_path_factory.mktemp("patrol") / "home")[0]


def shifts(home: Home, day: date = DAY, length: str = "18:00") -> Path:
    file = home.root.parent / "shifts.csv"
    row = f"late,{day},10:00,{length},2,vehicle,51.30,0.80,400"
    file.write_text(f"{HEADER}\n{row}\n")
    return file


@pytest.mark.system
def test_a_plan_is_made_and_told_without_a_place(
    home: Home, prefect: dict[str, str]
) -> None:
    given = ("patrol", "plan", "autumn", "--shifts", shifts(home), "--home", home.root)
    done = hexbeat(*given, env=prefect)
    assert done.returncode == 0, done.stderr
    first, said, *_ = done.stdout.splitlines()
    assert first.startswith(f"plan     {DAY}-")
    assert first.endswith(" made")
    assert "visits of 15 minutes, at" in said
    assert "note     No hours are known" in done.stdout
    assert "High Street" not in done.stdout + done.stderr
    assert Path(done.stdout.split()[-1]).is_file()
    lines = [line for line in Register(home).log.lines() if line["action"] == PLANNED]
    assert [line["what"]["plan"] for line in lines] == [first.split()[1]]


@pytest.mark.parametrize(("short", "code"), [([], 0), (["Fewer than 1 visits"], 3)])
def test_a_place_short_of_its_visits_is_a_gap(
    short: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    shift = {
        "shift_id": "late",
        "date": str(DAY),
        "units": 1,
        "visits": 2,
        "dropped": 1,
    }
    made = {
        "plan": "x", "headline": "2 visits.", "created": True, "shifts": [shift],
        "notes": [], "short": short, "folder": "x",
    }  # fmt: skip
    account = {"failed": {}, "facts": made}
    assert show_plan(account, as_json=False) == code
    assert capsys.readouterr().err == "".join(f"hexbeat: {line}\n" for line in short)
    assert show_plan(account, as_json=True) == code
    assert json.loads(capsys.readouterr().out)["exit_code"] == code


def refused(home: Home, *given: object) -> Done:
    return hexbeat_here("patrol", "plan", *given, "--home", home.root)


def test_what_cannot_be_planned_ends_with_2_in_one_line(home: Home) -> None:
    file = shifts(home)
    too_many = home.root / "hexbeat.toml"
    for done, said in (
        (refused(home, "spring", "--shifts", file), "is not a programme here"),
        (refused(home, "autumn", "--shifts", home.root / "none"), "not a readable"),
        (refused(home, "autumn", "--shifts", file, "--trial", "x"), "has no trial"),
        (
            refused(home, "autumn", "--shifts", file, "--to", STARTS),
            "its shifts are from",
        ),
        (
            refused(home, "autumn", "--shifts", shifts(home, length="01:00")),
            "shifts.csv, line 2: end '01:00': the shift has 15 hours; at most 14",
        ),
        (
            refused(home, "autumn", "--shifts", shifts(home, STARTS - timedelta(1))),
            "is before autumn-",
        ),
    ):
        assert done.returncode == 2
        assert said in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
        assert not done.stdout
    too_many.write_text("[patrol]\nmin_visits_place_week = 21\n")
    done = refused(home, "autumn", "--shifts", shifts(home))
    too_many.unlink()
    assert done.returncode == 2
    assert "21 visits a week at each of 4 places are 84" in done.stderr


def test_a_plan_of_days_that_cannot_be_ends_with_2(home: Home, tmp_path: Path) -> None:
    """No start, after the end, the same units twice, and hours of a feed of months."""
    unstarted, _ = made_programme(tmp_path / "unstarted", starts=None)
    over, programme = made_programme(tmp_path / "over")
    end(over, programme, STARTS + timedelta(days=1), "over", NOW, "me")
    twice = shifts(home)
    twice.write_text(twice.read_text() + twice.read_text().splitlines()[1] + "\n")
    for done, said in (
        (refused(unstarted, "autumn", "--shifts", shifts(unstarted)), "not started"),
        (
            refused(over, "autumn", "--shifts", shifts(over, STARTS + timedelta(9))),
            "shifts.csv, line 2: 2026-10-10 is after autumn-",
        ),
        (refused(home, "autumn", "--shifts", twice), "overlaps with that of line 2"),
        (
            refused(
                home, "autumn", "--shifts", shifts(home), "--hours-from", over.root
            ),
            "is not a home of a force's own feed",
        ),
    ):
        assert done.returncode == 2
        assert said in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
