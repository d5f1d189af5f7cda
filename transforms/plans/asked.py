"""What a plan is asked for: its shifts, and the places that each of them may go to.

A place that a trial's lot left without patrol on a day is never planned on that day: a
day of a trial is planned from the week that the trial issued, or not at all.
"""

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from transforms.errors import UsageError
from transforms.homes.home import Home
from transforms.plans.distance import Spot
from transforms.plans.shifts import Shift, read_shifts, within
from transforms.programmes.programme import Programme
from transforms.programmes.register import Register, Standing
from transforms.reference.days import LONDON
from transforms.trials.issue import ISSUES, check_issued
from transforms.trials.trial import Trial, open_trial, opened, trial_folders
from transforms.trials.week import CSV_FILE


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A plan that can be made."""

    programme: Programme
    trial: Trial | None
    first: date
    last: date
    shifts: Sequence[Shift]  # in order of time
    allowed: Mapping[str, Collection[str]]  # the places of each shift, by its key
    weeks_sha256: Mapping[str, str]  # of the issued weeks that it follows, by Monday

    @cached_property
    def spots(self) -> dict[str, Spot]:
        """Where each place is, by rank."""
        return spots_of(self.programme)

    def places_of(self, shift: Shift) -> list[str]:
        """The places that a shift may go to, by rank."""
        return [place for place in self.spots if place in self.allowed[shift.key]]


def spots_of(programme: Programme) -> dict[str, Spot]:
    """Where the places of a programme are, by rank."""
    rows = programme.places.select(["place_id", "lat", "lon"]).to_pylist()
    return {row["place_id"]: Spot(row["lat"], row["lon"]) for row in rows}


def asked_of(
    home: Home,
    programme: Programme,
    shifts: Path,
    trial: str | None,
    first: date | None,
    last: date | None,
) -> Asked:
    """The plan that is asked for; `UsageError` for what cannot be planned."""
    standing = Register(home).standing(programme.id)
    if standing.starts is None:
        raise UsageError(
            f"{programme.id} has not started: hexbeat programme start {programme.id}"
            " --on DATE"
        )
    if first and last and last < first:
        raise UsageError(f"--from {first} is later than --to {last}: swap them")
    of_file = read_shifts(shifts, spots_of(programme))
    earliest = min(shift.day for shift in of_file)
    latest = max(shift.day for shift in of_file)
    first, last = first or earliest, last or latest
    own = list(within(of_file, first, last))
    if not own:
        raise UsageError(
            f"{shifts.name}: no shift begins in the days asked for: its shifts are from"
            f" {earliest} to {latest}"
        )
    for shift in own:
        _refuse_days(shift, programme, standing, f"{shifts.name}, line {shift.line}")
    followed = open_trial(home, programme, trial) if trial else None
    _refuse_days_of_trials(programme, followed, own, shifts.name)
    assigned, hashes = _issued(home, followed, own, shifts.name)
    return Asked(
        programme=programme,
        trial=followed,
        first=first,
        last=last,
        shifts=own,
        allowed={shift.key: _allowed(shift, standing, assigned) for shift in own},
        weeks_sha256=hashes,
    )


def of_the_settings(home: Home, now: datetime) -> tuple[Path, date, date]:
    """The file of shifts that the settings name, and next week's first and last day.

    `UsageError` where they name none.
    """
    if home.patrol.shifts is None:
        raise UsageError(
            "no file of shifts: name it in hexbeat.toml, [patrol] shifts = 'shifts.csv'"
        )
    today = now.astimezone(LONDON).date()
    monday = today + timedelta(days=7 - today.weekday())
    return home.root / home.patrol.shifts, monday, monday + timedelta(days=6)


def _refuse_days(
    shift: Shift, programme: Programme, standing: Standing, where: str
) -> None:
    """`UsageError` for a shift before the programme began or after it ended."""
    if standing.starts and shift.days[0] < standing.starts:
        raise UsageError(
            f"{where}: {shift.days[0]} is before {programme.id} starts,"
            f" {standing.starts}"
        )
    if standing.ends and shift.days[-1] > standing.ends:
        raise UsageError(
            f"{where}: {shift.days[-1]} is after {programme.id} ended, {standing.ends}"
        )


def _refuse_days_of_trials(
    programme: Programme, followed: Trial | None, shifts: Sequence[Shift], file: str
) -> None:
    """`UsageError` for a day of a trial that the plan does not follow, or not of it."""
    known = [opened(programme, folder) for folder in trial_folders(programme)]
    for shift in shifts:
        for day in shift.days:
            own = {one.id for one in known if _is_day_of(one, day)}
            where = f"{file}, line {shift.line}"
            if others := sorted(own - ({followed.id} if followed else set())):
                raise UsageError(
                    f"{where}: {day} is a day of the trial {others[0]}, which says"
                    f" where patrols go: --trial {others[0]}"
                )
            if followed and followed.id not in own:
                raise UsageError(f"{where}: {day} is no day of {followed.id}")


def _is_day_of(trial: Trial, day: date) -> bool:
    return trial.design.first_day <= day <= trial.design.last_day


def _issued(
    home: Home, trial: Trial | None, shifts: Sequence[Shift], file: str
) -> tuple[dict[date, set[str]] | None, dict[str, str]]:
    """The places that a trial has drawn for each day, and the hash of each week.

    None of the first where no trial is followed.
    """
    if trial is None:
        return None, {}
    check_issued(home, trial, trial.seed())
    assigned: dict[date, set[str]] = {}
    hashes: dict[str, str] = {}
    for shift in shifts:
        for day in shift.days:
            monday = day - timedelta(days=day.weekday())
            if str(monday) in hashes:
                continue
            issued = trial.folder / ISSUES / str(monday) / CSV_FILE
            if not issued.exists():
                raise UsageError(
                    f"{file}, line {shift.line}: the week of {monday} is not issued:"
                    f" hexbeat trial issue {trial.programme.id} --week {monday}"
                )
            data = issued.read_bytes()
            hashes[str(monday)] = sha256(data).hexdigest()
            for row in csv.DictReader(io.StringIO(data.decode())):
                drawn = assigned.setdefault(date.fromisoformat(row["date"]), set())
                drawn.add(row["place_id"])
    return assigned, hashes


def _allowed(
    shift: Shift, standing: Standing, assigned: Mapping[date, set[str]] | None
) -> set[str]:
    """The places that a shift may go to, on each of its days."""
    found = set(shift.places)
    for day in shift.days:
        found -= {place for place, left in standing.left.items() if left <= day}
        if assigned is not None:
            found &= assigned.get(day, set())
    return found
