"""Drops in a folder of this machine, or one that is mounted there."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from transforms.errors import SourceError
from transforms.feeds.force.sources.offered import (
    Known,
    OfferedDrop,
    nothing_known,
    read_whole,
)
from transforms.feeds.force.sources.settling import settled
from transforms.feeds.force.sources.still_growing import Look


@dataclass
class DropFolder:
    """A folder that a force's files are put into."""

    folder: Path
    sleep: Callable[[float], None] = time.sleep
    growing: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def offered(self, known: Known = nothing_known) -> list[OfferedDrop]:
        """The files that nobody writes to; `SourceError` where there is no folder."""
        found = settled(str(self.folder), self._listing, self.sleep, known)
        self.growing, self.unread = found.growing, found.unread
        return found.offered(self._reader)

    def _listing(self) -> dict[str, Look]:
        try:
            return {
                path.name: _look(path)
                for path in sorted(self.folder.iterdir())
                if path.is_file()
            }
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise SourceError(f"source {self.folder}: {why}") from error

    def _reader(self, name: str, listed: Look) -> Callable[[], bytes]:
        path = self.folder / name
        where = f"{self.folder}, {name}"
        return lambda: read_whole(where, listed, lambda: _look(path), path.read_bytes)


def _look(path: Path) -> Look:
    stats = path.stat()
    return Look(stats.st_size, stats.st_mtime_ns)
