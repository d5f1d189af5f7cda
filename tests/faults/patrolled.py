"""kill -9 at each write of trials, logs, plans and profiles: then the same again.

The home is one of a force's own feed, so that pings and days are there as well. A life
is short, so each time that a point is passed has a home of its own.
"""

import shutil
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from types import SimpleNamespace
from typing import Any

import numpy as np

import transforms.patrols.report as reporting
import transforms.plans.make as plan_files
import transforms.profiles.day_records as day_records
import transforms.profiles.make as profile_files
import transforms.tasking.make as packing
import transforms.trials.designing as designing
import transforms.trials.page as analysis_pages
import transforms.trials.week as weeks
from tests.faults.children import begun, done
from tests.faults.held import Held, compare, what_is_held
from tests.faults.outcomes import Outcome
from tests.transforms.feeds.force.made_drops import (
    JSON_MAPPING,
    Truth,
    as_json_lines,
    json_row,
)
from tests.transforms.patrols.made_programme import (
    CENTRES,
    MAPPING,
    Row,
    log,
    made_programme,
    put,
)
from tests.transforms.patrols.test_take_pings import MAPPING as PING_MAPPING
from tests.transforms.records.made_homes import made_home, pulled
from transforms.lake.crash_points import arm, listen
from transforms.operations.verify_programmes import check_programmes
from transforms.patrols.mapping import read_visit_mapping
from transforms.patrols.new_logs import NewLog, note_taken
from transforms.patrols.ping_mapping import read_ping_mapping
from transforms.patrols.report import report
from transforms.patrols.take import take_visits
from transforms.patrols.take_pings import take_pings
from transforms.plans.asked import asked_of
from transforms.plans.make import make_plan
from transforms.profiles.area import Area
from transforms.profiles.make import Made as Profiled
from transforms.profiles.make import make_profiles
from transforms.programmes.programme import open_programme
from transforms.records.homes import ForceHome, open_force_home
from transforms.reference.days import Day
from transforms.reference.groups import GROUPS
from transforms.tasking.make import make_pack
from transforms.trials.analyse import analyse
from transforms.trials.choose import Asked
from transforms.trials.designing import design_trial
from transforms.trials.issue import issue
from transforms.trials.reveal import reveal
from transforms.trials.trial import Trial, open_trial


AT_ONCE = 2
DRAWN_AT = datetime(2026, 10, 1, 9, tzinfo=UTC)
OVER = datetime(2026, 10, 20, 9, tzinfo=UTC)
MONDAY = date(2026, 10, 5)
ASKED = Asked(kind="simple", first_day=MONDAY, weeks=2, strata=[(2, 4), (1, 4)])
SHIFTS = (
    "shift_id,date,start,end,units,mode,base_lat,base_lon,minutes\n"
    f"late,2026-10-06,14:00,22:00,2,vehicle,{CENTRES[0][0]},{CENTRES[0][1]},240\n"
)
PINGS = "Call sign,Time,Lon,Lat,Crew,Accuracy"

Command = Callable[[ForceHome], object]


@cache
def prepared() -> Path:
    """A home with a programme, days of a feed, a log and a file of pings."""
    folder = Path(mkdtemp(prefix="hexbeat-faults-"))
    home = made_home(folder, JSON_MAPPING)
    public, _ = made_programme(folder / "public", more=4)
    shutil.copytree(public.root / "programmes", home.home.root / "programmes")
    truths = [
        Truth(
            f"{day}/{at}",
            offence="105A",
            began=datetime(2026, 10, day, 12, tzinfo=UTC),
            place=(lon, lat),
        )
        for day in range(1, 19)
        for at, (lat, lon) in enumerate(CENTRES)
    ]
    pulled(home, {"all.jsonl": as_json_lines(map(json_row, truths))})
    put(folder, log(Row(), Row(place="p02"), Row(place="elsewhere")))
    put(folder, SHIFTS.encode(), "shifts.csv")
    lat, lon = CENTRES[2]
    pings = [f"A1,2026-10-06T17:{at:02d}:00Z,{lon},{lat},2,5" for at in range(12)]
    put(folder, "\n".join([PINGS, *pings, ""]).encode(), "pings.csv")
    return folder


def commands(folder: Path) -> list[Command]:
    """All commands, in their order."""

    def of_trial(step: Callable[..., object], *given: object) -> Command:
        return lambda home: step(home.home, _trial(home), *given)

    def take_log(home: ForceHome) -> None:
        mapping = read_visit_mapping(MAPPING, "patrols.toml")
        take_visits(home.home, folder / "log.csv", mapping, OVER)
        note_taken(home.home, NewLog(folder / "log.csv", folder / "pings.csv"))

    def pings(home: ForceHome) -> None:
        mapping = read_ping_mapping(PING_MAPPING, "pings.toml")
        take_pings(home, folder / "pings.csv", mapping, "me", OVER)

    def design(home: ForceHome) -> None:
        design_trial(home.home, _programme(home), ASKED, DRAWN_AT, "me")

    def analysed(home: ForceHome) -> None:
        analyse(home.home, _trial(home), home, None, OVER, "me")

    def planned(home: ForceHome) -> None:
        trial = _trial(home).id
        shifts = folder / "shifts.csv"
        plan = asked_of(home.home, _programme(home), shifts, trial, None, None)
        make_plan(home.home, plan, None, DRAWN_AT, "me")

    def profiled(home: ForceHome) -> None:
        grounds = _programme(home).grounds
        area = Area(
            id="kent-two-places",
            force=home.home.registry[home.force],
            group=GROUPS["violence-and-sexual-offences"],
            as_of=Day.parse("2026-10-17"),
            ground=np.sort(np.concatenate(grounds[:2])),
            expected=14.0,
            interval=(7, 22),
            hotspot_class=None,
            lists=None,
            of_lists=None,
        )
        [made] = make_profiles(home.home, [area])
        assert isinstance(made, Profiled)

    return [
        design,
        of_trial(issue, MONDAY, DRAWN_AT, "me"),
        planned,
        profiled,
        of_trial(issue, MONDAY + timedelta(weeks=1), OVER, "me"),
        take_log,
        pings,
        lambda home: report(home.home, _programme(home)),
        lambda home: make_pack(home.home, _programme(home), None, OVER, "me"),
        of_trial(reveal, OVER, "me"),
        analysed,
    ]


def _programme(home: ForceHome) -> Any:
    return open_programme(home.home, "autumn")


def _trial(home: ForceHome) -> Trial:
    return open_trial(home.home, _programme(home), None)


def patrol_kills(every: int, broken: str | None = None) -> Outcome:
    """A kill at every so-manieth time that a point is passed."""
    outcome = Outcome(
        "kill -9 at each write of trials, patrol logs, plans and profiles"
    )
    points, whole = undisturbed()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(
            pool.map(
                lambda where: _life(where, whole, broken, outcome),
                points[every - 1 :: every],
            )
        )
    return outcome


@cache
def undisturbed() -> tuple[list[str], Held]:
    """The points that nobody is killed at, each with its number; and what is left."""
    with _home() as folder:
        points = done(None, _counted, folder)
        return points, done(None, _held, folder)


def _life(where: str, whole: Held, broken: str | None, outcome: Outcome) -> None:
    with _home() as folder:
        child = begun(broken, _killed, where, folder)
        if child.ended():
            outcome.injected += 1
        try:
            done(broken, _go_on, folder)
            compare(done(None, _held, folder), whole, outcome)
        except RuntimeError as error:
            outcome.manual += 1
            outcome.notes.append(f"{where}: {error}"[:200])


class _home(TemporaryDirectory[str]):  # noqa: N801 (a function that ends)
    """A copy of the prepared home."""

    def __enter__(self) -> Path:  # type: ignore[override]
        folder = Path(super().__enter__())
        shutil.copytree(prepared(), folder, dirs_exist_ok=True)
        return folder


def _go_on(folder: Path) -> None:
    """Do what was not done yet, as a person would who finds it cut off."""
    seed = bytes(range(32))  # one for all, so that what is left can be compared
    designing.secrets = SimpleNamespace(token_bytes=lambda _: seed)  # type: ignore[assignment]
    weeks._write_pdf = lambda path, *_: path.write_bytes(b"a page")
    plan_files.write_briefing = lambda _, path: path.write_bytes(b"a page")
    # a day of this home is never published, with the Knox test of the force
    day_records.published_day = lambda home: (None, home.root / "nowhere")
    for module in (reporting, analysis_pages, packing, profile_files):
        module.write_pdf = lambda _, __, path: path.write_bytes(b"a page")
    journal = folder / "journal"
    at = journal.stat().st_size if journal.exists() else 0
    home = open_force_home(folder / "home")
    for command in commands(folder)[at:]:
        command(home)
        with journal.open("ab") as sink:
            sink.write(b".")


def _killed(where: str, folder: Path) -> None:
    arm(where)
    _go_on(folder)


def _counted(folder: Path) -> list[str]:
    passed: Counter[str] = Counter()
    points: list[str] = []

    def note(name: str) -> None:
        passed[name] += 1
        points.append(f"{name}:{passed[name]}")

    listen(note)
    _go_on(folder)
    return points


def _held(folder: Path) -> Held:
    """All of it, with what verifying says, and seeds that nobody uses."""
    home = open_force_home(folder / "home").home
    found = what_is_held(folder)
    unused = [path.name for path in home.root.rglob(".tmp-*/seed.hex")]
    return replace(
        found, complaints=[*found.complaints, *check_programmes(home).differs, *unused]
    )
