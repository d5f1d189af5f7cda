"""The short form of the matrix: some of each fault in every run of the tests."""

import subprocess
import sys

import pytest

from tests.faults.__main__ import _SLOW
from tests.faults.kills import undisturbed
from tests.faults.matrix import SHORT, matrix
from tests.flows.servers import CLI, clean_environment
from transforms.lake.crash_points import CRASH_POINTS


pytestmark = pytest.mark.system


@pytest.mark.parametrize("name", [n for n in matrix(SHORT) if n not in _SLOW])
def test_nothing_is_lost(name: str) -> None:
    outcome = matrix(SHORT)[name](None)
    assert outcome.clean, outcome


def test_every_named_point_is_come_to() -> None:
    assert set(undisturbed().points) == set(CRASH_POINTS)


def test_a_command_told_so_is_checked() -> None:
    env = clean_environment() | {"HEXBEAT_CRASH_AT": "nowhere"}
    done = subprocess.run(
        [*CLI, "status"], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith("hexbeat: crash point 'nowhere': write one of")


def test_the_matrix_has_a_command_of_its_own() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults", "--short", "order"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert done.stdout.startswith("| power loss: order of fsync")
