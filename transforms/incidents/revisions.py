"""What a newer release changed of the incidents that are stored, month by month."""

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

import sql
from transforms.lake.schemas import INCIDENTS, conform, plain


REVISION = ("rows_added", "rows_gone", "rows_moved", "rows_outcome_changed")
COMPARED = ("month", "crime_id", "category", "longitude", "latitude", "outcome")

_COMPARED = pa.schema([plain(INCIDENTS.field(name)) for name in COMPARED])


@dataclass(frozen=True)
class Differing:
    """The rows of a month in two releases, without those that are alike in both."""

    before: pa.Table
    after: pa.Table


def differing(before: pa.Table, after: pa.Table) -> Differing:
    """Two releases of a month, without the rows that both have in the same place.

    Leaving out a row on both sides changes no count, and most rows of most releases
    are as they were, in the same order. Where rows were added or are gone, all stay.
    """
    sides = [conform(rows.select(COMPARED), _COMPARED) for rows in (before, after)]
    if len(before) == len(after):
        other = pc.invert(_alike(*sides))
        sides = [rows.filter(other) for rows in sides]
    return Differing(*sides)


def _alike(before: pa.Table, after: pa.Table) -> pa.ChunkedArray:
    """Which rows are the same in both tables, where empty is the same as empty."""
    alike = pc.equal(before["month"], after["month"])
    for name in COMPARED[1:]:
        then, now = before[name], after[name]
        empty = pc.and_(pc.is_null(then), pc.is_null(now))
        same = pc.or_(pc.fill_null(pc.equal(then, now), False), empty)
        alike = pc.and_(alike, same)
    return alike


def revisions(compared: Iterable[Differing]) -> dict[str, dict[str, int]]:
    """By month, what became of its rows; months without any that differs are left out.

    All months are compared in one query, which costs about the same as one for each.
    """
    months = list(compared)
    if not any(len(month.before) or len(month.after) for month in months):
        return {}
    sides = {
        "before": pa.concat_tables(month.before for month in months),
        "after": pa.concat_tables(month.after for month in months),
    }
    rows = sql.run("revisions", sides).to_pylist()
    return {row["month"]: {name: row[name] for name in REVISION} for row in rows}
