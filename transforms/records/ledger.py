"""The ledger of a force's feed: one entry for each drop that was ever taken or refused.

It is committed last, so that a drop which is not in it is read again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

import pyarrow as pa

from transforms.lake import Lake
from transforms.record_schemas import DROPS
from transforms.records.doomed import LONDON


TABLE = "drops"


@dataclass(frozen=True)
class Entry:
    """What became of one drop."""

    force: str
    name: str
    offered_hmac: str
    mapping_sha256: str
    received_at: datetime
    observed: Literal["supplied", "rejected"]
    reason: str | None = None
    raw_sha256: str | None = None
    rows_in: int | None = None
    accepted: int | None = None
    deleted: int | None = None
    quarantined: int | None = None
    erased: int | None = None
    located: int | None = None
    ambiguous: int | None = None
    first_day: date | None = None

    @property
    def key(self) -> tuple[str, str]:
        """A drop is what was offered by a name."""
        return self.name, self.offered_hmac


def drops(lake: Lake, force: str) -> list[Entry]:
    """The drops of a force, in the order of their names."""
    return [Entry(**row) for row in lake.read(TABLE, force).to_pylist()]


def supplied(ledger: Iterable[Entry]) -> list[Entry]:
    """Those that were taken."""
    return [entry for entry in ledger if entry.observed == "supplied"]


def newest_day(taken: Iterable[Entry]) -> date:
    """The day, in London, on which the newest drop came: it was not over then."""
    came = (entry.received_at.astimezone(LONDON).date() for entry in taken)
    return max(came, default=date.max)


def merged(ledger: Iterable[Entry], new: Iterable[Entry]) -> list[Entry]:
    """The ledger with new entries: what is told again stays as it was first told.

    A drop once taken stays taken. Of refusals the last of a name is kept, and none
    where the name was taken by other bytes since.
    """
    found = {entry.key: entry for entry in ledger}
    for entry in new:
        held = found.get(entry.key)
        if held and held.observed == "supplied":
            continue
        if held and replace(entry, received_at=held.received_at) == held:
            continue
        for key in [k for k, e in found.items() if e.name == entry.name]:
            if found[key].observed == "rejected":
                del found[key]
        found[entry.key] = entry
    return sorted(found.values(), key=lambda entry: entry.key)


def commit(lake: Lake, force: str, ledger: list[Entry], before: list[Entry]) -> None:
    """Replace a force's entries, where any differs."""
    if ledger != before:
        rows = pa.Table.from_pylist([vars(e) for e in ledger], schema=DROPS)
        lake.commit(TABLE, force, [lake.write(TABLE, {"force": force}, rows)])
