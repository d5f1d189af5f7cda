"""`hexbeat tasking`, as people call it: what it prints, and how it ends."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.command.printing.tasking import show_pack
from flows.params import TaskingParams
from flows.tasking import tasking
from tests.flows.commands import hexbeat, hexbeat_here
from tests.flows.flows_here import Sent, flows_here
from tests.transforms.patrols.made_programme import STARTS, made_programme
from transforms.homes.home import Home
from transforms.programmes.register import TASKED, Register, start
from transforms.reference.days import LONDON


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


@pytest.fixture
def sent() -> Iterator[Sent]:
    with flows_here() as sent:
        yield sent


def run(home: Home, **given: str) -> dict[str, Any]:
    account: Any = tasking.fn(TaskingParams(home=str(home.root), **given))
    return dict(account)


def test_what_is_due_is_made_once_and_a_server_sees_no_place(
    tmp_path: Path, sent: Sent
) -> None:
    started = datetime.now(LONDON).date() - timedelta(days=40)
    home, programme = made_programme(tmp_path / "home", starts=None)
    start(home, programme, started, datetime.now(UTC), "me")
    made_programme(tmp_path / "home", "winter", starts=None)
    done = run(home)
    [pack] = done["facts"]["packs"]
    assert done["asked"] == [programme.id]
    assert sent.events == [(programme.id, pack["pack"], pack["last"])]
    assert sent.outcomes == ["done"]
    told = f"{sent.artifacts} {sent.events} {done}"
    for row in programme.places.to_pylist():
        assert row["place_id"] not in told
        assert row["h3_cells"] not in told
        assert not row["name"] or row["name"] not in told
    again = run(home)
    assert again["asked"] == []
    assert again["facts"]["nothing"].startswith("Nothing to hand on")
    assert sent.outcomes[-1] == "nothing to do"
    assert len(sent.events) == 1


def test_a_damaged_programme_is_a_gap_and_the_others_have_their_packs(
    tmp_path: Path, sent: Sent
) -> None:
    started = datetime.now(LONDON).date() - timedelta(days=40)
    for name in ("autumn", "winter"):
        home, programme = made_programme(tmp_path / "home", name, starts=None)
        start(home, programme, started, datetime.now(UTC), "me")
    (programme.folder / "places.parquet").write_bytes(b"damaged")
    done = run(home)
    assert list(done["failed"]) == [programme.id]
    assert "bring it back from a backup" in done["failed"][programme.id]
    assert len(done["facts"]["packs"]) == 1
    assert sent.outcomes == ["gaps"]


def test_a_fortnight_is_of_one_programme() -> None:
    with pytest.raises(ValueError, match="name it"):
        TaskingParams(fortnight="2026-10-25")
    assert TaskingParams().which == "what is due"
    assert TaskingParams(programme="autumn").which == "autumn to newest"
