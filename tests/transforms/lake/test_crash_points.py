"""Every point has its place in the code, and a run comes to it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from transforms.errors import UsageError
from transforms.lake import crash_points
from transforms.lake.crash_points import CRASH_POINTS, arm, crash_point, listen


TRANSFORMS = Path(crash_points.__file__).parents[1]


def called() -> list[str]:
    """The names at which the code calls, as they stand there."""
    found = []
    for path in TRANSFORMS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(ast.Name("crash_point"), [ast.Constant(name)]):
                    found.append(str(name))
    return found


def test_each_name_stands_at_one_place() -> None:
    assert sorted(called()) == sorted(CRASH_POINTS)


def test_a_listener_hears_each_point_and_nobody_is_asked_without_one() -> None:
    heard: list[str] = []
    listen(heard.append)
    try:
        crash_point("tier-sealed")
    finally:
        listen(None)
    crash_point("tier-placed")
    assert heard == ["tier-sealed"]


@pytest.mark.parametrize("where", ["", "nowhere", "tier-sealed:x", "tier-sealed:-1"])
def test_a_point_that_there_is_not_is_refused(where: str) -> None:
    with pytest.raises(UsageError, match="write one of data-written"):
        arm(where)


@pytest.mark.parametrize("nth", [1, 3])
def test_an_armed_process_is_killed_at_that_visit(nth: int) -> None:
    code = (
        "from transforms.lake.crash_points import arm, crash_point\n"
        f"arm('tier-sealed:{nth}')\n"
        "for number in range(5):\n"
        "    crash_point('tier-placed')\n"
        "    print(number, flush=True)\n"
        "    crash_point('tier-sealed')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == -9
    assert done.stdout.split() == [str(number) for number in range(nth)]
