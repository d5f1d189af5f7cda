"""What a newer release changed of the incidents that are stored, month by month."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

import sql


REVISION = ("rows_added", "rows_gone", "rows_moved", "rows_outcome_changed")
COMPARED = ("crime_id", "category", "longitude", "latitude", "outcome")


@dataclass(frozen=True)
class Differing:
    """The rows of a month in two releases, without those that are alike in both."""

    month: str
    before: pa.Table
    after: pa.Table


def differing(month: str, before: pa.Table, after: pa.Table) -> Differing:
    """Two releases of a month, without the rows that both have in the same place.

    Leaving out a row on both sides changes no count, and most rows of most releases
    are as they were, in the same order. Text comes without dictionaries.
    """
    both = min(len(before), len(after))
    sides = [rows.select(COMPARED) for rows in (before, after)]
    placed = [rows.slice(0, both) for rows in sides]
    other = pc.invert(_alike(placed[0], placed[1], COMPARED))
    left = [
        pa.concat_tables([same.filter(other), rows.slice(both)])
        for same, rows in zip(placed, sides, strict=True)
    ]
    return Differing(month, *left)


def same_values(before: pa.Table, after: pa.Table, names: Sequence[str]) -> bool:
    """Whether those columns of two releases are the same, row by row."""
    return all(before[name].equals(after[name]) for name in names)


def _alike(before: pa.Table, after: pa.Table, names: Sequence[str]) -> pa.Array:
    """Which rows are the same in both tables, where empty is the same as empty."""
    alike = pa.repeat(True, len(before))
    for name in names:
        then, now = before[name], after[name]
        if then.equals(now):  # one call for the five below, of most columns
            continue
        empty = pc.and_(pc.is_null(then), pc.is_null(now))
        same = pc.or_(pc.fill_null(pc.equal(then, now), False), empty)
        alike = pc.and_(alike, same)
    return alike


def revisions(compared: Iterable[Differing]) -> dict[str, dict[str, int]]:
    """By month, what became of its rows; months without any that differs are left out.

    Months with an id that repeats, or a row without one, are compared in one query,
    which costs about the same as one for each.
    """
    found: dict[str, dict[str, int]] = {}
    unclear = []
    for month in compared:
        if not (len(month.before) or len(month.after)):
            continue
        if counts := _of_clear_ids(month):
            found[month.month] = counts
        else:
            unclear.append(month)
    return found | _of_any_ids(unclear)


def _of_clear_ids(month: Differing) -> dict[str, int] | None:
    """The counts where each row has an id of its own; None where one has not."""
    ids, now_ids = month.before["crime_id"], month.after["crime_id"]
    for side in (ids, now_ids):
        if side.null_count or pc.count_distinct(side).as_py() < len(side):
            return None
    at = pc.index_in(now_ids, value_set=ids)
    then, now = month.before.take(at.drop_null()), month.after.filter(at.is_valid())
    counts = (
        at.null_count,
        len(ids) - len(now),
        _others(then, now, ("longitude", "latitude")),
        _others(then, now, ("outcome",)),
    )
    return dict(zip(REVISION, counts, strict=True))


def _others(then: pa.Table, now: pa.Table, names: Sequence[str]) -> int:
    alike: int = pc.sum(_alike(then, now, names)).as_py() or 0
    return len(now) - alike


def _of_any_ids(months: Sequence[Differing]) -> dict[str, dict[str, int]]:
    if not months:
        return {}
    sides = {
        "before": _together((month.month, month.before) for month in months),
        "after": _together((month.month, month.after) for month in months),
    }
    rows = sql.run("revisions", sides).to_pylist()
    return {row["month"]: {name: row[name] for name in REVISION} for row in rows}


def _together(months: Iterable[tuple[str, pa.Table]]) -> pa.Table:
    return pa.concat_tables(
        rows.append_column("month", pa.repeat(month, len(rows)))
        for month, rows in months
    )
