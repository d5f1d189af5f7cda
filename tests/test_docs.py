"""The documents say what the code says."""

import re
from pathlib import Path

import pytest

from flows.command.cli import app
from tests.docs import stale
from transforms.feeds import EVERY_FEED
from transforms.lake.schemas import about
from transforms.publications.formats.registry import FORMATS, formats_for
from transforms.scores.methods import METHODS


ROOT = Path(__file__).parent.parent


def _all_text() -> str:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    return "\n".join(page.read_text(encoding="utf-8") for page in pages)


def test_generated_documents_are_fresh() -> None:
    assert stale() == []


def test_no_page_has_marks_of_a_merge() -> None:
    assert not re.findall(r"^(?:<{7} .*|={7}|>{7} .*)$", _all_text(), re.MULTILINE)


@pytest.mark.parametrize("name", [*EVERY_FEED, *METHODS, *FORMATS])
def test_everything_registered_is_documented(name: str) -> None:
    assert name.replace("*", "<force>") in _all_text()


@pytest.mark.parametrize("name", [row.name for row in formats_for("days")])
def test_every_column_of_a_day_s_files_is_in_the_dictionary(name: str) -> None:
    page = (ROOT / "docs" / "dictionary.md").read_text(encoding="utf-8")
    days = page.partition("# Files of a day")[2].partition("\n# ")[0]
    contents = FORMATS[name].days
    assert contents is not None
    if Path(name).suffix in (".csv", ".parquet"):
        assert contents.schema is not None
    for field in contents.schema or ():
        of_file = days.partition(f"{name}")[2].partition("\n## ")[0]
        assert (
            f"| `{field.name}` | {field.type} | {about(field)['description']}"
            in of_file
        )


def test_every_command_is_documented_and_has_help() -> None:
    commands = [name for name in app if not name.startswith("-")]
    assert {"run", "demo", "ingest", "score", "publish", "status", "verify"} <= set(
        commands
    )
    for name in commands:
        assert f"hexbeat {name}" in _all_text()
        assert app[name].help
