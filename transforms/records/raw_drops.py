"""The bytes of drops, by their content, for the eyes of their owner alone."""

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from transforms.errors import LakeError
from transforms.home_feed import PRIVATE
from transforms.storage import flush_folder, write_whole


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

    def read(self, digest: str) -> bytes:
        """Those bytes again; `LakeError` where they are gone or others."""
        path = self._path(digest)
        try:
            data = path.read_bytes()
        except FileNotFoundError as error:
            raise LakeError(f"{path} is gone; bring it back from a backup") from error
        if sha256(data).hexdigest() != digest:
            raise LakeError(f"{path} is damaged; bring it back from a backup")
        return data

    def remove_but(self, kept: Collection[str]) -> int:
        """Remove every file but those, half ones too; how many went."""
        there = [path for path in sorted(self.root.rglob("*")) if path.is_file()]
        gone = [path for path in there if path.name not in kept]
        for path in gone:
            path.unlink()
            flush_folder(path.parent)
        return len(gone)

    def _path(self, digest: str) -> Path:
        return self.root / digest[:2] / digest
