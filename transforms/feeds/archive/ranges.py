"""Bytes at a range: what a zip is to its reader, wherever it lies."""

import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class Ranged(Protocol):
    """A file that can be read at any place, by several threads at once."""

    @property
    def name(self) -> str:
        """How a message names it."""
        ...

    @property
    def size_bytes(self) -> int:
        """How long it is."""
        ...

    def read_at(self, offset: int, length: int) -> bytes:
        """So many bytes from there on; fewer only where the file ends."""
        ...


@dataclass(frozen=True)
class LocalFile:
    """A file on disk. Opened for each read, so that none is left open."""

    path: Path
    called: str | None = None

    @property
    def name(self) -> str:
        """The file's own name, unless it is called otherwise."""
        return self.called or self.path.name

    @property
    def size_bytes(self) -> int:
        """How long it is now."""
        return self.path.stat().st_size

    def read_at(self, offset: int, length: int) -> bytes:
        """So many bytes from there on."""
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            return os.pread(descriptor, length, offset)
        finally:
            os.close(descriptor)


# A release has 4,600 members in half a MB; to take 64 MB of them apart costs 9 s.
_MAX_READ_BYTES = 8 << 20


class Seekable(io.RawIOBase):
    """A file object over ranges, for `zipfile` to read a directory with."""

    def __init__(self, ranged: Ranged) -> None:
        self._ranged = ranged
        self._size = ranged.size_bytes
        self._at = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Where the next read starts."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go there."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise OSError("before the start of the file")
        self._at = base + offset
        return self._at

    def read(self, size: int = -1) -> bytes:
        """So many bytes, or all that are left."""
        left = max(self._size - self._at, 0)
        length = left if size < 0 else min(size, left)
        if length > _MAX_READ_BYTES:
            raise OSError(f"its directory is over {_MAX_READ_BYTES >> 20} MB")
        data = self._ranged.read_at(self._at, length) if length else b""
        self._at += len(data)
        return data
