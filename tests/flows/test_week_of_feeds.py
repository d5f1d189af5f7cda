"""A week of four feeds under one `hexbeat up`: each home, each fault, each publication.

Each force delivers a drop every quarter of an hour, 672 in all, or every hour: now and
then one of a whole day, mostly a record that is new, changed or deleted, or nothing.
Each pull brings what had been delivered until then. One run is killed, and `up` is
started again.
"""

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from tests.flows.servers import (
    ask,
    clean_environment,
    end,
    ended,
    free_port,
    hexbeat_up,
    triggered,
    with_database,
)
from tests.transforms.day_publications.test_week import (
    HISTORY_DAYS,
    NEW_CODE,
    Model,
    as_modelled,
    at,
    day,
    happened,
    map_new_code,
)
from tests.transforms.day_publications.week_places import (
    PLACES,
    Database,
    Place,
    Version,
)
from tests.transforms.feeds.force.sources.servers import SSHD
from transforms.records import ledger
from transforms.records.homes import create_force_home, open_force_home
from transforms.records.status import status


pytestmark = pytest.mark.system

BROKEN, DOUBTFUL = "2026-02-09T20", "2026-02-11T06"
# how far each force's places are from those that the week is written with
FORCES = {
    "folder": ("kent", (0.0, 0.0)),
    "sftp": ("surrey", (-0.9, 0.0)),
    "sql": ("essex", (0.0, 0.5)),
    "s3": ("sussex", (-0.7, -0.3)),
}
# what is news to a run of each, and to which: of S3 the drop with unmapped codes
NEWS = {
    "folder": (f"{BROKEN}.csv", 1),  # its run 0 is killed
    "sftp": (f"{BROKEN}.csv", 0),
    "sql": ("nothing is taken", 1),
    "s3": (f"{DOUBTFUL}.csv: 4 of 40 rows quarantined", 1),
}
# a drop is refused; days are withheld; what is lacking comes, and nothing is news
GAPS = "CompletedWithGaps"
ENDS = {
    "folder": ["Crashed", GAPS, "Completed"],
    "sftp": [GAPS, "Completed"],
    "sql": ["Completed", "Failed", "Completed"],
    "s3": ["Completed", GAPS, "Completed"],
}


PATIENCE_SECONDS = 600
QUARTERS_A_DAY = 96
PAST_DAYS = 30  # whose records the quarters of an hour change
# a drop of SFTP or S3 costs four to six times what a file of a folder does: they have
# one every hour, and in a day all kinds of change
EVERY = {"sftp": 4, "s3": 4}


@dataclass
class Feed:
    """A force's home and place, what its home should have, and what its runs said."""

    kind: str
    place: Place
    root: Path
    model: Model = field(default_factory=Model)
    runs: list[dict[str, Any]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)  # the summary of each run
    logged: list[str] = field(default_factory=list)

    @property
    def force(self) -> str:
        return FORCES[self.kind][0]

    def put(self, name: str, versions: list[Version], takes: int | None = None) -> None:
        """Deliver them, in their force's area; all but some are good."""
        self.place.put(name, moved := self.at_home(versions))
        self.mark_whole(name)
        self.model.take(moved[:takes], datetime.now(UTC))

    def put_broken(self, name: str) -> None:
        """Deliver what nobody can read."""
        self.place.put_broken(name)
        self.mark_whole(name)

    def at_home(self, versions: Iterable[Version]) -> list[Version]:
        east, north = FORCES[self.kind][1]
        return [
            replace(v, place=(v.place[0] + east, v.place[1] + north))
            for v in versions
            if v.place
        ]

    def mark_whole(self, name: str) -> None:
        """Spare its pull the ten seconds between two looks."""
        if self.kind in ("folder", "s3"):  # SFTP has such marks already
            self.place.write(f"{name}.csv.done", b"")

    def written(self, text: str) -> list[int]:
        """The runs whose summary says that, by number."""
        return [n for n, said in enumerate(self.said) if text in said]


def quarters(*days: int) -> Callable[[Feed], None]:
    """What the quarters of an hour of those days of the week bring."""

    def deliver(feed: Feed) -> None:
        for day_number in days:
            for quarter in range(0, QUARTERS_A_DAY, EVERY.get(feed.kind, 1)):
                number = day_number * QUARTERS_A_DAY + quarter
                hour, part = divmod(quarter, 4)
                name = f"{day(day_number)}T{hour:02}{15 * part:02}"
                feed.put(name, change(number, at(day_number, hour, 15 * part + 7)))

    return deliver


def change(number: int, known: datetime) -> list[Version]:
    """A record of the past, another for each number: changed, gone, late; or none."""
    kind = (number + number // PAST_DAYS) % 5  # each day has some of each
    one = happened(number % PAST_DAYS - HISTORY_DAYS, known)[number // PAST_DAYS]
    return {
        0: [replace(one, offence="30D", street=f"Changed {number}")],
        1: [replace(one, reference=f"late/{number}")],
        2: [replace(one, deleted=True)],
        3: [replace(one, street="Out of date", updated=at(-9, 9))],
        4: [],
    }[kind]


def first_days(feed: Feed) -> None:
    """The past, Sunday, records that change, and a drop that nobody can read."""
    past = [v for n in range(-HISTORY_DAYS, -1) for v in happened(n, at(0, 4))]
    feed.put("2026-02-08T06", past)
    old = happened(-4, at(0, 5))
    changed = [replace(v, offence="30D", street="New Street") for v in old[:3]]
    gone = [replace(v, deleted=True) for v in old[3:5]]
    feed.put("2026-02-09T06", [*happened(-1, at(0, 5)), *changed, *gone])
    older = [replace(v, updated=at(-1, 9)) for v in old[:5]]
    late = [replace(v, reference=f"late/{v.reference}") for v in old[5:8]]
    feed.put("2026-02-09T18", [*older, *late])
    if feed.kind in ("folder", "sftp"):
        feed.put_broken(BROKEN)


def days_in_part(feed: Feed) -> None:
    """Of Monday two records come; Tuesday is whole, but for codes nobody has mapped."""
    if isinstance(feed.place, Database):
        feed.put_broken("")
        return
    feed.put("2026-02-10T06", happened(0, at(1, 5))[:2])
    drop, bad = happened(1, at(2, 5)), -4 if feed.kind == "s3" else None
    if bad:
        drop = [*drop[:bad], *(replace(v, offence=NEW_CODE) for v in drop[bad:])]
    feed.put(DOUBTFUL, drop, takes=bad)


def what_is_lacking(feed: Feed) -> None:
    """It comes late, and the mapping is mended."""
    if isinstance(feed.place, Database):
        feed.place.mend()
        feed.put("", [*happened(0, at(3, 5)), *happened(1, at(3, 5))])
        return
    feed.put("2026-02-12T06", happened(0, at(3, 5))[2:])
    if feed.kind == "s3":
        map_new_code(feed.root)
        back = [replace(v, offence=NEW_CODE) for v in happened(1, at(2, 5))[-4:]]
        feed.model.take(feed.at_home(back), datetime.now(UTC))


# what is delivered before each run; `up` is started again after the first
_WEEK = (
    (first_days, quarters(0)),
    (quarters(1, 2), days_in_part),
    (what_is_lacking, quarters(3, 4, 5, 6)),
)
STEPS = dict.fromkeys(PLACES, _WEEK) | {"sftp": ((), _WEEK[0] + _WEEK[1], _WEEK[2])}
KILLED = "folder"  # its first run


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Feed]]:
    """The feeds after their week."""
    folder = tmp_path_factory.mktemp("week")
    with ExitStack() as places:
        feeds = {
            kind: _feed(kind, folder / kind, places)
            for kind in PLACES
            if kind != "sftp" or SSHD
        }
        _run(feeds, folder)
        yield feeds


def _feed(kind: str, folder: Path, places: ExitStack) -> Feed:
    folder.mkdir()
    place = places.enter_context(PLACES[kind](folder))
    force = FORCES[kind][0]
    text = folder / "mapping.toml"
    mapping = place.mapping.replace('"kent"', f'"{force}"')
    # a pull of the database may be days after the one before
    text.write_text(mapping.replace("-3 hours", "-10 days"))
    root = create_force_home(
        folder / "home", text, place.address, "me", datetime.now(UTC)
    )
    known = {
        name: key.get_secret_value() if isinstance(key, SecretStr) else key
        for name, key in vars(place.access).items()
        if key
    }
    path = root / "credentials.toml"
    path.write_text("".join(f'{name} = "{key}"\n' for name, key in known.items()))
    path.chmod(0o600)
    return Feed(kind, place, root)


def _run(feeds: dict[str, Feed], folder: Path) -> None:
    up, port = folder / "up", free_port()
    with_database(up / "prefect")
    words = ["--port", str(port)]
    for feed in feeds.values():
        words += ["--feed", str(feed.root)]
    api = f"http://127.0.0.1:{port}/api"
    env = clean_environment()
    with hexbeat_up(up, env, folder / "up.log", *words) as process:
        password = (up / "prefect" / "password").read_text().strip()
        _one_run_each(api, password, feeds, 0)
        assert end(process) == 0
    with hexbeat_up(up, env, folder / "again.log", *words) as process:
        password = (up / "prefect" / "password").read_text().strip()
        for number in range(1, len(_WEEK)):
            _one_run_each(api, password, feeds, number)
        for feed in feeds.values():
            _read_what_was_said(feed, api, password)
        assert end(process) == 0


def _one_run_each(api: str, password: str, feeds: dict[str, Feed], number: int) -> None:
    """The next step of each feed, and a run of its deployment."""
    runs = {}
    for kind, feed in feeds.items():
        for deliver in STEPS[kind][number]:
            deliver(feed)
        if not STEPS[kind][number]:
            continue
        params = {"home": str(feed.root), "method": "rolling_count_28d"}
        runs[kind] = triggered(api, f"force-feed/{feed.force}", params, password)
    if number == 0:
        _kill_once_it_stores(runs[KILLED], feeds[KILLED].root)
    for kind, run in runs.items():
        feeds[kind].runs.append(ended(api, run, PATIENCE_SECONDS, password))


def _kill_once_it_stores(run: str, root: Path) -> None:
    """kill -9 of the process of a run, as soon as its pull brings something in."""
    mark = f"PREFECT__FLOW_RUN_ID={run}".encode()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (root / "landing.json").exists():
        assert time.monotonic() < deadline
        time.sleep(0.002)
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mark in (process / "environ").read_bytes():
                os.kill(int(process.name), signal.SIGKILL)


def _read_what_was_said(feed: Feed, api: str, password: str) -> None:
    for run in feed.runs:
        of_run = {"flow_run_id": {"any_": [run["id"]]}}
        key = {"key": {"any_": [f"run-summary-{feed.force}"]}}
        found = ask(f"{api}/artifacts/filter", {"artifacts": of_run | key}, password)
        feed.said.append("\n".join(a["data"].replace("\\", "") for a in found))
        logs = ask(f"{api}/logs/filter", {"logs": of_run, "limit": 200}, password)
        feed.logged.append("\n".join(log["message"] for log in logs))


def of(week: dict[str, Feed], kind: str) -> Feed:
    if kind not in week:
        pytest.skip("sshd is not there")
    return week[kind]


@pytest.mark.parametrize("kind", PLACES)
def test_each_home_is_as_its_plain_model(week: dict[str, Feed], kind: str) -> None:
    feed = of(week, kind)
    as_modelled(feed.root, feed.model, datetime.now(UTC))
    if kind != "sql":  # whose drops are the answers to its pulls
        home = open_force_home(feed.root)
        taken = ledger.supplied(ledger.drops(home.lake, home.force))
        assert len(taken) > 7 * QUARTERS_A_DAY // EVERY.get(kind, 1)


@pytest.mark.parametrize("kind", PLACES)
def test_each_run_ends_as_it_should(week: dict[str, Feed], kind: str) -> None:
    feed = of(week, kind)
    assert [run["state_name"] for run in feed.runs] == ENDS[kind]


@pytest.mark.parametrize("kind", PLACES)
def test_each_fault_is_told_once(week: dict[str, Feed], kind: str) -> None:
    feed = of(week, kind)
    text, meets = NEWS[kind]
    assert feed.written(text) == [meets]
    assert [n for n, lines in enumerate(feed.logged) if text in lines] == [meets]
    refused = status(open_force_home(feed.root), datetime.now(UTC), 7).refused
    if text.startswith(BROKEN):  # from then on it is a state
        later = list(range(meets + 1, len(feed.runs)))
        assert feed.written("1 drop is still refused") == later
        assert list(refused) == [f"{BROKEN}.csv"]
    else:
        assert refused == {}
    withheld = [] if kind == "sql" else [len(feed.runs) - 2]
    assert feed.written("is not published: 1 day is partial") == withheld


@pytest.mark.parametrize("kind", PLACES)
def test_no_day_is_published_that_should_not_be(
    week: dict[str, Feed], kind: str
) -> None:
    feed = of(week, kind)
    runs = feed.root / "publications" / "runs"
    days = sorted(run.name[:10] for run in runs.iterdir())
    first = [str(day(-1))] if ENDS[kind][0] == "Completed" else []
    assert days == [*first, str(day(1))]
    assert str(day(1)) in (feed.root / "publications" / "latest.json").read_text()
