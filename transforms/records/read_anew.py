"""Drops whose places are in doubt, read whole again once the mapping is mended.

Of other drops what was accepted stays as it was read. Here all of it may be misread:
nobody has accepted it, and nothing was published from it.
"""

from datetime import datetime

from transforms.errors import LakeError
from transforms.records import ledger
from transforms.records.cut_off import Noted, from_raw, note
from transforms.records.homes import ForceHome
from transforms.records.landing import Landed, commit, rejected
from transforms.records.ledger import Entry
from transforms.records.removal import erased_by
from transforms.records.to_remove import ToRemove, span_of


def to_read_anew(home: ForceHome) -> list[Entry]:
    """The drops in doubt that another mapping has read."""
    return [
        entry
        for entry in ledger.supplied(ledger.drops(home.lake, home.force))
        if entry.reason
        and entry.raw_sha256
        and entry.mapping_sha256 != home.mapping_sha256
        and not home.feed.accepts(entry.name)
    ]


def read_anew(home: ForceHome, now: datetime) -> list[Landed]:
    """Put what the present mapping reads in place of each of those drops.

    One that it refuses is among those returned, and stays as it is.
    """
    found = []
    for entry in to_read_anew(home):
        spans = tuple(span_of(*days) for days in home.tombstones.days())
        to_remove = ToRemove(erased_by(home), spans)
        raw = str(entry.raw_sha256)
        drop = Noted(entry.name, raw, entry.offered_hmac)
        try:
            landed = from_raw(home, drop, to_remove, now)
        except LakeError as error:
            landed = rejected(entry, str(error))
        if not landed.entry.is_rejected:
            note(home, [landed])
            commit(home, [landed], {raw})
        found.append(landed)
    return found
