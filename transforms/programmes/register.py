"""The register of a home's programmes: what was promised, and when, in a chain.

Places are never edited: a place that leaves is a line here, with its day and reason.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from transforms.errors import LakeError, UsageError
from transforms.homes.chained_log import ChainedLog
from transforms.homes.home import Home
from transforms.homes.runs.seal import latest_run
from transforms.lake.storage import is_remote
from transforms.programmes.programme import (
    Programme,
    open_programme,
    programmes_folder,
)
from transforms.reference.clocks import P, Period
from transforms.reference.days import parse_period
from transforms.reference.months import Month, month_range


FROZEN, STARTED, LEFT, ENDED, LOOK = "frozen", "started", "place-left", "ended", "look"
# Of a trial among the places of a programme; each line names the trial.
TRIAL, ISSUED, REVEALED = "trial-registered", "week-issued", "seed-revealed"
ANALYSED = "trial-analysed"
PLANNED = "plan-made"
TASKED = "pack-made"
_FILE = "register.jsonl"
_WITHOUT_END = 1_200  # months, or days: no feed is ahead of itself by so much


@dataclass
class Standing:
    """What the register says of one programme."""

    frozen_at: str | None = None
    starts: date | None = None
    ends: date | None = None
    left: dict[str, date] = field(default_factory=dict)  # places, and their last day
    looks: int = 0
    newest_look: Period | None = None  # its last month, or day


@dataclass(frozen=True)
class Register:
    """What happened to the programmes of a home."""

    home: Home

    @property
    def log(self) -> ChainedLog:
        """Its lines."""
        return ChainedLog(programmes_folder(self.home) / _FILE, first=FROZEN)

    def standing(self, programme: str) -> Standing:
        """How a programme stands, by all its lines; `LakeError` where it has none."""
        found = self.standings().get(programme)
        if found is None:
            folder = programmes_folder(self.home) / programme
            raise LakeError(unregistered(folder, "hexbeat programme freeze"))
        return found

    def standings(self) -> dict[str, Standing]:
        """How each programme stands."""
        found: dict[str, Standing] = {}
        for line in self.log.lines():
            _take(found.setdefault(line["what"]["programme"], Standing()), line)
        return found

    def of_trials(self, programme: str, action: str) -> list[dict[str, Any]]:
        """What the lines of that action say of a programme's trials, oldest first."""
        return [
            line["what"]
            for line in self.log.lines()
            if line["action"] == action and line["what"]["programme"] == programme
        ]

    def add(
        self, action: str, programme: str, at: datetime, who: str, **what: Any
    ) -> None:
        """Add a line about a programme."""
        self.log.append(at, who, action, {"programme": programme, **what})


def unregistered(kept: Path, made_by: str = "command") -> str:
    """What is said of a folder that the register does not have."""
    return (
        f"{kept}: not in the register: it was brought here without it, or cut off as it"
        f" was made: run the same {made_by} again, which registers it"
    )


def _take(standing: Standing, line: dict[str, Any]) -> None:
    what = line["what"]
    match line["action"]:
        case "frozen":
            standing.frozen_at = line["at"]
        case "started":
            standing.starts = date.fromisoformat(what["on"])
        case "place-left":
            standing.left[what["place"]] = date.fromisoformat(what["on"])
        case "ended":
            standing.ends = date.fromisoformat(what["on"])
        case "look":
            standing.looks += 1
            last: Any = parse_period(what["look"].rpartition("-")[0])
            standing.newest_look = max(standing.newest_look or last, last)


def busy_months(home: Home, group: str) -> set[tuple[str, Month]]:
    """The months in which a programme of that group runs, by force: not quiet ones."""
    return busy_periods(home, group, Month)


def busy_periods(home: Home, group: str, period: type[P]) -> set[tuple[str, P]]:
    """The same of months, or of days."""
    found: set[tuple[str, P]] = set()
    for name, standing in Register(home).standings().items():
        if standing.starts is None:
            continue
        rule = open_programme(home, name).rule
        if rule.group == group:
            first, ends = period.of(standing.starts), standing.ends
            last = period.of(ends) if ends else first + _WITHOUT_END
            found |= {(rule.force, one) for one in month_range(first, last)}
    return found


def started(home: Home) -> list[str]:
    """The programmes that have started; none where a home cannot have any."""
    if is_remote(home.root):
        return []
    if not programmes_folder(home).is_dir():
        return []
    standings = Register(home).standings()
    return sorted(name for name, of in standings.items() if of.starts)


def only_started(home: Home) -> str:
    """The one programme that has started and not ended; `UsageError` if not one has."""
    standings = Register(home).standings()
    going = [name for name in started(home) if not standings[name].ends]
    if len(going) != 1:
        listed = ", ".join(going) or "none"
        raise UsageError(f"name the programme: those that have started are {listed}")
    return going[0]


def start(
    home: Home, programme: Programme, on: date, at: datetime, who: str
) -> Standing:
    """Say on which day patrols begin; once, and after the forecast's newest month."""
    register = Register(home)
    standing = register.standing(programme.id)
    if standing.starts:
        raise UsageError(f"{programme.id} started on {standing.starts} already")
    _refuse_early(on, programme.as_of)
    register.add(STARTED, programme.id, at, who, on=on.isoformat())
    return register.standing(programme.id)


def refuse_early_start(home: Home, run_id: str | None, on: date) -> None:
    """`UsageError` if a list of that run, or of the newest, cannot start on that day.

    Asked before it is frozen, so that nothing is kept of a mistake.
    """
    run_id = run_id or latest_run(home.publications)
    if run_id:
        _refuse_early(on, parse_period(run_id.rpartition("-")[0]))


def _refuse_early(on: date, as_of: Period) -> None:
    if on <= as_of.last_day:
        raise UsageError(
            f"a programme cannot start on {on}: its forecast knows {as_of}, and a list"
            " that began before its forecast proves nothing; give a later day, or"
            " freeze from an earlier publication"
        )


def leave(
    home: Home,
    programme: Programme,
    place: str,
    on: date,
    why: str,
    at: datetime,
    who: str,
) -> Standing:
    """Say that a place is patrolled no more from that day on."""
    register = Register(home)
    standing = _running(register, programme, on)
    known = programme.places["place_id"].to_pylist()
    if place not in known:
        raise UsageError(
            f"{place!r} is no place of {programme.id}: it has {known[0]} to {known[-1]}"
        )
    if place in standing.left:
        raise UsageError(f"{place} left {programme.id} on {standing.left[place]}")
    _refuse_silence(why)
    what = {"place": place, "on": on.isoformat(), "why": why}
    register.add(LEFT, programme.id, at, who, **what)
    return register.standing(programme.id)


def end(
    home: Home, programme: Programme, on: date, why: str, at: datetime, who: str
) -> Standing:
    """Say on which day a programme ended."""
    register = Register(home)
    _running(register, programme, on)
    _refuse_silence(why)
    register.add(ENDED, programme.id, at, who, on=on.isoformat(), why=why)
    return register.standing(programme.id)


def _running(register: Register, programme: Programme, on: date) -> Standing:
    standing = register.standing(programme.id)
    if standing.starts is None:
        raise UsageError(
            f"{programme.id} has not started: hexbeat programme start {programme.id}"
            " --on DATE"
        )
    if standing.ends:
        raise UsageError(f"{programme.id} ended on {standing.ends} already")
    if on < standing.starts:
        raise UsageError(f"{on} is before {programme.id} started, {standing.starts}")
    return standing


def _refuse_silence(why: str) -> None:
    if not why.strip():
        raise UsageError("say why: --why 'market moved to the other square'")
