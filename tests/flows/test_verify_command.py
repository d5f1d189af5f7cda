"""`hexbeat verify` as people meet it: a line for each thing, and an exit code."""

import json
from pathlib import Path

import pytest

from tests.flows.commands import hexbeat_here
from tests.transforms.simulated_home import AS_OF, make_home
from transforms.publications.publish import publish
from transforms.scores.methods import DEFAULT_METHOD, METHODS
from transforms.simulator import simulate


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("verify")
    simulate(folder / "source", size=0.05)
    made = make_home(folder / "home", folder / "source")
    publish(made, AS_OF, METHODS[DEFAULT_METHOD])
    return made.root


def test_all_as_written_is_exit_code_0(home: Path) -> None:
    done = hexbeat_here("verify", "--home", home, "--source", home.parent / "source")
    assert (done.returncode, done.stderr) == (0, "")
    assert "all as written" in done.stdout
    assert "70 raw" in done.stdout


def test_what_differs_is_a_line_each_and_exit_code_1(home: Path) -> None:
    [page] = home.glob("publications/runs/*/internal/map.html")
    page.chmod(0o644)
    whole = page.read_text()
    page.write_text(whole + " ")
    try:
        done = hexbeat_here("verify", "--home", home)
        told = json.loads(hexbeat_here("verify", "--home", home, "--json").stdout)
    finally:
        page.write_text(whole)
    assert done.returncode == 1
    assert done.stderr == (
        "hexbeat: internal/map.html: its SHA-256 is not the one in SHA256SUMS and"
        " manifest.json\n"
    )
    assert (told["whole"], len(told["differs"])) == (False, 1)
    assert done.stdout.splitlines()[0].endswith(": 1 difference")


def test_nothing_to_verify_is_bad_usage(tmp_path: Path) -> None:
    done = hexbeat_here("verify", "--home", tmp_path)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
