"""Up to which watermark a database's rows are stored, and when all were compared.

It is a memory only, in `watermark.json`: if it is lost, or was made by another mapping,
the whole query is asked, and nothing else differs. It is written after what it speaks
of is in the ledger. It has a time or a number, and nothing else of a row.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import TypeAdapter

from transforms.feeds.force.sources.offered import Answer, OfferedDrop
from transforms.feeds.force.sources.watermark import Mark
from transforms.lake.storage import replace_flushed
from transforms.records.homes import ForceHome
from transforms.records.ledger import Entry


@dataclass(frozen=True, kw_only=True)
class Reached:
    """What a home has of its database."""

    mapping_sha256: str
    mark: Mark
    compared_at: datetime | None  # when all was asked; None where it is due


_MEMORY = TypeAdapter(Reached)


@dataclass
class Watermark:
    """What was stored before this pull, and what its answer adds once it is stored."""

    path: Path
    mapping_sha256: str
    compare_days: int
    overlap: int
    before: Reached | None
    went_back: bool = False  # of all that there is, the newest is lower than before
    _read: list[tuple[Answer, Entry, bool]] = field(default_factory=list)

    @classmethod
    def of(cls, home: ForceHome) -> "Watermark":
        """What the home remembers of this mapping; nothing where it cannot be read."""
        path, asked = home.home.root / "watermark.json", home.mapping.database
        try:
            found = _MEMORY.validate_json(path.read_bytes())
        except (FileNotFoundError, ValueError):
            found = None
        if found and found.mapping_sha256 != home.mapping_sha256:
            found = None
        days, overlap = (asked.compare_days, asked.overlap) if asked else (1, 0)
        return cls(path, home.mapping_sha256, days, overlap, found)

    def since(self, now: datetime) -> Mark | None:
        """The mark to ask from; None where all is to be asked for."""
        if self.before is None or self.before.compared_at is None:
            return None
        age = now - self.before.compared_at
        is_fresh = timedelta(0) <= age < timedelta(days=self.compare_days)
        return self.before.mark if is_fresh else None

    def add(self, offered: OfferedDrop, entry: Entry, is_stored: bool) -> None:
        """That answer was read; it counts once it is stored."""
        if offered.answer:
            self._read.append((offered.answer, entry, is_stored))

    def write(self, stored: Collection[tuple[str, str]]) -> None:
        """Remember what is stored by now."""
        for answer, entry, is_stored in self._read:
            if is_stored or entry.key in stored:
                self._reach(answer, entry.received_at)

    def _reach(self, answer: Answer, now: datetime) -> None:
        newest, before = answer.newest, self.before
        if before and not answer.is_whole:
            if newest is None or _is_lower(newest, before.mark):
                # what was newest is gone: only all that there is says what else is
                self._remember(replace(before, compared_at=None))
            else:
                self._remember(replace(before, mark=newest))
            return
        if newest is None:
            self.went_back = before is not None
            self.path.unlink(missing_ok=True)
            return
        self.went_back = bool(before and _is_lower(newest, before.mark, self.overlap))
        self._remember(
            Reached(mapping_sha256=self.mapping_sha256, mark=newest, compared_at=now)
        )

    def _remember(self, reached: Reached) -> None:
        if reached != self.before:
            replace_flushed(self.path, _MEMORY.dump_json(reached).decode())


def _is_lower(newest: Mark, before: Mark, by: int = 0) -> bool:
    """Whether an answer's newest mark is lower by more than so much."""
    return newest.kind != before.kind or newest.is_lower(before, by)
