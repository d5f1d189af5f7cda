"""What a drop would bring, in numbers: never a reference, a place or a row's text."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from transforms.feeds.force.mapping import ForceMapping
from transforms.feeds.force.sift import SiftedDrop


_LINES_TOLD = 5
_CLOCK = ZoneInfo("Europe/London")


@dataclass(frozen=True)
class HeldBack:
    """The rows that one rule holds back."""

    rows: int
    first_lines: list[int]


@dataclass(frozen=True)
class OddHours:
    """Rows in one of the clock's two odd hours, and what is done with them."""

    rows: int
    done: str


@dataclass(frozen=True)
class DropAccount:
    """One drop in numbers."""

    force: str
    rows_in: int
    accepted: int
    deleted: int  # of those accepted
    quarantined: dict[str, HeldBack]  # by rule
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
        quarantined=_held_back(sifted.quarantined),
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
    )


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
    return {instant.astimezone(_CLOCK).date() for instant in instants}


def _held_back(quarantined: pa.Table) -> dict[str, HeldBack]:
    """By rule, the commonest first."""
    lines: dict[str, list[int]] = {}
    for rule, line in zip(
        quarantined["rule"].to_pylist(),
        quarantined["raw_line"].to_pylist(),
        strict=True,
    ):
        lines.setdefault(rule, []).append(line)
    return {
        rule: HeldBack(len(held), held[:_LINES_TOLD])
        for rule, held in sorted(
            lines.items(), key=lambda item: (-len(item[1]), item[0])
        )
    }
