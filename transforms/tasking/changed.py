"""What changed since the last pack, or since the forecast where it is the first.

A place rose or fell only where its count is beyond the interval that 95 of 100 such
places have: the frozen forecast, times how the rest of the force did, in the months or
days that no pack has seen. The counts and the interval are the tracker's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from transforms.homes.home import Home
from transforms.impact.place_rows import PlaceRow
from transforms.impact.programme_counts import ProgrammeCounts
from transforms.programmes.basis import Basis
from transforms.programmes.programme import Programme, all_programmes, open_programme
from transforms.programmes.register import Register, Standing
from transforms.reference import cells
from transforms.reference.arrays import Cells
from transforms.reference.clocks import Period
from transforms.reference.months import month_range


ROSE, FELL, LEFT, JOINED = "rose", "fell", "left", "joined"
_FINE = 11  # the resolution in which grounds are compared
_WORDS = {"above": ROSE, "below": FELL}


@dataclass(frozen=True, kw_only=True)
class Changed:
    """What changed at the places of a programme."""

    since: Period  # the newest that the last pack saw, or that the forecast knew
    periods: Sequence[Period]  # those that count since then; none where none came
    missing: Sequence[Period]  # those of them that cannot be compared
    rows: Mapping[str, PlaceRow]  # by place; none where no period came
    left: Sequence[str]  # places that left since then
    list_before: str | None  # the programme whose places this one took over
    joined: Sequence[str]  # places that it did not have
    gone: Sequence[str]  # its places that this one does not have

    @property
    def newest(self) -> Period:
        """The newest period that this pack has seen."""
        return max([self.since, *self.periods])

    def word(self, place: str) -> str | None:
        """What happened to a place, if anything did."""
        if place in self.left:
            return LEFT
        row = self.rows.get(place)
        moved = _WORDS.get(row.word) if row and row.periods else None
        return moved or (JOINED if place in self.joined else None)

    def places(self, word: str) -> list[str]:
        """The places that rose or fell."""
        return [place for place in self.rows if self.word(place) == word]


def changed(
    home: Home,
    basis: Basis,
    programme: Programme,
    standing: Standing,
    since: Period,
    before: date | None,
    last: date,
) -> Changed:
    """What changed up to a day; `before` is the last day of the pack before, if any."""
    standing = replace(standing, left=_left(standing, last))
    periods, missing, rows = _counts(home, basis, programme, standing, since, last)
    first = before or standing.starts
    list_before = None if before else _list_before(home, programme, standing)
    taken = joined_and_gone(list_before, programme) if list_before else ([], [])
    return Changed(
        since=since,
        periods=periods,
        missing=missing,
        rows={row.place_id: row for row in rows},
        left=[p for p, day in standing.left.items() if first is None or day > first],
        list_before=list_before.id if list_before else None,
        joined=taken[0],
        gone=taken[1],
    )


def _left(standing: Standing, last: date) -> dict[str, date]:
    """The places that had left by a day."""
    return {place: day for place, day in standing.left.items() if day <= last}


def _counts(
    home: Home,
    basis: Basis,
    programme: Programme,
    standing: Standing,
    since: Any,
    last: date,
) -> tuple[list[Any], list[Any], Sequence[PlaceRow]]:
    rule = programme.rule
    if basis.clock is not programme.clock:
        return [], [], []  # a list of months, brought into a home of days
    if not home.feed and not home.lake.files("incidents", rule.force):
        return [], [], []  # nothing was ingested of it yet
    own = basis.counted(rule.force, programme.group, programme.exclusions, since + 1)
    ended = [one for one in own.periods if one > since and one.last_day <= last]
    if not ended:
        return [], [], []
    span = month_range(since + 1, max(ended))
    counting = [one for one in span if own.comparable(programme.as_of, [one])]
    missing = [one for one in span if one not in counting]
    if not counting:
        return [], missing, []
    return counting, missing, ProgrammeCounts(programme, own, counting, standing).rows


def _list_before(
    home: Home, programme: Programme, standing: Standing
) -> Programme | None:
    """The programme of the same force and group that started last before this one."""
    if standing.starts is None:
        return None
    standings = Register(home).standings()
    earlier = []
    for folder in all_programmes(home):
        of = standings.get(folder.name)
        if of and of.starts and of.starts < standing.starts:
            other = open_programme(home, folder.name)
            if _is_like(other, programme):
                earlier.append((of.starts, other.id, other))
    return max(earlier, default=(None, None, None), key=lambda one: one[:2])[2]


def _is_like(one: Programme, other: Programme) -> bool:
    return (one.rule.force, one.rule.group) == (other.rule.force, other.rule.group)


def joined_and_gone(before: Programme, now: Programme) -> tuple[list[str], list[str]]:
    """The places of a list that touch no ground of another's, both ways round."""
    old, new = ([*map(_fine, one.grounds)] for one in (before, now))
    return _apart(now, new, old), _apart(before, old, new)


def _apart(of: Programme, own: Sequence[Cells], others: Sequence[Cells]) -> list[str]:
    taken = np.concatenate(others)
    ids = of.places["place_id"].to_pylist()
    return [
        place
        for place, ground in zip(ids, own, strict=True)
        if not np.isin(ground, taken).any()
    ]


def _fine(ground: Cells) -> Cells:
    return cells.children(ground, _FINE)
