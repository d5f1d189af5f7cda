"""The command as a process: how it ends."""

import subprocess
import sys

import pytest


# What is taken apart is in a module of its own: those of this one were set aside
# (flows/garbage.py) and are not taken apart in any case.
COMMAND = """
import atexit
import sys
from types import ModuleType
from flows.command.process import run

class Kept:
    def __del__(self):
        print("taken apart")

sys.modules["kept"] = ModuleType("kept")
sys.modules["kept"].kept = Kept()
atexit.register(print, "due at the end")
run()
"""


@pytest.mark.parametrize(
    ("words", "code", "out"),
    [
        (["feed", "status", "--home", "no-home"], 2, ""),
        (["--version"], 0, "hexbeat"),
    ],
)
def test_it_does_what_is_due_and_takes_nothing_apart(
    words: list[str], code: int, out: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *words], capture_output=True, text=True
    )
    assert done.returncode == code
    assert bool(done.stderr) == bool(code)
    *printed, last = done.stdout.splitlines()
    assert bool(printed) == bool(out)
    assert last == "due at the end"


def test_an_error_of_nobody_is_printed_as_ever() -> None:
    wrong = "import flows.command.cli as cli\ncli.main = None\n" + COMMAND
    done = subprocess.run([sys.executable, "-c", wrong], capture_output=True, text=True)
    assert done.returncode == 1
    assert "TypeError" in done.stderr
    assert done.stdout.splitlines() == ["due at the end", "taken apart"]
