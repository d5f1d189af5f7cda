"""What a task waits for reaches the command that runs it, and its log."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
from prefect.logging import disable_run_logger

from flows import progress
from flows.command.console import ConsoleProgress
from flows.feed_tasks import pull_drops
from tests.transforms.records.made_homes import made_home


class Heard(ConsoleProgress):
    """The console of a command, and when it was given a word."""

    def __init__(self) -> None:
        super().__init__(silent=True)
        self.told = Event()

    def wait(self, text: str) -> None:
        super().wait(text)
        self.told.set()


@pytest.fixture
def console() -> Iterator[Heard]:
    heard = Heard()
    before = progress._listener
    progress.listen(heard)
    yield heard
    progress.listen(before)


def test_a_pull_that_waits_says_so_on_standard_error(
    console: Heard, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = made_home(tmp_path)
    (tmp_path / "drops").mkdir()

    def beside() -> None:
        with disable_run_logger():
            pull_drops.fn(home.home.address, "kent", str(tmp_path / "drops"), "me")

    thread = Thread(target=beside)
    with home.alone("a backtest"):
        thread.start()
        assert console.told.wait(30)
    thread.join(30)
    assert not thread.is_alive()
    told = capsys.readouterr()
    assert told.err.startswith("hexbeat: kent: waiting for a backtest, which runs in")
    assert told.out == ""  # so that --json stays JSON
