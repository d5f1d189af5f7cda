"""A home's life in commands: each is done, and noted as done, before the next begins.

Whoever takes it up again after a kill begins with the command that was not noted:
that is what a person, or a schedule, does.
"""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import transforms.impact.track as tracking
import transforms.operations.maintenance.maintain as maintenance
from tests.faults.made_source import FORCES, RELEASES, SPAN
from transforms.backtests.origins import backtest_force
from transforms.errors import UsageError
from transforms.feeds.archive.raw import Raw
from transforms.feeds.police_uk import street
from transforms.homes.home import Home, open_any_layout
from transforms.homes.runs.catalog import withdraw
from transforms.impact.track import track
from transforms.incidents.ingest import ingest_force
from transforms.lake.layout import write_layout
from transforms.lake.migrations import migrate
from transforms.programmes.freeze import freeze as freeze_programme
from transforms.programmes.programme import open_programme
from transforms.programmes.register import Register, start
from transforms.programmes.rule import Rule
from transforms.publications.forecasts import freeze
from transforms.publications.formats.registry import FORMATS
from transforms.publications.judging import judge
from transforms.publications.publish import publish
from transforms.reference.months import Month
from transforms.scores.methods import DEFAULT_METHOD, METHODS
from transforms.scores.score_months import score_force


FEED, METHOD = street, METHODS[DEFAULT_METHOD]
WHEN = datetime(2024, 7, 1, tzinfo=UTC)
MUCH_LATER = datetime(2100, 1, 1, tzinfo=UTC)  # what is unneeded may go by then
SETTINGS = "[retention]\nruns_kept = 2\nsuperseded_raw_days = 1\n"
# Those that take long take it between the same two points as the others.
_LEFT_OUT = ("hotspots.gpkg", "hotspots.duckdb", "briefing-*.pdf", "top_hotspots.xlsx")
_LEFT_OUT += ("accuracy.svg", "accuracy.png", "map.html", "top_hotspots.geojson")


def ingest(home: Home, source: Path, release: str) -> None:
    """Bring in all up to that release; its raw bytes are kept, as of a far source."""
    raw = Raw(home.root / "raw" / FEED.NAME)
    members = [
        replace(member, raw=raw)
        for member in FEED.members(source)
        if member.release <= release
    ]
    for force in FORCES:
        done = ingest_force(home.lake, FEED, home.registry[force], members, SPAN, WHEN)
        if done.error:
            raise done.error
        assert not done.rejected, done.rejected


def score(home: Home, as_of: str) -> None:
    """Score both forces."""
    for force in FORCES:
        known = home.registry[force]
        score_force(home.lake, known, Month.parse(as_of), METHOD, home.scoring)


def backtest(home: Home, as_of: str) -> None:
    """Hold both forces' scores against what came next."""
    origins = [Month.parse(as_of) + -1]
    for force in FORCES:
        backtest_force(home.lake, home.registry[force], origins, home.scoring)


def publish_all(home: Home, as_of: str) -> None:
    """Judge, publish and freeze, as the task does."""
    judge(home, WHEN)
    done = publish(home, Month.parse(as_of), METHOD)
    freeze(home, done.edition, WHEN)
    assert not done.failed, done.failed


def freeze_places(home: Home) -> None:
    """Freeze two places, and start their programme: what is done is not done twice."""
    rule = Rule(force="kent", group="all-crime", top=2, least_incidents_12m=0)
    frozen = freeze_programme(home, "winter", rule, None, 100.0, WHEN, "me")
    programme = frozen.programme
    if Register(home).standing(programme.id).starts is None:
        start(home, programme, date(2024, 5, 1), WHEN, "me")


def look_at_places(home: Home) -> None:
    """Look at how their programme did, in its newest month."""
    track(home, open_programme(home, "winter"), None, 1, WHEN, "me")


def take_back(home: Home, as_of: str) -> None:
    """Withdraw the run of that month."""
    [run] = (home.publications / "runs").glob(f"{as_of}-*")
    try:
        withdraw(home, run.name, "the mix of months was wrong", WHEN)
    except UsageError as error:
        assert "is withdrawn already" in str(error)  # killed before it was noted


def keep(home: Home) -> None:
    """Remove what nothing needs, and sum up logs."""
    maintenance.maintain(home, MUCH_LATER)


def to_newest_layout(home: Home) -> None:
    """Migrate from the layout before."""
    write_layout(home.lake.root, 1)
    list(migrate(home.lake))


# Commands of one release, and of all: all is published, nothing is removed yet.
OF_A_RELEASE = 5
OF_RELEASES = OF_A_RELEASE * len(RELEASES)


def commands(source: Path) -> list[Callable[[Home], None]]:
    """All commands, in their order."""
    told: list[Callable[[Home], None]] = []
    for release in RELEASES:
        told += [
            lambda home, release=release: ingest(home, source, release),
            lambda home, release=release: score(home, release),
            lambda home, release=release: backtest(home, release),
            lambda home, release=release: publish_all(home, release),
            look_at_places if told else freeze_places,
        ]
    assert len(told) == OF_RELEASES
    newest = RELEASES[-1]
    return [*told, keep, lambda home: take_back(home, newest), to_newest_layout]


def travel(folder: Path, source: Path, upto: int | None = None) -> int:
    """Go on with the home in `folder` from where it was left; commands done now."""
    maintenance.LOG_ENTRIES = 3
    tracking.write_pdf = lambda _, __, path: path.write_bytes(b"a page")
    for name in _LEFT_OUT:
        FORMATS.pop(name, None)
    root, journal = folder / "home", folder / "journal"
    if not root.exists():
        root.mkdir(parents=True)
        (root / "hexbeat.toml").write_text(SETTINGS)
    home = open_any_layout(root)
    done = journal.stat().st_size if journal.exists() else 0
    left = commands(source)[done:upto]
    for command in left:
        command(home)
        _note(journal)
    return len(left)


def _note(journal: Path) -> None:
    with journal.open("ab") as sink:
        sink.write(b".")
        sink.flush()
        os.fsync(sink.fileno())
