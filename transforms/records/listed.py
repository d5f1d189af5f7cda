"""How the stored drops were listed when they were read: what need not be read again.

A drop is known by its place, size and time (or ETag), as long as its bytes were read
in the last days: a file can be changed behind its time. It is a memory only: if it is
lost, every drop is read again, and nothing else differs. It is keyed, because an ETag
is often the hash of what a drop contained before something in it was erased.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from pydantic import TypeAdapter

from transforms.feeds.force.sources.offered import OfferedDrop
from transforms.lake.storage import replace_flushed
from transforms.records.homes import ForceHome
from transforms.records.ledger import Entry
from transforms.records.tombstones import Tombstones


TRUSTED_DAYS = 7  # since its bytes were read

# By name: the keyed hashes of how it was listed and of its bytes, and when it was read.
Memory = dict[str, tuple[str, str, date]]
_MEMORY = TypeAdapter(Memory)


@dataclass
class Listed:
    """What was known of the drops before this pull, and what is known now."""

    path: Path
    tombstones: Tombstones  # for their key
    today: date
    before: Memory
    now: Memory = field(default_factory=dict)

    @classmethod
    def of(cls, home: ForceHome, now: datetime) -> "Listed":
        """What the home remembers; nothing where that cannot be read."""
        path = home.home.root / "listed.json"
        try:
            found = _MEMORY.validate_json(path.read_bytes())
        except (FileNotFoundError, ValueError):
            found = {}
        return cls(path, home.tombstones, now.date(), found)

    def knows(
        self, name: str, listed: str, stored: Collection[tuple[str, str]]
    ) -> bool:
        """Whether that drop is one of those stored, by its name and its keyed hash."""
        if name not in self.before:
            return False
        mark, offered, read_on = self.before[name]
        return (
            0 <= (self.today - read_on).days < TRUSTED_DAYS
            and (name, offered) in stored
            and mark == self._mark(listed)
        )

    def keep(self, names: Collection[str]) -> None:
        """Those are as they were."""
        self.now |= {name: self.before[name] for name in names}

    def add(self, offered: OfferedDrop, entry: Entry) -> None:
        """That one was read, and is stored."""
        if offered.listed:
            mark = self._mark(offered.listed)
            self.now[offered.name] = (mark, entry.offered_hmac, self.today)

    def write(self) -> None:
        """Remember it, and forget what is not offered any more."""
        if self.now != self.before:
            replace_flushed(self.path, _MEMORY.dump_json(self.now).decode())

    def _mark(self, listed: str) -> str:
        return self.tombstones.mark(b"listed:" + listed.encode())
