"""One patrol log, with what the rules look at: places, times and words, each once."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.feeds.files.csv_bytes import Coded
from transforms.feeds.force.drop_formats.drop import Drop
from transforms.feeds.force.mapping_values import QUARANTINE
from transforms.feeds.force.moments import Moments, read_moments
from transforms.feeds.force.places import read_points
from transforms.patrols.ground import NOWHERE, Ground
from transforms.patrols.mapping import ACTIVITIES, VisitMapping, word_of
from transforms.reference.arrays import Floats, Instants, Integers, Mask
from transforms.reference.days import LONDON


_WHOLE = re.compile(r"[0-9]{1,6}")
_MINUTES = re.compile(r"[+-]?[0-9]{1,6}(\.[0-9]{1,6})?")
_UNREAD = -1
_SECONDS_A_MINUTE = 60.0
# What tells two visits apart: of a log that has the day alone only another file's tell.
Key = tuple[str, str, str]


@dataclass(frozen=True)
class LogFile:
    """One file's rows, and how its force writes them."""

    mapping: VisitMapping
    drop: Drop
    ground: Ground
    starts: date  # of the programme
    received_at: datetime
    stored: Collection[Key] = frozenset()  # the visits of other files

    @property
    def count(self) -> int:
        """How many rows it has."""
        return len(self.drop.lines)

    @cached_property
    def place(self) -> Integers:
        """The number of each row's place; `NOWHERE` if it has none of the programme."""
        columns = self.mapping.columns
        if columns.place_id is None:
            points = read_points(self.drop, columns, str(self.mapping.crs))
            return self.ground.places_at(points.longitude, points.latitude)
        number = {name: at for at, name in enumerate(self.ground.place_ids)}
        own = {w.strip(): place for w, place in self.mapping.places.items()}

        def of(text: str) -> float:
            return number.get(own.get(text.strip(), text.strip()), NOWHERE)

        return self.drop.columns[columns.place_id].numbers(of).astype(np.int64)

    @property
    def is_timed(self) -> bool:
        """Whether the log has a beginning and an end for each visit."""
        return self.mapping.columns.start is not None

    @cached_property
    def began(self) -> Moments:
        """When each visit began, or its day."""
        columns = self.mapping.columns
        return self._moments(columns.start or columns.date, columns.start_time)

    @cached_property
    def ended(self) -> Moments | None:
        """When each visit ended; None where the log has only how long it was."""
        columns = self.mapping.columns
        return self._moments(columns.end, columns.end_time) if columns.end else None

    @cached_property
    def minutes(self) -> Floats:
        """How long each visit was; NaN where it is not known."""
        if self.ended is None:
            return self.drop.columns[self.mapping.columns.minutes or ""].numbers(
                lambda t: float(t.strip()) if _MINUTES.fullmatch(t.strip()) else np.nan
            )
        seconds = (self.ended.first - self.began.first) / np.timedelta64(1, "s")
        known = self.began.known & self.ended.known
        known &= ~self.began.whole_day & ~self.ended.whole_day
        return np.where(known, seconds / _SECONDS_A_MINUTE, np.nan)

    @cached_property
    def odd_hours(self) -> Mask:
        """Rows in an hour that the clock showed twice or never, where refused."""
        found, times = np.zeros(self.count, dtype=bool), self.mapping.times
        for moments in filter(None, (self.began, self.ended)):
            if times.ambiguous == QUARANTINE:
                found |= moments.ambiguous & moments.known
            if times.skipped == QUARANTINE:
                found |= moments.skipped & moments.known
        return found

    @cached_property
    def days(self) -> list[date | None]:
        """The day in Great Britain on which each visit began, where it can be read."""
        known = self.began.known
        return [
            _london_day(at) if ok else None
            for at, ok in zip(self.began.first.tolist(), known.tolist(), strict=True)
        ]

    @property
    def last_known(self) -> Instants:
        """When each visit was over; of a day alone its first second."""
        return self.began.first if self.ended is None else self.ended.last

    @property
    def received(self) -> np.datetime64:
        """When the file was read, UTC."""
        return np.datetime64(
            self.received_at.astimezone(UTC).replace(tzinfo=None), "us"
        )

    @cached_property
    def officers(self) -> Integers:
        """How many were there; -1 where it is no whole number."""
        return self._whole(self.drop.columns[self.mapping.columns.officers])

    @cached_property
    def roles(self) -> list[str | None]:
        """The role of each row; None for a word that the mapping does not list."""
        words = word_of(self.mapping.roles)
        return self._words(self.mapping.columns.role, words)

    @cached_property
    def modes(self) -> list[str | None]:
        """The mode of each row; None where none is given, or for an unlisted word."""
        words = word_of(self.mapping.modes)
        return self._words(self.mapping.columns.mode, words)

    @cached_property
    def odd_modes(self) -> Mask:
        """Rows whose mode is a word that the mapping does not list."""
        name = self.mapping.columns.mode
        if name is None:
            return np.zeros(self.count, dtype=bool)
        given = self.drop.columns[name].where(lambda text: bool(text.strip()))
        listed = [mode is not None for mode in self.modes]
        return np.asarray(given & ~np.array(listed, dtype=bool))

    @cached_property
    def background(self) -> Mask:
        """Visits that are not of the programme."""
        flag, never = self.mapping.background, np.zeros(self.count, dtype=bool)
        if flag is None:
            return never
        return self.drop.columns[flag.column].where(lambda t: t.strip() in flag.yes)

    @cached_property
    def odd_background(self) -> Mask:
        """Rows that say neither a word for background nor one for the programme."""
        flag, never = self.mapping.background, np.zeros(self.count, dtype=bool)
        if flag is None:
            return never
        listed = {*flag.yes, *flag.no}
        return np.asarray(
            ~self.drop.columns[flag.column].where(lambda t: t.strip() in listed)
        )

    @cached_property
    def activities(self) -> dict[str, tuple[Integers, Mask]]:
        """Each count of the mapping, and the rows that give it; -1 is none."""
        found = {}
        for name in ACTIVITIES:
            if column := getattr(self.mapping.columns, name):
                texts = self.drop.columns[column]
                given = texts.where(lambda text: bool(text.strip()))
                found[name] = self._whole(texts), given
        return found

    @cached_property
    def repeated(self) -> Mask:
        """Rows that are a visit which an earlier row, or another file, has."""
        found, known = np.zeros(self.count, dtype=bool), set(self.stored)
        for row, key in enumerate(self.keys()):
            found[row] = key in known
            if self.is_timed:
                known.add(key)
        return found

    def keys(self) -> Sequence[Key]:
        """What tells each row's visit from others: place, beginning and role."""
        began = self.began.first.tolist() if self.is_timed else self.days
        return [
            (self.place_id(place), str(at), str(role))
            for place, at, role in zip(
                self.place.tolist(), began, self.roles, strict=True
            )
        ]

    def place_id(self, number: int) -> str:
        """The id of a place by its number; empty for none."""
        return "" if number == NOWHERE else self.ground.place_ids[number]

    def _moments(self, day: str | None, clock: str | None) -> Moments:
        columns = self.drop.columns
        return read_moments(
            columns[day or ""], columns[clock] if clock else None, self.mapping.times
        )

    def _words(self, column: str | None, words: dict[str, str]) -> list[str | None]:
        if column is None:
            return [None] * self.count
        texts = self.drop.columns[column].mapped(lambda t: words.get(t.strip()))
        return list(texts.to_pylist())

    def _whole(self, column: Coded) -> Integers:
        return column.numbers(
            lambda t: float(t.strip()) if _WHOLE.fullmatch(t.strip()) else _UNREAD
        ).astype(np.int64)


def keys_of(visits: pa.Table) -> set[Key]:
    """What tells stored visits of logs apart, in the words of `LogFile.keys`."""
    rows = visits.filter(pc.equal(visits["source"].cast(pa.string()), "log"))
    names = ["place_id", "starts", "day", "role"]
    return {
        (
            row["place_id"],
            str(row["starts"].replace(tzinfo=None) if row["starts"] else row["day"]),
            row["role"],
        )
        for row in rows.select(names).to_pylist()
    }


def _london_day(instant: datetime) -> date:
    return instant.replace(tzinfo=UTC).astimezone(LONDON).date()
