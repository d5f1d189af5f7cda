"""One drop, with what the rules look at: times, places and flags, each read once."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property

import numpy as np

from transforms.feeds.files.csv_bytes import Coded
from transforms.feeds.force.drop_formats.drop import Drop
from transforms.feeds.force.mapping import Flag, ForceMapping
from transforms.feeds.force.moments import Moments, read_moments
from transforms.feeds.force.places import Points, read_points
from transforms.reference.arrays import Mask


@dataclass(frozen=True)
class Stated:
    """What a column of yes and no says of each row."""

    yes: Mask
    unclear: Mask  # neither a word for yes nor one for no


@dataclass(frozen=True)
class DropFile:
    """One file's rows, and how its force writes them."""

    mapping: ForceMapping
    drop: Drop
    received_at: datetime

    @cached_property
    def deleted(self) -> Stated:
        """Which records the force has deleted."""
        never = np.zeros(len(self.drop.lines), dtype=bool)
        flag = self.mapping.tombstone
        return self._stated(flag) if flag else Stated(never, never)

    @cached_property
    def flags(self) -> dict[str, Stated]:
        """The sensitive flags that the mapping names."""
        return {name: self._stated(flag) for name, flag in self.mapping.flags.items()}

    @cached_property
    def began(self) -> Moments:
        """Earliest times."""
        columns = self.mapping.columns
        return self._moments(columns.occurred_from, columns.occurred_from_time)

    @cached_property
    def ended(self) -> Moments | None:
        """Latest times, where the mapping names a column for them.

        One after the file was received (the year 9999 stands for "still open") says
        nothing of when it was: it counts as not given.
        """
        written = self._ended_as_written
        return written and replace(written, blank=written.blank | self.open_ends)

    @cached_property
    def open_ends(self) -> Mask:
        """Rows that end after the file was received."""
        ended = self._ended_as_written
        if ended is None:
            return np.zeros(len(self.drop.lines), dtype=bool)
        return np.asarray(ended.known & (ended.first > self.received) & self.live)

    @property
    def received(self) -> np.datetime64:
        """When the file was received, UTC."""
        return np.datetime64(
            self.received_at.astimezone(UTC).replace(tzinfo=None), "us"
        )

    @property
    def live(self) -> Mask:
        """Rows whose record is not deleted."""
        return np.asarray(~self.deleted.yes)

    @cached_property
    def _ended_as_written(self) -> Moments | None:
        columns = self.mapping.columns
        if columns.occurred_to is None:
            return None
        return self._moments(columns.occurred_to, columns.occurred_to_time)

    @cached_property
    def updated(self) -> Moments | None:
        """When each record was last changed, where the mapping names a column."""
        return self._changes(self.mapping.columns.updated)

    @cached_property
    def recorded(self) -> Moments | None:
        """When the force recorded each, where the mapping names a column.

        Its day is enough, also where other times have a column of their own.
        """
        column = self.mapping.columns.recorded
        timed = self._changes(column)
        if column is None or timed is None:
            return None
        day = replace(self.mapping.times, time_format=None)
        return timed.or_else(read_moments(self.drop.columns[column], None, day))

    def _changes(self, column: str | None) -> Moments | None:
        times = self.mapping.times.of_changes
        return read_moments(self.drop.columns[column], None, times) if column else None

    @cached_property
    def points(self) -> Points:
        """Places."""
        return read_points(self.drop, self.mapping.columns, self.mapping.crs)

    @property
    def reference(self) -> Coded:
        """The force's own ids."""
        return self.drop.columns[self.mapping.columns.reference]

    @property
    def offence(self) -> Coded:
        """Offence codes, or the force's words for categories."""
        columns = self.mapping.columns
        return self.drop.columns[columns.offence_code or columns.category or ""]

    def odd_hours(self, kind: str) -> Mask:
        """Rows that begin or end in an hour that the clock showed twice, or never."""
        odd = getattr(self.began, kind) & self.began.known
        if self.ended:
            odd = odd | (getattr(self.ended, kind) & self.ended.known)
        return np.asarray(odd & ~self.deleted.yes)

    def _moments(self, date: str, clock: str | None) -> Moments:
        columns = self.drop.columns
        return read_moments(
            columns[date], columns[clock] if clock else None, self.mapping.times
        )

    def _stated(self, flag: Flag) -> Stated:
        column = self.drop.columns[flag.column]
        yes = column.where(lambda text: text.strip() in flag.yes)
        return Stated(yes, ~yes & ~column.where(lambda text: text.strip() in flag.no))
