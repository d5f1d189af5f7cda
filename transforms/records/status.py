"""What a home holds of its feed, in numbers and days."""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from transforms.records import ledger
from transforms.records.days import Days, days_of
from transforms.records.doomed import LONDON
from transforms.records.held import live_records, records_by_day
from transforms.records.homes import ForceHome
from transforms.records.tables import held_back, held_records


_TRIES = 5


@dataclass(frozen=True)
class FeedStatus:
    """A force's feed as it stands."""

    force: str
    drops: int
    rejected: int  # drops
    received_at: datetime | None  # of the newest drop
    records: int  # live ones
    deleted: int
    tombstones: int
    quarantined: dict[str, int]  # by rule, the commonest first
    days: Days
    stopped: bool
    mapping_changed: bool  # since the newest drop was read
    unfinished: bool  # an erasure was cut off: the next pull or erasure finishes it

    @property
    def held(self) -> bool:
        """Whether there is anything that somebody has to look into."""
        return bool(
            self.days.missing or self.stopped or self.rejected or self.unfinished
        )


def status(home: ForceHome, now: datetime, stopped_after_days: int) -> FeedStatus:
    """How the feed stands; read again where an erasure removed what was to be read."""
    for _ in range(_TRIES - 1):
        with suppress(FileNotFoundError):
            return _status(home, now, stopped_after_days)
    return _status(home, now, stopped_after_days)


def _status(home: ForceHome, now: datetime, stopped_after_days: int) -> FeedStatus:
    lake = home.lake.pinned()
    entries = ledger.drops(lake, home.force)
    taken = ledger.supplied(entries)
    live = live_records(lake, home.force)
    rules = Counter(held_back(lake, home.force)["rule"].to_pylist())
    newest = max(taken, key=lambda entry: entry.received_at, default=None)
    until = ledger.newest_day(taken)
    days = days_of(records_by_day(live), home.feed.overrides, until)
    today: date = now.astimezone(LONDON).date()
    return FeedStatus(
        home.force,
        len(taken),
        len(entries) - len(taken),
        newest.received_at if newest else None,
        len(live),
        len(held_records(lake, home.force)) - len(live),
        len(home.tombstones.held()),
        dict(sorted(rules.items(), key=lambda item: (-item[1], item[0]))),
        days,
        days.stopped(today, stopped_after_days),
        newest is not None and newest.mapping_sha256 != home.mapping_sha256,
        home.tombstones.begun() is not None,
    )
