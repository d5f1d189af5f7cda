"""To erase a record or some days: tombstone first, then tables, raw bytes, versions."""

from datetime import date, datetime

from transforms.errors import UsageError
from transforms.records.doomed import names
from transforms.records.homes import ForceHome
from transforms.records.removal import Removed, enforce


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
        home.tombstones.begin({})
        home.tombstones.add([reference])
        return _carried_out(home, who, now, (reference,))


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
        home.tombstones.begin({"days": days})
        return _carried_out(home, who, now)


def _carried_out(
    home: ForceHome, who: str, now: datetime, mentions: tuple[str, ...] = ()
) -> Removed:
    """What was begun, done and told."""
    done = enforce(home, now, mentions)
    home.audit.append(now, who, "erased", vars(done))
    return done
