"""One pull: what a force's source offers is brought in, what is old is taken out."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from transforms.errors import FileRejectedError
from transforms.feeds.force.sources.offered import DropSource, OfferedDrop
from transforms.records import ledger
from transforms.records.doomed import Doomed
from transforms.records.homes import ForceHome
from transforms.records.landing import Landed, commit, land, noted, rejected
from transforms.records.ledger import Entry
from transforms.records.removal import Removed, enforce, erased_by
from transforms.records.vacuum import sum_up_logs, vacuum


_ROWS_AT_ONCE = 500_000  # as many are held in memory, and land in one commit
_COUNTS = (
    "rows_in", "accepted", "deleted", "quarantined", "erased", "located", "ambiguous",
)  # fmt: skip


@dataclass
class Pulled:
    """What a pull did, in numbers, and one line for each drop that was refused."""

    drops: int = 0  # taken
    unchanged: int = 0  # held already
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_COUNTS, 0))
    broken: Counter[str] = field(default_factory=Counter)  # rows by rule
    rejected: dict[str, str] = field(default_factory=dict)  # drop: why
    growing: int = 0  # drops left for the next pull
    removed: Removed = field(default_factory=Removed)
    mapping_changed: bool = False  # since the newest drop was read

    @property
    def changed(self) -> bool:
        """Whether the home is another than before."""
        return bool(self.drops or self.removed.records or self.removed.raw_drops)

    def add(self, landed: Landed) -> None:
        """Take a drop's numbers in."""
        if landed.entry.reason:
            self.rejected[landed.entry.name] = landed.entry.reason
            return
        self.drops += 1
        self.broken += landed.broken
        for name in _COUNTS:
            self.counts[name] += getattr(landed.entry, name) or 0


def pull(home: ForceHome, source: DropSource, who: str, now: datetime) -> Pulled:
    """Bring in what is new, finish what was cut off, and enforce the retention.

    Raises `SourceError` where the source cannot be read; what landed before stays.
    """
    done = Pulled()
    with home.alone():
        started = enforce(home, now)
        done.mapping_changed = _mapping_changed(home)
        for batch in _batches(_read(home, source, done, now)):
            commit(home, batch)
            for landed in batch:
                done.add(landed)
        ended = enforce(home, now)
        done.removed = _sum(started, ended)
        done.growing = len(source.growing)
        _tidy(home, now)
        home.audit.append(now, who, "pull", _told(home, done))
    return done


def _tidy(home: ForceHome, now: datetime) -> None:
    """Remove what killed pulls left, and what no reader can come to need."""
    entries = ledger.drops(home.lake, home.force)
    home.raw.remove_but({str(e.raw_sha256) for e in entries})
    vacuum(home.lake, now - timedelta(days=home.home.retention.unused_days))
    sum_up_logs(home.lake)


def _read(
    home: ForceHome, source: DropSource, done: Pulled, now: datetime
) -> Iterator[Landed]:
    """Each drop that is not held yet, read."""
    held = ledger.supplied(ledger.drops(home.lake, home.force))
    known = {entry.key for entry in held}
    taken = {entry.name for entry in held}
    doomed = Doomed(erased_by(home))
    for offered in source.offered():
        try:
            data = offered.read()
        except FileRejectedError as error:  # cut off on its way: nothing to note
            done.rejected[offered.name] = str(error)
            continue
        entry = noted(home, offered.name, home.tombstones.mark(data), now)
        if entry.key in known:
            done.unchanged += 1
        else:
            yield _landed(home, offered, data, doomed, entry, taken)


def _landed(
    home: ForceHome,
    offered: OfferedDrop,
    data: bytes,
    doomed: Doomed,
    entry: Entry,
    taken: set[str],
) -> Landed:
    """A drop read, unless nothing would say which of two by its name is the later."""
    if offered.name in taken and home.mapping.columns.updated is None:
        return rejected(
            entry,
            f"{offered.name}: other bytes than those taken by that name; send it by a"
            " name that sorts after, or map columns.updated",
        )
    return land(home, offered, data, doomed, entry.received_at)


def _batches(landed: Iterator[Landed]) -> Iterator[list[Landed]]:
    batch: list[Landed] = []
    for one in landed:
        batch.append(one)
        if sum(each.entry.rows_in or 0 for each in batch) >= _ROWS_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _mapping_changed(home: ForceHome) -> bool:
    held = ledger.supplied(ledger.drops(home.lake, home.force))
    newest = max(held, key=lambda entry: entry.received_at, default=None)
    return newest is not None and newest.mapping_sha256 != home.mapping_sha256


def _sum(first: Removed, second: Removed) -> Removed:
    return Removed(
        first.records + second.records,
        first.raw_rows + second.raw_rows,
        first.raw_drops + second.raw_drops,
    )


def _told(home: ForceHome, done: Pulled) -> dict[str, object]:
    """What the audit log has of it: no name of a drop, which may say more."""
    return {
        "drops": done.drops,
        "unchanged": done.unchanged,
        "rejected": len(done.rejected),
        **done.counts,
        "removed": vars(done.removed),
        "mapping_sha256": home.mapping_sha256,
        "settings_sha256": home.settings_sha256,
        "mapping_changed": done.mapping_changed,
    }
