"""A home holds real forces or made-up ones, and says in one line what is wrong."""

from pathlib import Path

import pytest

from transforms.errors import UsageError
from transforms.forces import DEMO_FORCES, FORCES
from transforms.home import create_demo_home, open_home


def settings_in(home: Path, text: str) -> Path:
    home.mkdir(parents=True, exist_ok=True)
    path = home / "hexbeat.toml"
    path.write_text(text)
    return path


def one_line(home: Path) -> str:
    with pytest.raises(UsageError) as caught:
        open_home(home)
    text = str(caught.value)
    assert text.startswith(str(home / "hexbeat.toml"))
    assert "\n" not in text
    return text


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


def test_broken_settings_are_told_in_one_line(tmp_path: Path) -> None:
    settings_in(tmp_path, "[home\nregistry =")
    assert "not valid TOML" in one_line(tmp_path)


@pytest.mark.parametrize("value", ['"others"', "3", "[]", '""'])
def test_an_unknown_registry_is_told_with_the_known_ones(
    tmp_path: Path, value: str
) -> None:
    settings_in(tmp_path, f"[home]\nregistry = {value}\n")
    assert "write 'forces' or 'demo'" in one_line(tmp_path)


def test_a_home_that_is_no_table_is_told_in_one_line(tmp_path: Path) -> None:
    settings_in(tmp_path, 'home = "demo"\n')
    one_line(tmp_path)


def test_settings_that_are_no_text_are_told_in_one_line(tmp_path: Path) -> None:
    settings_in(tmp_path, "").write_bytes(b"\xff\xfe\x00")
    one_line(tmp_path)
