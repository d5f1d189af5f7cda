"""How a newer release of a month differs from the one before it."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest

import pyarrow as pa


_Row = tuple[str, float | None, float | None, str | None]  # category, point, outcome


@dataclass(frozen=True)
class Revision:
    """Rows of a month that a newer release changed."""

    rows_added: int
    rows_gone: int
    rows_moved: int
    rows_outcome_changed: int


def compare(before: pa.Table, after: pa.Table) -> Revision:
    """What changed from one release's incidents of a month to a later one's.

    Incidents are followed by Crime ID. An id's equal rows are matched first and the
    rest paired in order, since ids repeat. Rows without an id, which nothing follows,
    are told as gone and added.
    """
    added = gone = moved = outcomes = 0
    old, new = _by_id(before), _by_id(after)
    for crime_id in old.keys() | new.keys():
        for was, now in _paired(old[crime_id], new[crime_id], crime_id is not None):
            if was is None:
                added += 1
            elif now is None:
                gone += 1
            else:
                moved += was[1:3] != now[1:3]
                outcomes += was[3] != now[3]
    return Revision(added, gone, moved, outcomes)


def _by_id(incidents: pa.Table) -> dict[bytes | None, Counter[_Row]]:
    columns = ("crime_id", "category", "longitude", "latitude", "outcome")
    rows = zip(*(incidents[name].to_pylist() for name in columns), strict=True)
    found: dict[bytes | None, Counter[_Row]] = defaultdict(Counter)
    for crime_id, *row in rows:
        found[crime_id][tuple(row)] += 1
    return found


def _paired(
    old: Counter[_Row], new: Counter[_Row], followed: bool
) -> Iterable[tuple[_Row | None, _Row | None]]:
    """The rows that differ: each beside what it became, or beside nothing."""
    lost = sorted((old - new).elements(), key=repr)
    won = sorted((new - old).elements(), key=repr)
    if followed:
        return zip_longest(lost, won)
    return [*((row, None) for row in lost), *((None, row) for row in won)]
