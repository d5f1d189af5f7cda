"""The ledger of a force's feed: one entry for each drop that was ever taken or refused.

It is committed last, so that a drop which is not in it is read again.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

import pyarrow as pa

from transforms.lake.lake import Lake
from transforms.lake.schemas import DROPS
from transforms.reference.days import LONDON


TABLE = "drops"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What became of one drop."""

    force: str
    name: str
    offered_hmac: str
    mapping_sha256: str
    received_at: datetime
    observed: Literal["supplied", "rejected"]
    reason: str | None = None  # why it is rejected or, supplied, in doubt
    raw_sha256: str | None = None
    rows_in: int | None = None
    accepted: int | None = None
    deleted: int | None = None
    quarantined: int | None = None
    calls: int | None = None
    erased: int | None = None
    located: int | None = None
    ambiguous: int | None = None
    first_day: date | None = None

    @property
    def is_rejected(self) -> bool:
        """Whether nothing of it was taken."""
        return self.observed == "rejected"

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
    """The ledger with new entries; an entry that repeats an old one changes nothing.

    An accepted drop stays accepted, as it was last read: one that retention had cut may
    be read again, and is as doubtful as it was. For rejected drops, keep only the
    latest entry of a name, and remove it once other bytes of that name are accepted.
    """
    found = {entry.key: entry for entry in ledger}
    for entry in new:
        known = found.get(entry.key)
        if known and known.observed == "supplied":
            if entry.observed == "supplied":
                is_same = entry.mapping_sha256 == known.mapping_sha256
                doubt = entry.reason or (known.reason if is_same else None)
                found[entry.key] = replace(
                    entry, received_at=known.received_at, reason=doubt
                )
            continue
        if known and replace(entry, received_at=known.received_at) == known:
            continue
        for key in [k for k, e in found.items() if e.name == entry.name]:
            if found[key].is_rejected:
                del found[key]
        found[entry.key] = entry
    return sorted(found.values(), key=lambda entry: entry.key)


def without_gone(ledger: Iterable[Entry], refused: Collection[str]) -> list[Entry]:
    """The ledger without the rejected drops whose names are not among those refused.

    They are offered no more, or with other bytes, which are stored: nobody has to mend
    them any more.
    """
    return [e for e in ledger if e.observed == "supplied" or e.name in refused]


def commit(lake: Lake, force: str, ledger: list[Entry], before: list[Entry]) -> None:
    """Replace a force's entries, where any differs."""
    if ledger != before:
        rows = pa.Table.from_pylist([vars(e) for e in ledger], schema=DROPS)
        lake.commit(TABLE, force, [lake.write(TABLE, {"force": force}, rows)])
