"""What changed of a day's hot spots since an earlier as-of: new, gone and kept."""

from typing import Any

import pyarrow as pa

from transforms.publications.schemas import HOTSPOT_CHANGES
from transforms.reference.days import HORIZONS_DAYS


_NOW = ("hotspot_rank", "expected")
_WHERE = ("force", "crime_group", "hotspot_id", "name", "top_cell", "lat", "lon")
_ORDER = ("new", "gone", "kept")


def hotspot_changes(now: pa.Table, before: pa.Table | None) -> pa.Table:
    """Every hot spot of either as-of, by group, change and rank; one day ahead.

    Both are hot spots of a day; without an earlier one the table is empty.
    """
    if before is None or not len(before):
        return HOTSPOT_CHANGES.empty_table()
    newer, older = _by_id(now), _by_id(before)
    as_ofs = {"as_of": now["as_of"][0], "previous_as_of": before["as_of"][0]}
    facts = {name: value.as_py() for name, value in as_ofs.items()}
    rows = [
        _change(newer.get(key), older.get(key)) | facts
        for key in dict.fromkeys([*newer, *older])
    ]
    rows.sort(key=_place)
    return pa.Table.from_pylist(rows, schema=HOTSPOT_CHANGES)


def _by_id(spots: pa.Table) -> dict[tuple[str, str], dict[str, Any]]:
    """Both horizons have the same hot spots and ranks: one is enough."""
    return {
        (spot["crime_group"], spot["hotspot_id"]): spot
        for spot in spots.to_pylist()
        if spot["horizon_days"] == HORIZONS_DAYS[0]
    }


def _change(
    now: dict[str, Any] | None, before: dict[str, Any] | None
) -> dict[str, Any]:
    known = now or before or {}
    return {
        **{name: known[name] for name in _WHERE},
        "change": change_of(is_now=now is not None, was_before=before is not None),
        **{name: now[name] if now else None for name in _NOW},
        "previous_rank": before["hotspot_rank"] if before else None,
        "previous_expected": before["expected"] if before else None,
    }


def change_of(*, is_now: bool, was_before: bool) -> str:
    """What became of a hot spot that is in one of two as-ofs, or in both."""
    return "kept" if is_now and was_before else "new" if is_now else "gone"


def _place(row: dict[str, Any]) -> tuple[str, int, int, str]:
    rank = row["hotspot_rank"] or row["previous_rank"]
    return row["crime_group"], _ORDER.index(row["change"]), rank, row["hotspot_id"]
