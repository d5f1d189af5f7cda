"""What a home keeps: everything, unless its settings say otherwise in bounds."""

from pathlib import Path

import pytest

from tests.transforms.maintenance.made import home_with
from transforms.errors import UsageError
from transforms.home import open_home
from transforms.maintenance.settings import RetentionSettings


def test_a_home_that_says_nothing_keeps_everything(tmp_path: Path) -> None:
    kept = open_home(tmp_path).retention
    assert kept == RetentionSettings(None, None, 7)


def test_what_is_written_is_taken(tmp_path: Path) -> None:
    kept = home_with(tmp_path, runs_kept=24, superseded_raw_days=0).retention
    assert kept == RetentionSettings(24, 0, 7)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("runs_kept = 0", "runs_kept = 0 is not from 1 to"),
        ("runs_kept = true", "runs_kept = True is no whole number"),
        ("superseded_raw_days = -1", "superseded_raw_days = -1 is not from 0"),
        ("unused_days = 31", "unused_days = 31 is not from 1 to 30"),
        ('unused_days = "7"', "is no whole number"),
        ("runs = 3", "retention is a table of runs_kept, superseded_raw_days"),
    ],
)
def test_a_wrong_value_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "hexbeat.toml").write_text(f"[retention]\n{text}\n")
    with pytest.raises(UsageError, match=said) as caught:
        open_home(tmp_path)
    assert "\n" not in str(caught.value)
