"""A command that another one keeps waiting says for what, and since when."""

from pathlib import Path
from threading import Event, Thread

import pytest

from tests.transforms.feeds.force.made_drops import CSV_MAPPING, as_csv, csv_row
from tests.transforms.records.made_homes import NOW, made_home, truth
from transforms.errors import UsageError
from transforms.feeds.force.sources.folder import DropFolder
from transforms.records.homes import ForceHome, open_force_home
from transforms.records.pull import pull


def test_a_pull_beside_a_backtest_waits_with_a_word(tmp_path: Path) -> None:
    root = made_home(tmp_path, CSV_MAPPING).home.root
    (tmp_path / "drops").mkdir()
    (tmp_path / "drops" / "1.csv").write_bytes(as_csv([csv_row(truth("a"))]))
    said: list[str] = []
    waits = Event()

    def say(text: str) -> None:
        said.append(text)
        waits.set()

    def beside() -> None:
        source = DropFolder(tmp_path / "drops", lambda _: None)
        pull(open_force_home(root, say), source, "me", NOW)

    thread = Thread(target=beside)
    with open_force_home(root).changed("a backtest"):
        thread.start()
        assert waits.wait(20)
        assert thread.is_alive()
    thread.join(20)
    assert not thread.is_alive()
    [line] = said
    assert line.startswith(
        "kent: waiting for a backtest, which runs in this home since"
    )
    assert line.endswith(" UTC")
    assert len(open_force_home(root).lake.files("drops", "kent")) == 1


def test_one_that_need_not_wait_says_nothing(tmp_path: Path) -> None:
    said: list[str] = []
    root = made_home(tmp_path).home.root
    with open_force_home(root, said.append).alone("a pull"):
        pass
    with open_force_home(root, said.append).alone("a longer backtest"):
        assert held_by(root) == "a longer backtest"
    with open_force_home(root, said.append).alone("a pull"):
        assert held_by(root) == "a pull"
    assert said == []


def test_an_older_hexbeat_s_lock_says_what_it_can(tmp_path: Path) -> None:
    """It names nothing: its file is empty."""
    home = made_home(tmp_path)
    with home.alone(""):
        assert stopped(open_force_home(home.home.root, stop)).startswith(
            "kent: waiting for another command, which runs in this home since 20"
        )


def held_by(root: Path) -> str:
    return stopped(open_force_home(root, stop)).split(" for ")[1].split(",")[0]


def stop(text: str) -> None:
    raise UsageError(text)


def stopped(home: ForceHome) -> str:
    """What it says, without waiting."""
    with pytest.raises(UsageError) as caught, home.alone("a check"):
        pass
    return str(caught.value)
