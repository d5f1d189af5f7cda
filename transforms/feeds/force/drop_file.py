"""One drop, with what the rules look at: times, places and flags, each read once."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np

from transforms.csv_bytes import Coded
from transforms.feeds.force.drops import Drop
from transforms.feeds.force.mapping import Flag, ForceMapping
from transforms.feeds.force.moments import Moments, read_moments
from transforms.feeds.force.places import Points, read_points
from transforms.incidents import Mask


@dataclass(frozen=True)
class Said:
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
    def deleted(self) -> Said:
        """Which records the force has deleted."""
        never = np.zeros(len(self.drop.lines), dtype=bool)
        flag = self.mapping.tombstone
        return self._said(flag) if flag else Said(never, never)

    @cached_property
    def flags(self) -> dict[str, Said]:
        """The sensitive flags that the mapping names."""
        return {name: self._said(flag) for name, flag in self.mapping.flags.items()}

    @cached_property
    def began(self) -> Moments:
        """Earliest times."""
        columns = self.mapping.columns
        return self._moments(columns.occurred_from, columns.occurred_from_time)

    @cached_property
    def ended(self) -> Moments | None:
        """Latest times, where the mapping names a column for them."""
        columns = self.mapping.columns
        if columns.occurred_to is None:
            return None
        return self._moments(columns.occurred_to, columns.occurred_to_time)

    @cached_property
    def updated(self) -> Moments | None:
        """When each record was last changed, where the mapping names a column."""
        column = self.mapping.columns.updated
        times = self.mapping.times.of_updates
        return read_moments(self.drop.columns[column], None, times) if column else None

    @cached_property
    def points(self) -> Points:
        """Places."""
        return read_points(self.drop, self.mapping)

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

    def _said(self, flag: Flag) -> Said:
        column = self.drop.columns[flag.column]
        yes = column.where(lambda text: text.strip() in flag.yes)
        return Said(yes, ~yes & ~column.where(lambda text: text.strip() in flag.no))
