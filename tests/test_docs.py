"""The documents say what the code says."""

from pathlib import Path

import pytest

from flows.cli import app
from tests.docs import stale
from transforms.feeds import EVERY_FEED
from transforms.publications.formats import FORMATS
from transforms.scores import METHODS


ROOT = Path(__file__).parent.parent


def _all_text() -> str:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    return "\n".join(page.read_text(encoding="utf-8") for page in pages)


def test_generated_documents_are_fresh() -> None:
    assert stale() == []


@pytest.mark.parametrize("name", [*EVERY_FEED, *METHODS, *FORMATS])
def test_everything_registered_is_documented(name: str) -> None:
    assert name in _all_text()


def test_every_command_is_documented_and_has_help() -> None:
    commands = [name for name in app if not name.startswith("-")]
    assert {"run", "demo", "ingest", "score", "publish", "status", "verify"} <= set(
        commands
    )
    for name in commands:
        assert f"hexbeat {name}" in _all_text()
        assert app[name].help
