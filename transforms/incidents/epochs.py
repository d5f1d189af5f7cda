"""Geocoding epochs: spans of months in which the archive's points are the same ones.

police.uk puts incidents on a list of points, and has renewed the whole list: every
place then lies somewhere else, mostly by metres, often in another cell. A count of a
cell is of one epoch. When a force's points were renewed is read off how many of them
recur from month to month, with the dates that are known.
"""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from itertools import pairwise
from statistics import median
from typing import Any

import sql
from transforms.reference.months import Month


# Of a month's points about half recur in the next, and one in thirty at a renewal.
RENEWED_BELOW_SHARE = 0.2
# Where no date is known: far below what is usual in the force, too.
RENEWED_BELOW_USUAL = 1 / 3
# With fewer points a date that is known is believed, and none found that is not.
_LEAST_POINTS = 20
_FOUND_BY_POINTS = 100
_USUAL_OVER_MONTHS = 12


@dataclass(frozen=True)
class Recurrence:
    """How many of a month's points the stored month before it had."""

    month: Month
    before: Month
    points: int  # of the month that has fewer
    shared: int

    @property
    def share(self) -> float:
        """Of the points of the month that has fewer."""
        return self.shared / self.points if self.points else 0.0


def _source() -> bytes:
    return (
        files("transforms.reference")
        .joinpath("data/geocoding_epochs.toml")
        .read_bytes()
    )


def epochs_sha256() -> str:
    """The hash of the data file of known renewals."""
    return sha256(_source()).hexdigest()


@cache
def known_epochs() -> tuple[Month, ...]:
    """The first months on new points that are known, oldest first."""
    data = tomllib.loads(_source().decode())
    return tuple(sorted(Month.parse(fact["first_month"]) for fact in data["epoch"]))


def read_epochs(incidents: sql.Relation) -> tuple[Month, ...]:
    """The first month of each epoch after the first, in a force's incidents."""
    if not len(incidents):
        return ()
    rows = sql.run("point_recurrence", {"incidents": incidents}).to_pylist()
    return epochs_of(recurrences(rows))


def recurrences(rows: Sequence[dict[str, Any]]) -> list[Recurrence]:
    """What point_recurrence.sql answers, month by month."""
    found = []
    for before, row in pairwise(rows):
        fewer = min(row["points"], before["points"])
        month, earlier = (Month.parse(of["month"]) for of in (row, before))
        found.append(Recurrence(month, earlier, fewer, row["shared"]))
    return found


def epochs_of(
    recurring: Iterable[Recurrence], known: Sequence[Month] | None = None
) -> tuple[Month, ...]:
    """The first months on new points: known ones that the points confirm, and found.

    Each is decided by what was stored up to its own month, so that an as-of knows
    nothing later. For months that are not stored, the known date is returned.
    """
    known = known_epochs() if known is None else known
    starts: list[Month] = []
    usual: list[float] = []
    for pair in recurring:
        fact = next((m for m in known if pair.before < m <= pair.month), None)
        if _renewed(pair, fact is not None, usual):
            starts.append(fact or pair.month)
            usual = []
        elif pair.points >= _FOUND_BY_POINTS:
            usual = [*usual, pair.share][-_USUAL_OVER_MONTHS:]
    return tuple(starts)


def _renewed(pair: Recurrence, is_known: bool, usual: Sequence[float]) -> bool:
    if is_known:
        return pair.points < _LEAST_POINTS or pair.share < RENEWED_BELOW_SHARE
    if pair.points < _FOUND_BY_POINTS or not usual:
        return False
    limit = min(RENEWED_BELOW_SHARE, RENEWED_BELOW_USUAL * median(usual))
    return pair.share < limit


def epoch_at(starts: Sequence[Any], period: Any) -> Any:
    """The first period of the epoch that one lies in; None for the first."""
    return max((start for start in starts if start <= period), default=None)
