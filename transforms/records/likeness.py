"""Whether a drop is like those before it: in its places, and in its days.

Nothing in a drop alone shows that its grid or its dates are read wrongly, where each
row is still a possible one. Where the feed has had its places until now does.
"""

import re
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.records import ledger
from transforms.records.homes import ForceHome
from transforms.records.tables import of_drops, stored_records
from transforms.reference.arrays import Cells
from transforms.reference.cells import neighbourhood, parents
from transforms.reference.days import LONDON
from transforms.reference.force_areas import RESOLUTION, area_of


_COLUMNS = ("deleted", "drop", "h3_r9", "occurred_from", "raw_sha256")
_DATED = re.compile(r"(?<!\d)(20\d\d)[-_]?(\d\d)[-_]?(\d\d)(?!\d)")
_ACCEPT = "if it is right, accept the drop in hexbeat.toml under [[feed.drops]]"
_MEND = f"mend the mapping or the export, then pull again; {_ACCEPT}"
_ENOUGH = 20  # places of a drop, to judge it by
_ENOUGH_EARLIER = 50
_AWAY_SHARE = 0.2
_OUTSIDE_SHARE = 0.9
_NEAR = timedelta(days=31)
_FAR = timedelta(days=62)
_ENOUGH_NAMES = 3
_NONE = np.zeros(0, dtype=np.int64)


@dataclass
class Earlier:
    """What a feed has had until now: its cells, about 250 km² each, and its days."""

    force: str
    cells: Cells = field(default_factory=lambda: _NONE)  # and those next to them
    located: int = 0
    inside: int = 0  # of these, in or near the force's area
    newest_day: date | None = None
    dated: int = 0  # drops with a day in their names, which is about their newest

    @classmethod
    def of(cls, home: ForceHome, without: Collection[str] = ()) -> Self:
        """All that is stored, but for some raw drops and what is in doubt itself."""
        taken = ledger.supplied(ledger.drops(home.lake, home.force))
        trusted = {
            str(entry.raw_sha256)
            for entry in taken
            if entry.reason is None or home.feed.accepts(entry.name)
        }
        found = cls(home.force)
        records = stored_records(home.lake, home.force, *_COLUMNS).reveal()
        records = records.filter(of_drops(records, trusted.difference(without)))
        found._add_places(records)
        newest = (
            _live(records)
            .unify_dictionaries()
            .group_by("drop")
            .aggregate([("occurred_from", "max")])
        )
        pairs = (newest[name].to_pylist() for name in newest.column_names)
        for name, last in zip(*pairs, strict=True):
            found._add_day(name, _day(last))
        return found

    def add(self, name: str, records: pa.Table) -> None:
        """Take in the records of one more drop."""
        self._add_places(records)
        if days := _span(records):
            self._add_day(name, days[1])

    def unlike(
        self, name: str, records: pa.Table, exchanged: tuple[date, date] | None
    ) -> str | None:
        """Why a drop is hardly one of this feed; None where it may well be."""
        return (
            self._places_away(records)
            or self._days_turned(records, exchanged)
            or self._days_of_another_name(name, records)
        )

    def _places_away(self, records: pa.Table) -> str | None:
        """Why a drop's places are not those of this feed."""
        found = _cells(records)
        if len(found) < _ENOUGH or self.located < _ENOUGH_EARLIER:
            return None
        known, area = self.cells, area_of(self.force)
        if area is not None and self.inside > _OUTSIDE_SHARE * self.located:
            known = np.union1d(known, area)
        away = int((~np.isin(found, known)).sum())
        if away <= _AWAY_SHARE * len(found):
            return None
        return (
            f"{away:,} of {len(found):,} places are far from all places of earlier"
            f" drops; {_MEND}"
        )

    def _days_turned(
        self, records: pa.Table, turned: tuple[date, date] | None
    ) -> str | None:
        """Why a drop's days follow the earlier ones only with day and month turned."""
        read, newest = _span(records), self.newest_day
        if turned is None or read is None or newest is None:
            return None
        is_far = read[1] < newest - _FAR or read[0] > newest + _FAR
        if not is_far or turned[0] < newest - _NEAR or turned[1] > newest + _NEAR:
            return None
        return (
            f"its days, {read[0]} to {read[1]}, would follow those of earlier drops"
            f" with day and month the other way round; {_MEND}"
        )

    def _days_of_another_name(self, name: str, records: pa.Table) -> str | None:
        """Why its days are not those of its name, where other drops' are."""
        named, read = _named_day(name), _span(records)
        if named is None or read is None or self.dated < _ENOUGH_NAMES:
            return None
        rows = len(_live(records))
        if rows < _ENOUGH or -_FAR <= read[1] - named <= _NEAR:
            return None
        return (
            f"its newest day, {read[1]}, is {abs((read[1] - named).days):,} days from"
            f" the day in its name; {_MEND}"
        )

    def outside_area(self, records: pa.Table) -> str | None:
        """Why a first drop may be another force's, or misread.

        One of few places is judged together with those before it.
        """
        found, before = _cells(records), 0
        inside = _inside(found, self.force)
        most = (1 - _OUTSIDE_SHARE) * len(found)
        if not len(found) or self.located >= _ENOUGH_EARLIER or inside > most:
            return None
        located = len(found)
        if located < _ENOUGH:
            before = self.located
            located, inside = located + before, inside + self.inside
        if located < _ENOUGH or inside > (1 - _OUTSIDE_SHARE) * located:
            return None
        together = ", with those of the drops before it," if before else ""
        return (
            f"only {inside:,} of {located:,} places{together} lie in or near the area"
            f" of {self.force}"
        )

    def _add_places(self, records: pa.Table) -> None:
        found = _cells(records)
        self.cells = np.union1d(self.cells, neighbourhood(np.unique(found)))
        self.located += len(found)
        self.inside += _inside(found, self.force)

    def _add_day(self, name: str, newest: date) -> None:
        self.newest_day = max(newest, self.newest_day or newest)
        named = _named_day(name)
        self.dated += named is not None and abs(newest - named) <= _NEAR


def _named_day(name: str) -> date | None:
    """The day that a drop's name says."""
    with suppress(ValueError):
        if found := _DATED.search(name):
            return date(*map(int, found.groups()))
    return None


def _live(records: pa.Table) -> pa.Table:
    return records.filter(pc.invert(records["deleted"]))


def _cells(records: pa.Table) -> Cells:
    """The cell of each place."""
    fine = _live(records)["h3_r9"].drop_null()
    distinct, of_row = np.unique(fine.to_numpy().astype(np.int64), return_inverse=True)
    return parents(distinct, RESOLUTION)[of_row] if len(distinct) else _NONE


def _inside(found: Cells, force: str) -> int:
    area = area_of(force)
    return len(found) if area is None else int(np.isin(found, area).sum())


def _span(records: pa.Table) -> tuple[date, date] | None:
    """The first and the last day, on the clock in Great Britain."""
    began = pc.min_max(_live(records)["occurred_from"])
    first, last = began["min"].as_py(), began["max"].as_py()
    if first is None:
        return None
    return _day(first), _day(last)


def _day(instant: datetime) -> date:
    return instant.astimezone(LONDON).date()
