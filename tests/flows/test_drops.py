"""What the check of one drop prints and returns where a file was taken, yet is odd."""

import json
from pathlib import Path

import pytest

from flows.command.printing.drop import checked_drop, show_drop
from tests.transforms.feeds.force.made_drops import CSV_MAPPING, RECEIVED, as_csv, one


def checked(folder: Path, rows: list[dict[str, str]], as_json: bool = False) -> int:
    (folder / "kent.toml").write_text(CSV_MAPPING, encoding="utf-8")
    (folder / "kent.csv").write_bytes(as_csv(rows))
    told = checked_drop(folder / "kent.csv", folder / "kent.toml", RECEIVED)
    return show_drop(told, as_json)


def test_no_place_in_the_area_is_exit_code_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert checked(tmp_path, [one(E="325000", N="673000")]) == 3
    assert "no place is in England or Wales" in capsys.readouterr().out
    assert checked(tmp_path, [one(E="", N="")]) == 0
    assert checked(tmp_path, [one()]) == 0
    assert "England or Wales" not in capsys.readouterr().out


def test_open_ends_and_coarse_places_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = one(Date_to="31/12/9999", Time_to="", E="575000", N="155100")
    assert checked(tmp_path, [row]) == 0
    text = capsys.readouterr().out
    assert "1 row with an end after the file was received: it counts as unknown" in text
    assert "to a hundred metres only" in text
    assert checked(tmp_path, [row], as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["open_ends"], told["coarse"]) == (1, 1)
