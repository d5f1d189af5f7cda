"""The page on force feeds says what the code does: mapping, output, rules, columns."""

import re
from pathlib import Path

import pytest

from flows.command.printing.drop import checked_drop, show_drop
from tests.transforms.feeds.force.made_drops import (
    RECEIVED,
    example,
    example_with_calls,
)
from transforms.errors import UsageError
from transforms.feeds.force.mapping_file import read_mapping
from transforms.homes.settings import SETTINGS
from transforms.reference.overrides import day_overrides
from transforms.reference.toml_files import read_toml


ROOT = Path(__file__).parents[4]
PAGE = (ROOT / "docs" / "force-feed.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", PAGE, re.DOTALL)
TOML = [block for kind, block in BLOCKS if kind == "toml"]
[MAPPING] = [block for block in TOML if "[columns]" in block]
[DAYS] = [block for block in TOML if "[[feed.days]]" in block]
[CALLS] = [block for block in TOML if "[calls.codes]" in block]
[CHECKED] = [
    block for kind, block in BLOCKS if block.startswith("$ hexbeat feed check")
]
OUTPUT, *OTHERS = (block for kind, block in BLOCKS if not kind)
[SLIP] = [block for block in OTHERS if block.startswith("hexbeat: kent.toml")]


def test_its_mapping_gives_its_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "kent.toml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "kent.csv").write_bytes(example())
    told = checked_drop(tmp_path / "kent.csv", tmp_path / "kent.toml", RECEIVED)
    assert show_drop(told, as_json=False) == 3
    assert capsys.readouterr().out == OUTPUT


def test_its_kinds_of_calls_give_its_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "kent.toml").write_text(f"{MAPPING}{CALLS}", encoding="utf-8")
    (tmp_path / "kent.csv").write_bytes(example_with_calls())
    told = checked_drop(tmp_path / "kent.csv", tmp_path / "kent.toml", RECEIVED)
    assert show_drop(told, as_json=False) == 0
    lines = capsys.readouterr().out.splitlines(keepends=True)
    shown = [line for line in lines if line.startswith(("category", "call"))]
    command, *output = CHECKED.splitlines(keepends=True)
    assert command.endswith("| grep ^ca\n")
    assert shown == output


def test_its_slip_is_told_so() -> None:
    with pytest.raises(UsageError) as caught:
        read_mapping(MAPPING.replace("%Y", "%y"), "kent.toml")
    assert f"hexbeat: {caught.value}\n" == SLIP


def test_its_entry_of_days_is_read() -> None:
    feed = read_toml(f'feed.mapping = "m"\n{DAYS}', "hexbeat.toml", SETTINGS).feed
    assert feed is not None
    assert [str(day) for day in day_overrides(feed.days)] == [
        "2026-10-26",
        "2026-10-27",
    ]
