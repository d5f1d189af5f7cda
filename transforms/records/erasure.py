"""To erase a record or some days: tombstone first, then tables, raw bytes, versions."""

from datetime import date, datetime

import pyarrow.compute as pc

from transforms.errors import UsageError, WithheldError
from transforms.records.homes import ForceHome
from transforms.records.removal import Removed, finish, going_of, refuse_lost_ledger
from transforms.records.retention import SHARE
from transforms.records.to_remove import ToRemove, names, span_of


def erase_reference(
    home: ForceHome, reference: str, why: str, who: str, now: datetime
) -> Removed:
    """Erase one record, in whatever version, and refuse it from now on."""
    reference = reference.strip()
    if not reference:
        raise UsageError("erase: the reference is empty")
    if names(why, reference):
        raise UsageError("erase: the reason names the reference, and would keep it")
    with home.changed("an erasure"):
        started = _ready(home, now)
        home.audit.append(now, who, "erase", {"why": why, "of": "a reference"})
        home.tombstones.begin({})
        home.tombstones.add([reference])
        return started + _carried_out(home, who, now, (reference,))


def erase_days(
    home: ForceHome,
    first: date,
    last: date,
    why: str,
    who: str,
    now: datetime,
    confirmed: bool = False,
) -> Removed:
    """Erase what began on those days, and refuse its references from now on.

    `WithheldError` where that is so much of all records that the days may be mistyped.
    """
    if last < first:
        raise UsageError(f"erase: {last} is before {first}")
    days = [str(first), str(last)]
    with home.changed("an erasure"):
        started = _ready(home, now)
        if not confirmed:
            _refuse_many(home, first, last)
        home.audit.append(now, who, "erase", {"why": why, "days": days})
        home.tombstones.begin({"days": days})
        return started + _carried_out(home, who, now)


def _refuse_many(home: ForceHome, first: date, last: date) -> None:
    """What is erased is refused for good: of much of it somebody is to be sure."""
    to_remove = ToRemove(None, (span_of(first, last),))
    going = going_of(home, to_remove, None)
    number = int(pc.sum(going).as_py() or 0)
    if number > SHARE * len(going):
        raise WithheldError(
            f"erase is withheld: {number:,} of {len(going):,} records began from"
            f" {first} to {last}; nothing was erased. If this is right, run it again"
            " with --confirm"
        )


def _ready(home: ForceHome, now: datetime) -> Removed:
    """What another removal has left is done first; nothing begins that cannot end."""
    refuse_lost_ledger(home)
    return finish(home, now)


def _carried_out(
    home: ForceHome, who: str, now: datetime, mentions: tuple[str, ...] = ()
) -> Removed:
    """Do what was begun, and log it."""
    done = finish(home, now, mentions)
    home.log(now, who, "erased", vars(done))
    return done
