"""A command that another one keeps waiting says for what, and since when."""

from pathlib import Path
from threading import Event, Thread

import pytest

from tests.transforms.feeds.force.made_drops import CSV_MAPPING, as_csv, csv_row
from tests.transforms.records.made_homes import NOW, made_home, truth
from transforms.errors import UsageError
from transforms.feeds.force.sources.folder import DropFolder
from transforms.feeds.force.sources.settling import BETWEEN_LOOKS_SECONDS
from transforms.records.homes import ForceHome, open_force_home
from transforms.records.pull import pull, pull_of_nothing


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


def test_a_fresh_drop_is_waited_for_once(tmp_path: Path) -> None:
    """The look of a command ends at its name; the pull makes sure that it is whole."""
    home = made_home(tmp_path, CSV_MAPPING)
    folder, waits = tmp_path / "drops", list[float]()
    folder.mkdir()
    source = DropFolder(folder, waits.append)

    def write(name: str, *references: str) -> None:
        rows = [csv_row(truth(reference)) for reference in references]
        (folder / name).write_bytes(as_csv(rows))

    def waits_of_a_command() -> list[float]:
        waits.clear()
        if pull_of_nothing(home, source, "me", NOW) is None:
            pull(home, source, "me", NOW)
        return waits

    write("1.csv", "a")
    assert waits_of_a_command() == [BETWEEN_LOOKS_SECONDS]
    assert waits_of_a_command() == []  # stored, and listed as it was
    write("2.csv", "b")
    (folder / "2.csv.done").touch()
    assert waits_of_a_command() == []
    (folder / "3.csv").write_bytes(b"nothing that is read\n1\n")
    assert waits_of_a_command() == [BETWEEN_LOOKS_SECONDS]
    assert waits_of_a_command() == [BETWEEN_LOOKS_SECONDS]  # refused, as it was


def test_a_drop_that_grows_between_look_and_pull_is_not_read(tmp_path: Path) -> None:
    home = made_home(tmp_path, CSV_MAPPING)
    folder = tmp_path / "drops"
    folder.mkdir()
    whole = as_csv([csv_row(truth("a")), csv_row(truth("b"))])
    (folder / "1.csv").write_bytes(whole[:-40])
    waits: list[float] = []

    def grow(seconds: float) -> None:
        waits.append(seconds)
        (folder / "1.csv").write_bytes(whole)

    source = DropFolder(folder, grow)
    assert pull_of_nothing(home, source, "me", NOW) is None
    assert waits == []
    done = pull(home, source, "me", NOW)
    assert (len(waits), done.growing, done.drops) == (1, 1, 0)
    assert pull(home, DropFolder(folder, lambda _: None), "me", NOW).drops == 1
