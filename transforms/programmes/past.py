"""A past list, and past lists as rows of a file."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields

import pyarrow as pa

from transforms.programmes.schemas import PAST_LISTS
from transforms.programmes.sums import Sums
from transforms.reference.months import Month


_DECIMALS = 6


@dataclass(frozen=True)
class Past:
    """One past list: whose it was, and how it did."""

    force: str
    as_of: str
    months: int  # after the as-of
    sums: Sums
    before: float | None  # incidents there in as many months up to the as-of


def apart(past: Sequence[Past]) -> list[Past]:
    """Those lists whose windows, taken in order, share no month with another."""
    alone: list[Past] = []
    last: dict[str, Month] = {}
    for one in sorted(past, key=lambda one: (one.force, one.as_of)):
        as_of = Month.parse(one.as_of)
        if one.force not in last or as_of.since(last[one.force]) >= one.months:
            last[one.force] = as_of
            alone.append(one)
    return alone


def past_table(past: Iterable[Past]) -> pa.Table:
    """Past lists as rows."""
    rows = [
        {
            "force": one.force,
            "as_of": one.as_of,
            "months": one.months,
            **{n: round(value, _DECIMALS) for n, value in asdict(one.sums).items()},
            "before": one.before,
            "log_ratio": round(one.sums.log_ratio, _DECIMALS),
        }
        for one in past
    ]
    return pa.Table.from_pylist(rows, schema=PAST_LISTS)


def past_of(table: pa.Table) -> list[Past]:
    """The past lists of such rows."""
    return [
        Past(
            force=row["force"],
            as_of=row["as_of"],
            months=row["months"],
            sums=Sums(*(row[field.name] for field in fields(Sums))),
            before=row["before"],
        )
        for row in table.to_pylist()
    ]
