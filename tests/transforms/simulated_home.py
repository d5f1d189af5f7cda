"""A small simulated home: made, copied, and what its publication consists of."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from transforms.feeds.police_uk import street
from transforms.homes.home import Home, create_demo_home, open_home
from transforms.incidents.ingest import ingest_force
from transforms.publications.formats.registry import formats_for
from transforms.reference.forces import DEMO_FORCES
from transforms.reference.months import Month, month_range
from transforms.scores.methods import DEFAULT_METHOD, METHODS
from transforms.scores.score_months import score_force


RECEIVED_AT = datetime(2026, 1, 2, tzinfo=UTC)
MONTHS = month_range(Month(2024, 1), Month(2025, 12))
AS_OF = Month(2025, 12)


def make_home(root: Path, source: Path) -> Home:
    """A demo home with everything of a source ingested and scored."""
    home = create_demo_home(root)
    feed = street
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


def copied_home(home: Home, folder: Path) -> Home:
    """The same home elsewhere, to change; without its publications."""
    shutil.copytree(home.root, folder / "home", ignore=shutil.ignore_patterns("pub*"))
    return open_home(folder / "home")


# What a publication of the demo's forces holds: a briefing is one file a force, and
# nobody gave it areas; its made-up source has no searches.
_NOT_BY_THAT_NAME = ("briefing-*.pdf", "areas.csv", "areas-*.pdf", "searches.csv")
PUBLISHED_FILES = [
    *(row.name for row in formats_for("months") if row.name not in _NOT_BY_THAT_NAME),
    *(f"briefing-{force}.pdf" for force in DEMO_FORCES),
]
