"""What a drop would bring, in numbers: never a reference, a place or a row's text."""

import math
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.feeds.force.mapping import ForceMapping
from transforms.feeds.force.sift import SiftedDrop
from transforms.reference.cells import parents
from transforms.reference.days import LONDON
from transforms.reference.force_areas import RESOLUTION, area_of


_LINES_SHOWN = 5
_ENOUGH = 20  # places to judge by
_FEW_SHARE = 0.1


@dataclass(frozen=True)
class BrokenRule:
    """The rows that break one rule."""

    rows: int
    first_lines: list[int]


@dataclass(frozen=True)
class OddHours:
    """Rows in one of the clock's two odd hours, and what is done with them."""

    rows: int
    done: str


class Bounds(NamedTuple):
    """What contains all places, in whole tenths of a degree."""

    south: float
    north: float
    west: float
    east: float


@dataclass(frozen=True, kw_only=True)
class DropAccount:
    """One drop in numbers."""

    force: str
    rows_in: int
    accepted: int
    deleted: int  # of those accepted
    quarantined: dict[str, BrokenRule]  # by rule
    first_day: str | None  # of occurred_from, on the clock in Great Britain
    last_day: str | None
    days_without: int  # days between them on which nothing begins
    categories: dict[str, int]
    located: int
    in_area: int
    ambiguous: OddHours
    skipped: OddHours
    repeated_references: int  # rows whose reference an earlier row has
    past_retention: int
    repairs: list[str]
    open_ends: int  # rows whose end lies after receipt, and counts as unknown
    coarse: int  # of those located, to a hundred metres
    near_area: (
        int | None
    )  # of those located, in or near the force's area, if it is known
    bounds: Bounds | None  # of those located, if they are many
    at_one_point: int  # of those located, at the commonest point
    midnight: int  # records with a time, which is 00:00


def off_its_area(account: DropAccount) -> bool:
    """Whether nearly all places of a drop lie away from its force's area."""
    near, located = account.near_area, account.located
    return near is not None and located >= _ENOUGH and near <= _FEW_SHARE * located


def nowhere(located: int, in_area: int) -> bool:
    """Whether a drop gives places, and none of them lies in England or Wales."""
    return located > 0 and in_area == 0


def account_of(
    sifted: SiftedDrop, mapping: ForceMapping, received_at: datetime
) -> DropAccount:
    """The numbers of a sifted drop."""
    records = sifted.records.reveal()
    live = records.filter(pc.invert(records["deleted"]))
    days = _days(live)
    kept_from = received_at - timedelta(days=mapping.retention_days)
    old = pc.less(
        live["occurred_from"], pa.scalar(kept_from, pa.timestamp("us", "UTC"))
    )
    counted = Counter(live["category"].to_pylist())
    return DropAccount(
        force=mapping.force,
        rows_in=sifted.rows_in,
        accepted=len(records),
        deleted=len(records) - len(live),
        quarantined=_by_rule(sifted.quarantined),
        first_day=str(min(days)) if days else None,
        last_day=str(max(days)) if days else None,
        days_without=(max(days) - min(days)).days + 1 - len(days) if days else 0,
        categories=dict(sorted(counted.items())),
        located=len(live) - live["longitude"].null_count,
        in_area=_count(live["in_area"]),
        ambiguous=OddHours(sifted.ambiguous, _DONE[mapping.times.ambiguous]),
        skipped=OddHours(sifted.skipped, _DONE[mapping.times.skipped]),
        repeated_references=len(records) - len(pc.unique(records["reference"])),
        past_retention=_count(old),
        repairs=list(sifted.repairs),
        open_ends=sifted.open_ends,
        coarse=sifted.coarse,
        near_area=_near_area(live, mapping.force),
        bounds=_bounds(live),
        at_one_point=_at_one_point(live),
        midnight=_midnight(live),
    )


def _near_area(live: pa.Table, force: str) -> int | None:
    area = area_of(force)
    if area is None:
        return None
    fine = live["h3_r9"].drop_null().to_numpy().astype(np.int64)
    return int(np.isin(parents(fine, RESOLUTION), area).sum()) if len(fine) else 0


def _bounds(live: pa.Table) -> Bounds | None:
    ends = [pc.min_max(live[name]) for name in ("latitude", "longitude")]
    if len(live) - live["latitude"].null_count < _ENOUGH:
        return None  # of a few, it would say where they were
    south, west = (math.floor(10 * e["min"].as_py()) / 10 for e in ends)
    north, east = (math.ceil(10 * e["max"].as_py()) / 10 for e in ends)
    return Bounds(south, north, west, east)


def _at_one_point(live: pa.Table) -> int:
    places = live.select(["longitude", "latitude"]).drop_null()
    counted = places.group_by(places.column_names).aggregate([([], "count_all")])
    return int(pc.max(counted["count_all"]).as_py() or 0)


def _midnight(live: pa.Table) -> int:
    timed = live.filter(pc.equal(live["time_precision"], "minute"))
    local = pc.local_timestamp(
        timed["occurred_from"].cast(pa.timestamp("us", LONDON.key))
    )
    at = pc.add(pc.multiply(pc.hour(local), 60), pc.minute(local))
    return _count(pc.equal(at, 0))


_DONE = {
    "earlier": "taken for the first time the clock showed them",
    "later": "taken for the second time the clock showed them",
    "shift": "put forward by an hour",
    "quarantine": "quarantined",
}


def _count(mask: pa.ChunkedArray) -> int:
    return int(pc.sum(mask).as_py() or 0)


def _days(live: pa.Table) -> set[datetime]:
    instants = live["occurred_from"].to_pylist()
    return {instant.astimezone(LONDON).date() for instant in instants}


def _by_rule(quarantined: pa.Table) -> dict[str, BrokenRule]:
    """By rule, the commonest first."""
    lines: dict[str, list[int]] = {}
    for rule, line in zip(
        quarantined["rule"].to_pylist(),
        quarantined["raw_line"].to_pylist(),
        strict=True,
    ):
        lines.setdefault(rule, []).append(line)
    return {
        rule: BrokenRule(len(broken), broken[:_LINES_SHOWN])
        for rule, broken in sorted(
            lines.items(), key=lambda item: (-len(item[1]), item[0])
        )
    }
