"""A home holds real forces or made-up ones, and says in one line what is wrong."""

from pathlib import Path

import pytest

from transforms.errors import UsageError
from transforms.homes.home import create_demo_home, open_home
from transforms.reference.forces import DEMO_FORCES, FORCES


def settings_in(home: Path, text: str) -> Path:
    home.mkdir(parents=True, exist_ok=True)
    path = home / "hexbeat.toml"
    path.write_text(text)
    return path


def test_a_home_that_does_not_exist_yet_is_for_real_forces(tmp_path: Path) -> None:
    home = open_home(tmp_path / "data")
    assert home.registry.keys() == FORCES.keys()
    assert home.attribution_instead is None
    assert not home.root.exists()


def test_everything_of_a_home_lies_within_it(tmp_path: Path) -> None:
    home = open_home(tmp_path)
    assert home.lake.root == tmp_path / "lake"
    assert home.publications == tmp_path / "publications"


def test_a_demo_home_remembers_that_it_is_one(tmp_path: Path) -> None:
    made = create_demo_home(tmp_path / "demo")
    opened = open_home(tmp_path / "demo")
    assert opened == made
    assert opened.registry == DEMO_FORCES
    assert "Simulated" in (opened.attribution_instead or "")


def test_a_demo_home_can_be_used_again(tmp_path: Path) -> None:
    create_demo_home(tmp_path)
    (tmp_path / "lake").mkdir()
    assert create_demo_home(tmp_path).registry == DEMO_FORCES


def test_a_folder_of_something_else_is_refused_for_the_demo(tmp_path: Path) -> None:
    (tmp_path / "lake").mkdir()
    with pytest.raises(UsageError, match="is not a demo home"):
        create_demo_home(tmp_path)
    assert not (tmp_path / "hexbeat.toml").exists()


@pytest.mark.parametrize("text", ["", '[home]\nregistry = "forces"\n'])
def test_a_real_home_with_settings_is_refused_for_the_demo(
    tmp_path: Path, text: str
) -> None:
    path = settings_in(tmp_path, text)
    (tmp_path / "lake").mkdir()
    with pytest.raises(UsageError, match="is not a demo home"):
        create_demo_home(tmp_path)
    assert path.read_text() == text


def test_settings_without_a_registry_leave_a_home_to_real_forces(
    tmp_path: Path,
) -> None:
    settings_in(tmp_path, "coverage = []\n")
    assert open_home(tmp_path).registry.keys() == FORCES.keys()
