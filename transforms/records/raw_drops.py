"""The bytes of drops, by their content, for the eyes of their owner alone."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from transforms.errors import LakeError
from transforms.homes.feed_settings import PRIVATE
from transforms.lake.storage import flush_folder, write_whole


_READ_ONLY = 0o400


@dataclass(frozen=True)
class RawDrops:
    """The raw drops of one feed: `<first two hex>/<sha256>`."""

    root: Path

    def keep(self, data: bytes) -> str:
        """Keep those bytes; their SHA-256."""
        digest = sha256(data).hexdigest()
        path = self._path(digest)
        if not path.exists():
            for folder in (self.root.parent, self.root, path.parent):
                folder.mkdir(mode=PRIVATE, exist_ok=True)
                flush_folder(folder.parent)
            write_whole(path, data)
            path.chmod(_READ_ONLY)
        return digest

    @property
    def any(self) -> bool:
        """Whether there are any."""
        return any(path.is_file() for path in self.root.rglob("*"))

    def read(self, digest: str, name: str) -> bytes:
        """Those bytes again; `LakeError` where they are gone or others.

        The line names the drop: a log outlives an erasure, and a hash in it could be
        compared with guesses at what was erased.
        """
        path = self._path(digest)
        try:
            data = path.read_bytes()
        except FileNotFoundError as error:
            raise LakeError(
                f"{self.root}: the raw bytes of {name} are gone; bring them back"
                " from a backup"
            ) from error
        if sha256(data).hexdigest() != digest:
            raise LakeError(
                f"{self.root}: the raw bytes of {name} are damaged; bring them back"
                " from a backup"
            )
        return data

    def remove_but(self, kept: Collection[str]) -> int:
        """Remove every file but those, half ones too; how many went."""
        there = [path for path in sorted(self.root.rglob("*")) if path.is_file()]
        gone = [path for path in there if path.name not in kept]
        for path in gone:
            path.unlink()
            flush_folder(path.parent)
        for folder in self.root.glob("*/"):  # its name begins the hash of what is gone
            with suppress(OSError):  # it is not empty
                folder.rmdir()
        return len(gone)

    def _path(self, digest: str) -> Path:
        return self.root / digest[:2] / digest
