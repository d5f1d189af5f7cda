"""The demo's second half: a made-up force patrols by lot, and hexbeat says what it did.

What patrol prevents is planted, so the last lines can be compared with the truth. Its
clock is made up too: the days are always the same.
"""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from pathlib import Path

import numpy as np
import pyarrow as pa

from flows import progress
from transforms.day_publications.run import run_day
from transforms.feeds.force.sources.offered import Known, OfferedDrop, nothing_known
from transforms.homes.home import SETTINGS_FILE, Home
from transforms.impact import words as impact_words
from transforms.impact.track import Tracked, track
from transforms.lake.storage import replace_flushed
from transforms.patrols import words as patrol_words
from transforms.patrols.mapping import read_visit_mapping
from transforms.patrols.ping_mapping import read_ping_mapping
from transforms.patrols.report import Reported, report
from transforms.patrols.take import take_visits
from transforms.patrols.take_pings import take_pings
from transforms.programmes.freeze import freeze
from transforms.programmes.programme import Programme, open_programme
from transforms.programmes.register import Register, start
from transforms.programmes.rule import Rule
from transforms.records.homes import ForceHome, create_force_home, open_force_home
from transforms.records.pull import pull
from transforms.reference.days import Day
from transforms.reference.groups import GROUPS
from transforms.scores.methods import DEFAULT_DAY_METHOD, METHODS
from transforms.simulator.timed import TimedTruth, simulate_timed
from transforms.simulator.timed.drops import after, known_by
from transforms.simulator.timed.ground import FORCE
from transforms.simulator.timed.hands import HANDS
from transforms.simulator.timed.patrols import (
    LOG_MAPPING,
    PING_MAPPING,
    Planted,
    Visit,
    log_csv,
    number_at,
    patrolled,
    pings_csv,
    places_of,
    thinned,
    visits,
)
from transforms.tasking.make import Made as Packed
from transforms.tasking.make import make_pack
from transforms.trials import words as trial_words
from transforms.trials.analyse import Analysed, analyse
from transforms.trials.choose import Asked
from transforms.trials.designing import design_trial
from transforms.trials.issue import issue
from transforms.trials.trial import Trial


SEED = 125
SIZE = 0.25
SWING = 0.1  # hot spots that hardly wax and wane: twelve weeks are short
HISTORY_FROM, KNOWN_TO = date(2024, 6, 3), date(2025, 10, 1)
FIRST_MONDAY, WEEKS = date(2025, 10, 6), 12
LAST_DAY = FIRST_MONDAY + timedelta(weeks=WEEKS, days=-1)
SENT_TO = LAST_DAY + timedelta(days=4)
NAME, GROUP = "demo", "all-crime"
PLACES, SPACING, BUFFER_M = 14, 4, 50
DAYS_A_WEEK, CAPACITY = 4, (8, 8, 8, 8, 8, 8, 8)
PLANTED = Planted()
DRAWS = 499  # for a demo: a quarter of what a trial has
PLANNED_MINUTES = 30  # a day at a place
PING_DAYS = 14  # the last fortnight, as radios' pings are kept a month
WHO = "demo"
_HAND = HANDS["csv"]
_STAGE, _STEPS = "trial", 7


@dataclass
class _Drop:
    """A source that offers one file."""

    name: str
    data: bytes
    growing: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def offered(self, _known: Known = nothing_known) -> list[OfferedDrop]:
        """It."""
        return [OfferedDrop(self.name, lambda: self.data)]


@dataclass(frozen=True, kw_only=True)
class MadeUpTrial:
    """What was planted, and what was found."""

    programme: Programme
    analysed: Analysed
    tracked: Tracked
    reported: Reported
    packed: Packed
    without: int  # incidents at the places in those weeks, had nobody patrolled
    left: int  # those that happened all the same


def run_trial(folder: Path) -> MadeUpTrial:
    """Freeze, draw, patrol, take, report, analyse, track and pack, in a folder.

    What was done there before is not done again.
    """
    progress.start(_STAGE, _STEPS)
    truth = simulate_timed(
        SEED, HISTORY_FROM, (SENT_TO - HISTORY_FROM).days + 1, SIZE, spot_swing=SWING
    )
    home = _home(folder)
    _send(home, known_by(truth, KNOWN_TO), KNOWN_TO)
    progress.step(_STAGE, "records of 16 months")
    programme = _frozen(home)
    trial = _drawn(home.home, programme)
    progress.step(_STAGE, "places and draw")
    rng = np.random.default_rng(SEED)
    assigned = trial.design.assigned(trial.design.days, trial.seed())
    went = patrolled(assigned, PLANTED, rng)
    place = places_of(truth, programme.grounds)
    patrolled_truth = thinned(truth, place, went, FIRST_MONDAY, PLANTED, rng)
    _send(home, after(patrolled_truth, KNOWN_TO), SENT_TO)
    progress.step(_STAGE, "records of 12 weeks")
    _take_patrols(home, programme, visits(went, FIRST_MONDAY, rng), rng)
    now = _at(SENT_TO + timedelta(days=1))
    last = Day.of(LAST_DAY)
    reported = report(home.home, programme, FIRST_MONDAY, LAST_DAY)
    progress.step(_STAGE, "patrols")
    analysed = analyse(home.home, trial, home, None, now, WHO, DRAWS)
    progress.step(_STAGE, "analysis")
    tracked = track(home.home, programme, last, WEEKS, now, WHO)
    progress.step(_STAGE, "tracker")
    packed = make_pack(home.home, programme, LAST_DAY, now, WHO)
    progress.step(_STAGE, "pack")
    return MadeUpTrial(
        programme=programme,
        reported=reported,
        analysed=analysed,
        tracked=tracked,
        packed=packed,
        without=_in_trial(truth, programme),
        left=_in_trial(patrolled_truth, programme),
    )


def told(made: MadeUpTrial) -> Iterator[tuple[str, str]]:
    """What was planted and what was found, as heads and sentences."""
    analysis, look = made.analysed.analysis, made.tracked.look
    design = analysis.trial.design
    days = len(design.places) * len(design.days)
    drawn = WEEKS * sum(CAPACITY)
    prevented = made.without - made.left
    patrol = (
        f"a made-up force patrols {len(design.places)} places by lot for {WEEKS}"
        f" weeks: {drawn:,} of {days:,} place-days are drawn"
    )
    planted = (
        f"{100 * (1 - PLANTED.ratio):.0f} % of the crime at a place on a day with"
        f" patrol: {prevented} of {made.without} incidents never happen"
    )
    truth = (
        f"{PLANTED.by_intention:.2f} times as many on days drawn for patrol;"
        f" {made.left / made.without:.2f} times as many at the places in all"
    )
    yield from (("patrol", patrol), ("planted", planted), ("truth", truth))
    yield "dosage", patrol_words.headline(made.reported.dosage)
    yield "trial", trial_words.headline(analysis)
    yield "tracker", impact_words.headline(look)
    yield "page", f"{made.analysed.folder / 'trial.html'}"
    yield "page", f"{made.tracked.folder / 'tracker.html'}"
    yield "pack", f"{made.packed.folder / 'tasking.pdf'}"


def _at(day: date) -> datetime:
    """A morning of the made-up clock."""
    return datetime.combine(day, time(6), UTC)


def _home(folder: Path) -> ForceHome:
    folder.mkdir(exist_ok=True)
    mapping = folder / f"{FORCE}.toml"
    mapping.write_text(_HAND.mapping)
    root = folder / "home"
    settings = root / SETTINGS_FILE
    if not settings.exists():  # what a kill left of a home is none
        shutil.rmtree(root, ignore_errors=True)
        create_force_home(root, mapping, None, WHO, _at(HISTORY_FROM))
    if "[patrol]" not in (text := settings.read_text()):
        planned = f"\n[patrol]\nplanned_minutes = {PLANNED_MINUTES}\n"
        replace_flushed(settings, text + planned)
    return open_force_home(root)


def _send(home: ForceHome, rows: pa.Table, day: date) -> None:
    drop = _Drop(f"{FORCE}-{day}.{_HAND.suffix}", _HAND.write(rows))
    pull(home, drop, WHO, _at(day + timedelta(days=1)))


def _frozen(home: ForceHome) -> Programme:
    at = _at(KNOWN_TO + timedelta(days=1))
    if not Register(home.home).standings():
        method = METHODS[DEFAULT_DAY_METHOD]
        run = run_day(home, method, WHO, at, Day.of(KNOWN_TO))
        rule = Rule(force=FORCE, group=GROUP, top=PLACES, spacing=SPACING)
        freeze(home.home, NAME, rule, run.run_id, BUFFER_M, at, WHO)
    programme = open_programme(home.home, NAME)
    if Register(home.home).standing(programme.id).starts is None:
        start(home.home, programme, FIRST_MONDAY, at, WHO)
    return programme


def _drawn(home: Home, programme: Programme) -> Trial:
    asked = Asked(
        kind="weekly",
        first_day=FIRST_MONDAY,
        weeks=WEEKS,
        days_per_week=DAYS_A_WEEK,
        capacity=CAPACITY,
    )
    drawn_on = _at(KNOWN_TO + timedelta(days=2))
    seed = sha256(b"hexbeat demo").digest()
    trial = design_trial(home, programme, asked, drawn_on, WHO, seed).trial
    for monday in trial.design.mondays:
        issue(home, trial, monday, _at(monday - timedelta(days=3)), WHO)
    return trial


def _take_patrols(
    home: ForceHome,
    programme: Programme,
    made: Sequence[Visit],
    rng: np.random.Generator,
) -> None:
    """Take a log of all visits, and what radios reported in the last fortnight."""
    rows = programme.places.to_pylist()
    folder, now = home.home.root.parent, _at(LAST_DAY + timedelta(days=1))
    log, pings = folder / "patrols.csv", folder / "pings.csv"
    log.write_text(log_csv(made, [row["place_id"] for row in rows], rng))
    of_log, of_pings = (
        text.format(programme=NAME) for text in (LOG_MAPPING, PING_MAPPING)
    )
    (folder / "patrols.toml").write_text(of_log)
    (folder / "pings.toml").write_text(of_pings)
    take_visits(home.home, log, read_visit_mapping(of_log, "patrols.toml"), now)
    since = LAST_DAY - timedelta(days=PING_DAYS - 1)
    newest = [visit for visit in made if visit.start.date() >= since]
    centres = [(row["lon"], row["lat"]) for row in rows]
    pings.write_text(pings_csv(newest, centres, rng))
    take_pings(home, pings, read_ping_mapping(of_pings, "pings.toml"), WHO, now)


def _in_trial(truth: TimedTruth, programme: Programme) -> int:
    """Incidents at the places in the weeks of the trial."""
    place = places_of(truth, programme.grounds)
    return number_at(truth, place, GROUPS[GROUP].categories, FIRST_MONDAY, 7 * WEEKS)
