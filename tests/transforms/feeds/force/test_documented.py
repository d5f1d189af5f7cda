"""The page on force feeds says what the code does: mapping, output, rules, columns."""

import re
import tomllib
from pathlib import Path

import pytest

from flows.drops import checked_drop, show_drop
from tests.transforms.feeds.force.made import RECEIVED, example
from transforms.day_overrides import read_day_overrides
from transforms.errors import UsageError
from transforms.feeds.force.json_lines import NO_OBJECT
from transforms.feeds.force.mapping_file import read_mapping
from transforms.feeds.force.rules import FILE_RULES, RULES
from transforms.incidents import LINE_RULES
from transforms.record_schemas import FORCE_RECORDS
from transforms.schemas import about


ROOT = Path(__file__).parents[4]
PAGE = (ROOT / "docs" / "force-feed.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", PAGE, re.DOTALL)
TOML = [block for kind, block in BLOCKS if kind == "toml"]
[MAPPING] = [block for block in TOML if "[columns]" in block]
[DAYS] = [block for block in TOML if "[[feed.days]]" in block]
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


def test_its_slip_is_told_so() -> None:
    with pytest.raises(UsageError) as caught:
        read_mapping(MAPPING.replace("%Y", "%y"), "kent.toml")
    assert f"hexbeat: {caught.value}\n" == SLIP


def test_its_entry_of_days_is_read() -> None:
    found = read_day_overrides(tomllib.loads(DAYS)["feed"]["days"], "hexbeat.toml")
    assert [str(day) for day in found] == ["2026-10-26", "2026-10-27"]


def test_its_tables_are_the_code_s() -> None:
    for name, text in LINE_RULES.items():
        assert f"| {name} | {text} |\n" in PAGE
    for rule in RULES:
        assert f"| {rule.id} | {rule.text} |\n" in PAGE
    for refusal in FILE_RULES:
        assert f"| {refusal.id} | over {refusal.share:.0%} | {refusal.text} |\n" in PAGE
    for field in FORCE_RECORDS:
        said = about(field)
        row = f"| {field.name} | {said['description']} | {said.get('null', '')} |\n"
        assert row in PAGE
    assert f"| {NO_OBJECT} |" in PAGE
