"""A past list, and past lists as rows of a file."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import pyarrow as pa

from transforms.programmes.schemas import past_lists_schema
from transforms.programmes.sums import Sums
from transforms.reference.clocks import Clock
from transforms.reference.days import Day, parse_period


_DECIMALS = 6


@dataclass(frozen=True)
class Past:
    """One past list: whose it was, and how it did."""

    force: str
    as_of: str
    length: int  # months after the as-of, or days of a force's own feed
    sums: Sums
    before: float | None  # incidents there in as long a time up to the as-of

    @property
    def of_days(self) -> bool:
        """Whether it is of a force's own feed."""
        return isinstance(parse_period(self.as_of), Day)


def apart(past: Sequence[Past]) -> list[Past]:
    """Those lists whose windows, taken in order, share no time with another."""
    alone: list[Past] = []
    last: dict[str, Any] = {}
    for one in sorted(past, key=lambda one: (one.force, one.as_of)):
        as_of: Any = parse_period(one.as_of)
        if one.force not in last or as_of.since(last[one.force]) >= one.length:
            last[one.force] = as_of
            alone.append(one)
    return alone


def past_table(past: Iterable[Past], clock: Clock) -> pa.Table:
    """Past lists as rows."""
    rows = [
        {
            "force": one.force,
            "as_of": one.as_of,
            clock.unit: one.length,
            **{n: round(value, _DECIMALS) for n, value in asdict(one.sums).items()},
            "before": one.before,
            "log_ratio": round(one.sums.log_ratio, _DECIMALS),
        }
        for one in past
    ]
    return pa.Table.from_pylist(rows, schema=past_lists_schema(clock))


def past_of(table: pa.Table) -> list[Past]:
    """The past lists of such rows."""
    return [
        Past(
            force=row["force"],
            as_of=row["as_of"],
            length=row["months"] if "months" in row else row["days"],
            sums=Sums(*(row[field.name] for field in fields(Sums))),
            before=row["before"],
        )
        for row in table.to_pylist()
    ]
