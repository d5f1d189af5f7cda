"""The JSON schemas for editors agree with what reads the files."""

import re
from pathlib import Path
from typing import Any

import pytest
from check_jsonschema.cli import main as check_jsonschema
from pydantic import TypeAdapter

from tests.transforms.feeds.force.made_drops import (
    CSV_MAPPING,
    JSON_MAPPING,
    SQL_MAPPING,
)
from transforms.feeds.force.mapping_file import MAPPING
from transforms.homes.settings import SETTINGS
from transforms.reference.toml_files import read_toml


ROOT = Path(__file__).parent.parent
HOMES = ROOT / "transforms" / "homes" / "hexbeat.schema.json"
FEEDS = ROOT / "transforms" / "feeds" / "force" / "mapping.schema.json"
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
[EXAMPLE] = re.findall(r"```\n(\[exclusions\].*?)\[\[coverage\]\]", PAGE, re.DOTALL)
DAYS = """
[feed]
mapping = "mapping.toml"
[[feed.days]]
from = 2026-10-26
to = "2026-10-27"
as = "set_aside"
reason = "the export failed"
"""


def is_right(schema: Path, text: str, folder: Path) -> bool:
    """As an editor sees it, for which a date is a text."""
    (folder / "it.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        check_jsonschema(["--schemafile", str(schema), str(folder / "it.toml")])
    return ended.value.code == 0


@pytest.mark.parametrize(
    ("schema", "adapter", "text"),
    [
        (HOMES, SETTINGS, EXAMPLE),
        (HOMES, SETTINGS, DAYS),
        (HOMES, SETTINGS, '[home]\nregistry = "demo"\n'),
        (FEEDS, MAPPING, CSV_MAPPING),
        (FEEDS, MAPPING, JSON_MAPPING),
        (FEEDS, MAPPING, SQL_MAPPING),
    ],
)
def test_what_can_be_read_is_right_for_an_editor(
    schema: Path, adapter: TypeAdapter[Any], text: str, tmp_path: Path
) -> None:
    read_toml(text, "it", adapter)
    assert is_right(schema, text, tmp_path)


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        (HOMES, "[hotspot]\nmax_cells = 5"),
        (HOMES, "[hotspots]\nmax_cell = 5"),
        (HOMES, "[hotspots]\nshare_percent = 5.1"),
        (HOMES, "[hotspots]\nmax_cells = 2.5"),
        (HOMES, '[harm]\nweights = "CCHI"'),
        (HOMES, '[exclusions]\nwithout = ["hospitl"]'),
        (HOMES, '[transparency]\nnme = "x"'),
        (HOMES, '[[exclusion]]\nid = "x"\nlabel = "Depot"'),
        (HOMES, DAYS.replace("set_aside", "fine")),
        (FEEDS, CSV_MAPPING.replace("offence_code =", "offense =")),
        (FEEDS, CSV_MAPPING.replace('"other-crime"', '"piracy"')),
        (FEEDS, CSV_MAPPING.replace("2557", "0")),
        (FEEDS, CSV_MAPPING.replace('unknown = "quarantine"', 'unknown = "drop"')),
    ],
)
def test_what_is_wrong_is_marked_in_an_editor(
    schema: Path, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not is_right(schema, text, tmp_path)
    assert "Schema validation errors were encountered" in capsys.readouterr().out
