"""A simulated home with all of which a publication can tell, and how it grew."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.transforms.simulated_home import AS_OF, MONTHS, RECEIVED_AT
from transforms.backtests.account import requested_origins
from transforms.backtests.origins import backtest_force
from transforms.feeds.police_uk import street
from transforms.homes.home import Home, open_home
from transforms.incidents.ingest import ingest_force
from transforms.publications.forecasts import freeze
from transforms.publications.publish import Published, publish
from transforms.reference.months import Month
from transforms.scores.methods import DEFAULT_METHOD, METHODS
from transforms.scores.score_months import score_force


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
    feed = street
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
    origins = requested_origins(home, None, None)
    for force in home.registry.values():
        backtest_force(home.lake, force, origins, home.scoring_of(force.id))


def exclude(home: Home, rules: str) -> Home:
    """The home with those exclusions in its settings."""
    with (home.root / "hexbeat.toml").open("a") as settings:
        settings.write(rules)
    return open_home(home.root)
