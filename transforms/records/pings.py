"""Pings of radios: kept for some days, by unit only as a keyed hash, then removed.

What is made of them, visits without a unit, stays.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from transforms.lake.data_files import read_files
from transforms.lake.schemas import PINGS, plain
from transforms.lake.tables import TABLES
from transforms.records.homes import ForceHome
from transforms.records.tables import PINGS_TABLE
from transforms.records.vacuum import forget
from transforms.reference.days import LONDON
from transforms.restricted import Restricted


_ORDER = ("programme", "unit", "reported_at")
_PLAIN = pa.schema([plain(field) for field in PINGS])


def kept_from(home: ForceHome, now: datetime) -> date:
    """The first day whose pings are kept."""
    days = timedelta(days=home.home.patrol.ping_days)
    return now.astimezone(LONDON).date() - days


def stored_pings(home: ForceHome, days: Sequence[date]) -> Restricted:
    """The pings of some days."""
    wanted = {str(day) for day in days}
    files = home.lake.files(PINGS_TABLE, home.force)
    of_days = [file for file in files if file.partition["day"] in wanted]
    return Restricted(read_files(of_days, TABLES[PINGS_TABLE]).cast(_PLAIN))


def replace_pings(home: ForceHome, days: Sequence[date], rows: Restricted) -> None:
    """Make the pings of those days these, in one commit."""
    every, added = rows.reveal(), []
    keys = [(name, "ascending") for name in _ORDER]
    for day in days:
        of_day = every.filter(pc.equal(every["day"], str(day)))
        if len(of_day):
            ordered = of_day.take(pc.sort_indices(of_day, sort_keys=keys))
            partition = {"force": home.force, "day": str(day)}
            added.append(home.lake.write(PINGS_TABLE, partition, ordered))
    home.lake.commit(PINGS_TABLE, home.force, added, [str(day) for day in days])


def remove_ping_days(home: ForceHome, days: Sequence[date]) -> int:
    """Remove the pings of some days; how many days had any."""
    wanted = {str(day) for day in days}
    files = home.lake.files(PINGS_TABLE, home.force)
    gone = sorted({file.partition["day"] for file in files} & wanted)
    if gone:
        home.lake.commit(PINGS_TABLE, home.force, [], gone)
        forget(home.lake)
    return len(gone)


def are_old_pings(home: ForceHome, now: datetime) -> bool:
    """Whether there are pings that are kept no longer."""
    return bool(_old(home, now))


def remove_old_pings(home: ForceHome, now: datetime) -> int:
    """Remove pings that are kept no longer; how many days."""
    return remove_ping_days(home, _old(home, now))


def _old(home: ForceHome, now: datetime) -> list[date]:
    first = kept_from(home, now)
    files = home.lake.files(PINGS_TABLE, home.force)
    days = {date.fromisoformat(file.partition["day"]) for file in files}
    return sorted(day for day in days if day < first)
