"""Raw bytes: what was fetched from a feed, kept by its content and never edited.

A file is `<first two hex>/<sha256>.csv.gz`, or `.csv` where its release did not pack
it; the sha256 is that of the file itself. The packed bytes are those of the release,
in gzip's frame. `names/` leads from what a release's directory says of a file (name,
CRC-32, size) to the file; it is written last, so a crash leaves nothing half kept.
"""

import struct
import zipfile
from dataclasses import dataclass
from pathlib import Path

from transforms.lake.storage import write_whole


_GZIP_HEADER = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
_GZIP_TRAILER = struct.Struct("<2L")


@dataclass(frozen=True)
class Raw:
    """The raw bytes of one feed."""

    root: Path
    trusted: bool = True  # otherwise what is stored is fetched again

    def holds(self, name: str, crc32: int, size_bytes: int) -> bool:
        """Whether a file is stored, and need not be fetched."""
        return self.trusted and self._pointer(name, crc32, size_bytes).exists()

    def find(self, name: str, crc32: int, size_bytes: int) -> tuple[bytes, int] | None:
        """The packed bytes of a stored file, and how they are packed."""
        if not self.trusted:
            return None
        try:
            pointed = self._pointer(name, crc32, size_bytes).read_text("ascii").strip()
            data = (self.root / pointed[:2] / pointed).read_bytes()
        except (FileNotFoundError, UnicodeDecodeError):
            return None
        if pointed.endswith(".gz"):
            packed = data[len(_GZIP_HEADER) : -_GZIP_TRAILER.size]
            return packed, zipfile.ZIP_DEFLATED
        return data, zipfile.ZIP_STORED

    def keep(
        self,
        name: str,
        crc32: int,
        size_bytes: int,
        sha256: str,
        packed: bytes,
        packing: int,
    ) -> None:
        """Keep a file that has been checked against its directory."""
        kept, parts = f"{sha256}.csv", [packed]
        if packing == zipfile.ZIP_DEFLATED:
            kept += ".gz"
            trailer = _GZIP_TRAILER.pack(crc32, size_bytes & 0xFFFFFFFF)
            parts = [_GZIP_HEADER, packed, trailer]
        write_whole(self.root / kept[:2] / kept, *parts)
        pointer = self._pointer(name, crc32, size_bytes)
        write_whole(pointer, f"{kept}\n".encode())

    def _pointer(self, name: str, crc32: int, size_bytes: int) -> Path:
        return self.root / "names" / f"{name}.{crc32:08x}.{size_bytes}"
