"""A small simulated home, made once and only read."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from transforms.feeds import FEEDS
from transforms.forces import DEMO_FORCES
from transforms.home import Home, create_demo_home, open_home
from transforms.ingest import ingest_force
from transforms.months import Month, month_range
from transforms.publications.formats import FORMATS
from transforms.score import score_force
from transforms.scores import DEFAULT_METHOD, METHODS
from transforms.simulator import simulate


RECEIVED_AT = datetime(2026, 1, 2, tzinfo=UTC)
MONTHS = month_range(Month(2024, 1), Month(2025, 12))
AS_OF = Month(2025, 12)


def make_home(root: Path, source: Path) -> Home:
    """A demo home with everything of a source ingested and scored."""
    home = create_demo_home(root)
    feed = FEEDS["police_uk"]
    members = feed.members(source)
    for force in home.registry.values():
        ingest_force(home.lake, feed, force, members, MONTHS, RECEIVED_AT)
        score_force(home.lake, force, AS_OF, METHODS[DEFAULT_METHOD], home.scoring)
    return home


@dataclass(frozen=True)
class Simulated:
    """A source of made-up releases, and a home filled from it."""

    source: Path
    home: Home


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    """Small and shared: tests that change a home make their own from `source`."""
    folder = tmp_path_factory.mktemp("simulated")
    simulate(folder / "source", size=0.1)
    return Simulated(folder / "source", make_home(folder / "home", folder / "source"))


def copied_home(home: Home, folder: Path) -> Home:
    """The same home elsewhere, to change; without its publications."""
    shutil.copytree(home.root, folder / "home", ignore=shutil.ignore_patterns("pub*"))
    return open_home(folder / "home")


# What a publication of the demo's forces holds: a briefing is one file a force.
PUBLISHED_FILES = [
    *(name for name in FORMATS if name != "briefing.pdf"),
    *(f"briefing-{force}.pdf" for force in DEMO_FORCES),
]
