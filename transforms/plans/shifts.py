"""Shifts: which units can be at places, from when to when; a small table of the user's.

A `shift_id` names the same units on every day that it stands on. All times are those of
the clock; inside, they are UTC, so that a night in which the clocks change is as long
as it is.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np

from transforms.errors import UsageError
from transforms.patrols.mapping import MODES
from transforms.plans.distance import Spot, metres
from transforms.publications.formulas import is_safe
from transforms.reference.cells import within_bounds
from transforms.reference.csv_rows import csv_rows, whole_number
from transforms.reference.days import LONDON
from transforms.reference.overrides import days_from
from transforms.reference.toml_files import hint, text_of


COLUMNS = (
    "shift_id", "date", "start", "end", "units", "mode", "base_lat", "base_lon",
    "minutes",
)  # fmt: skip
PLACES = "places"  # may be left out: then all places
LONGEST_HOURS = 14
MOST_UNITS = 50
MOST_SHIFTS = 1_000
FARTHEST_KM = 50  # of a base from the nearest place: beyond it, a slip
_LONGEST_ID = 40  # characters


@dataclass(frozen=True, kw_only=True)
class Shift:
    """Units that are out together, and how long they have for places."""

    id: str
    starts: datetime  # UTC
    ends: datetime
    units: int
    mode: str
    base: Spot
    minutes: int  # that each unit has for places: visits, and the ways between them
    places: Collection[str]  # that it can go to
    line: int  # of the file

    @property
    def day(self) -> date:
        """The day on which it begins."""
        return self.starts.astimezone(LONDON).date()

    @property
    def days(self) -> list[date]:
        """Its days: two, where it goes on after midnight."""
        last = (self.ends - timedelta(seconds=1)).astimezone(LONDON).date()
        return days_from(self.day, last)

    @property
    def hours(self) -> float:
        """How long it is."""
        return (self.ends - self.starts) / timedelta(hours=1)

    @property
    def key(self) -> str:
        """What no other shift of a plan has."""
        return f"{self.id} {self.day}"


def read_shifts(path: Path, spots: Mapping[str, Spot]) -> list[Shift]:
    """The shifts of a CSV, in order of time; `UsageError` for the first slip.

    `spots` are the places of the programme.
    """
    rows = csv_rows(text_of(path), path.name, _check_header)
    found = [_Row(row.values, row.where, spots).shift(row.line) for row in rows]
    if not found or len(found) > MOST_SHIFTS:
        raise UsageError(f"{path.name}: {len(found)} shifts; 1 to {MOST_SHIFTS:,}")
    _refuse_twice(found, path.name)
    return sorted(found, key=lambda shift: (shift.starts, shift.id))


def _check_header(header: Sequence[str], where: str) -> None:
    known = (*COLUMNS, PLACES)
    if missing := [name for name in COLUMNS if name not in header]:
        raise UsageError(
            f"{where}, line 1: no column {missing[0]}; it has {','.join(COLUMNS)}, and"
            f" {PLACES} if a shift covers some places only"
        )
    if unknown := [name for name in header if name not in known]:
        raise UsageError(
            f"{where}, line 1: unknown column {unknown[0][:40]!r}"
            f"{hint(unknown[0], known)}"
        )
    if len(set(header)) < len(header):
        raise UsageError(f"{where}, line 1: a column is there twice")


def _refuse_twice(shifts: Sequence[Shift], where: str) -> None:
    """`UsageError` where the same units would be on two shifts at once, or in a day.

    A visit is known by its shift and day, in the files of a plan too.
    """
    by_id = sorted(shifts, key=lambda shift: (shift.id, shift.starts))
    for one, after in pairwise(by_id):
        first, last = sorted((one.line, after.line))
        said = f"{where}, line {last}: shift {one.id!r}"
        if one.id == after.id and after.starts < one.ends:
            raise UsageError(
                f"{said} overlaps with that of line {first}: the same units cannot be"
                " on both"
            )
        if one.key == after.key:
            raise UsageError(
                f"{said} begins twice on {one.day}, here and in line {first}: name one"
                " of them otherwise"
            )


@dataclass(frozen=True)
class _Row:
    """A row of the file, and where it stands."""

    values: Mapping[str, str]
    where: str
    spots: Mapping[str, Spot]

    def shift(self, line: int) -> Shift:
        """What it says."""
        starts, ends = self.span()
        mode = self.values["mode"]
        if mode not in MODES:
            raise self.wrong("mode", f"one of {', '.join(MODES)}{hint(mode, MODES)}")
        length = int((ends - starts) / timedelta(minutes=1))
        return Shift(
            id=self.id(),
            starts=starts,
            ends=ends,
            units=self.whole("units", MOST_UNITS),
            mode=mode,
            base=self.base(),
            minutes=self.whole("minutes", length),
            places=self.places(),
            line=line,
        )

    def wrong(self, column: str, wanted: str) -> UsageError:
        """What to say of a value."""
        return UsageError(
            f"{self.where}: {column} {self.values[column][:40]!r}: {wanted}"
        )

    def id(self) -> str:
        name = self.values["shift_id"]
        if not is_safe(name) or len(name) > _LONGEST_ID:
            raise self.wrong("shift_id", f"a name of 1 to {_LONGEST_ID} characters")
        return name

    def span(self) -> tuple[datetime, datetime]:
        """From when to when; an end that is not after the start is on the next day."""
        try:
            day = date.fromisoformat(self.values["date"])
            day + timedelta(days=1)
        except (ValueError, OverflowError):
            raise self.wrong("date", "a day, YYYY-MM-DD") from None
        starts, ends = self.moment("start", day), self.moment("end", day)
        if ends <= starts:
            ends = self.moment("end", day + timedelta(days=1))
        if ends - starts > timedelta(hours=LONGEST_HOURS):
            hours = (ends - starts) / timedelta(hours=1)
            raise self.wrong(
                "end", f"the shift has {hours:g} hours; at most {LONGEST_HOURS}"
            )
        return starts, ends

    def moment(self, column: str, day: date) -> datetime:
        try:
            clock = time.fromisoformat(self.values[column])
        except ValueError:
            raise self.wrong(column, "a time of day, HH:MM") from None
        if clock.tzinfo or clock.second or clock.microsecond:
            raise self.wrong(column, "a time of day, HH:MM")
        moment = datetime.combine(day, clock, LONDON).astimezone(UTC)
        if moment.astimezone(LONDON).time() != clock:
            raise self.wrong(column, f"the clocks skip that time on {day}")
        return moment

    def whole(self, column: str, most: int) -> int:
        number = whole_number(self.values[column])
        if number is None or not 1 <= number <= most:
            raise self.wrong(column, f"a whole number from 1 to {most}")
        return number

    def base(self) -> Spot:
        spot = Spot(self.degrees("base_lat"), self.degrees("base_lon"))
        if not within_bounds(np.array([spot.lon]), np.array([spot.lat]))[0]:
            raise self.wrong("base_lat", "latitude and longitude of a British place")
        away_km = min(metres(spot, place) for place in self.spots.values()) / 1_000
        if away_km > FARTHEST_KM:
            raise self.wrong(
                "base_lat",
                f"the base is {away_km:,.0f} km from the nearest place; at most"
                f" {FARTHEST_KM}",
            )
        return spot

    def degrees(self, column: str) -> float:
        try:
            return float(self.values[column])
        except ValueError:
            raise self.wrong(column, "degrees, such as 51.27") from None

    def places(self) -> Collection[str]:
        named = self.values.get(PLACES, "").split()
        for place in named:
            if place not in self.spots:
                known = list(self.spots)
                raise self.wrong(
                    PLACES, f"{place[:20]!r} is none: {known[0]} to {known[-1]}"
                )
        return frozenset(named or self.spots)


def within(shifts: Sequence[Shift], first: date, last: date) -> Iterator[Shift]:
    """The shifts that begin on those days."""
    return (shift for shift in shifts if first <= shift.day <= last)
