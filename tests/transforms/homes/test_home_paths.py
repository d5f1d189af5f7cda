"""A home that cannot be made is refused in one line."""

from pathlib import Path

import pytest

from transforms.errors import UsageError
from transforms.homes.home import create_demo_home, open_home
from transforms.homes.home_paths import refuse_uncreatable


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="no /proc on this system")
def test_a_folder_that_cannot_be_made_says_what_to_give() -> None:
    for root in (Path("/proc/x"), Path("/proc/x/y")):
        with pytest.raises(
            UsageError, match=r"cannot create the folder /proc/x.*--home"
        ):
            refuse_uncreatable(root)
        with pytest.raises(UsageError, match="that you may write to"):
            create_demo_home(root)


def test_a_path_through_a_file_names_the_file(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("")
    for root in (file, file / "home", file / "a" / "b"):
        with pytest.raises(UsageError) as caught:
            open_home(root)
        assert str(caught.value) == f"{file} is a file; --home needs a folder"
        with pytest.raises(UsageError, match="is a file; --home needs a folder"):
            refuse_uncreatable(root)


def test_a_folder_that_can_be_made_is_left_as_it_was(tmp_path: Path) -> None:
    refuse_uncreatable(tmp_path / "a" / "b")
    assert list(tmp_path.iterdir()) == []
