"""The publication of a simulated home that has all of which a publication can tell.

And a page of the map, open in a browser.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.transforms.conftest import AS_OF, MONTHS, RECEIVED_AT, Simulated
from tests.transforms.publications import browser
from tests.transforms.publications.map_open import Open
from tests.transforms.publications.map_page import facts, pasts, rows, table
from transforms.backtest.account import origins_asked
from transforms.backtest.origins import backtest_force
from transforms.feeds import FEEDS
from transforms.forecasts import freeze, judge
from transforms.home import Home, create_demo_home, open_home
from transforms.ingest import ingest_force
from transforms.months import Month
from transforms.publications.map import render
from transforms.publish import Published, publish
from transforms.score import score_force
from transforms.scores import DEFAULT_METHOD, METHODS


METHOD = METHODS[DEFAULT_METHOD]
BEFORE = AS_OF + -1
FROZEN_AT = datetime(2025, 12, 20, tzinfo=UTC)
JUDGED_AT = datetime(2026, 1, 20, tzinfo=UTC)
# The simulator has streets by these names: one is the busiest of a force.
RULES = """
[[exclusion]]
id = "depot"
label = "Mill Drive"
force = "avonmere"
why = "A depot with guards of its own"

[[exclusion]]
id = "car-park"
label = "Supermarket|Parking Area"
why = "Off the streets"
"""


@dataclass(frozen=True)
class Grown:
    """A home, and what was published of it a month ago and now."""

    home: Home
    before: Published
    now: Published


def bring_up_to(home: Home, source: Path, month: Month) -> None:
    """Ingest all forces' months of a source up to that one, and score them there."""
    feed = FEEDS["police_uk"]
    members = feed.members(source)
    months = [known for known in MONTHS if known <= month]
    for force in home.registry.values():
        ingest_force(home.lake, feed, force, members, months, RECEIVED_AT)
        score_force(home.lake, force, month, METHOD, home.scoring)


def published_and_frozen(home: Home, month: Month) -> Published:
    """A publication at that month, its forecasts frozen."""
    done = publish(home, month, METHOD)
    freeze(home, done.edition, FROZEN_AT)
    return done


def backtest(home: Home) -> None:
    """Every force at the default origins."""
    origins = origins_asked(home, None, None)
    for force in home.registry.values():
        backtest_force(home.lake, force, origins, home.scoring)


def exclude(home: Home, rules: str) -> Home:
    """The home with those exclusions in its settings."""
    with (home.root / "hexbeat.toml").open("a") as settings:
        settings.write(rules)
    return open_home(home.root)


@pytest.fixture(scope="session")
def grown(simulated: Simulated, tmp_path_factory: pytest.TempPathFactory) -> Grown:
    """Published, judged a month later, backtested and published again."""
    root = tmp_path_factory.mktemp("grown") / "home"
    home = exclude(create_demo_home(root), RULES)
    bring_up_to(home, simulated.source, BEFORE)
    before = published_and_frozen(home, BEFORE)
    bring_up_to(home, simulated.source, AS_OF)
    judge(home, JUDGED_AT)
    backtest(home)
    return Grown(home, before, published_and_frozen(home, AS_OF))


@pytest.fixture(scope="session")
def tier(grown: Grown) -> Path:
    """The folder of its newest published files."""
    return grown.now.folder / "internal"


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    """Opens a page of those rows; on leaving it there was no request or complaint."""

    @contextmanager
    def of(
        given: list[dict[str, object]] | None = None, part: str = ""
    ) -> Iterator[browser.Tab]:
        cells = table(rows() if given is None else given)
        file = tmp_path / "map.html"
        file.write_text(render(cells, pasts(cells), facts()), encoding="utf-8")
        with browser.opened(file, tmp_path / "profile", part) as tab:
            yield tab
            assert tab.complaints() == []
            assert tab.requests() == [file.as_uri()]

    return of
