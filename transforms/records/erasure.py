"""To erase a record or some days: tombstone first, then tables, raw bytes, versions."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from transforms.errors import UsageError
from transforms.records.doomed import Doomed, names, span_of
from transforms.records.homes import ForceHome
from transforms.records.removal import Removed, enforce
from transforms.records.tables import held_records


def erase_reference(
    home: ForceHome, reference: str, why: str, who: str, now: datetime
) -> Removed:
    """Erase one record, in whatever version, and refuse it from now on."""
    reference = reference.strip()
    if not reference:
        raise UsageError("erase: the reference is empty")
    if names(why, reference):
        raise UsageError("erase: the reason names the reference, and would keep it")
    with home.alone():
        enforce(home, now)  # what another erasure has left
        home.audit.append(now, who, "erase", {"why": why, "of": "a reference"})
        home.tombstones.add([reference])
        return _carry_out(home, {}, who, now, (reference,))


def erase_days(
    home: ForceHome, first: date, last: date, why: str, who: str, now: datetime
) -> Removed:
    """Erase what began on those days, and refuse its references from now on."""
    if last < first:
        raise UsageError(f"erase: {last} is before {first}")
    days = [str(first), str(last)]
    with home.alone():
        enforce(home, now)
        home.audit.append(now, who, "erase", {"why": why, "days": days})
        doomed = Doomed(lambda _: False, (span_of(first, last),))
        rows = held_records(home.lake, home.force).reveal()
        found = rows["reference"].filter(doomed.mask(rows))
        # begun first: of days, unlike of a reference, the tombstones do not tell
        home.tombstones.begin({"days": days})
        home.tombstones.add(_texts(found))
        return _carry_out(home, {"days": days}, who, now)


def _carry_out(
    home: ForceHome,
    begun: dict[str, Any],
    who: str,
    now: datetime,
    mentions: tuple[str, ...] = (),
) -> Removed:
    home.tombstones.begin(begun)
    done = enforce(home, now, mentions)
    home.audit.append(now, who, "erased", vars(done))
    return done


def _texts(column: pa.ChunkedArray) -> Sequence[str]:
    return list(pc.unique(column).to_pylist())
