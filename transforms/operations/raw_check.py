"""Raw files found again: in the home where it keeps them, else in their source."""

import gzip
import zlib
from collections.abc import Mapping
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from transforms.checksums import file_sha256
from transforms.coverage import Entry, entries
from transforms.errors import FileRejectedError
from transforms.feeds import FEEDS
from transforms.feeds.members import Member, read_member
from transforms.home import Home


class RawCheck:
    """Looks for the raw files that a home was filled from."""

    def __init__(self, home: Home, source: Path | None, release: str | None) -> None:
        self._home = home
        self._source = source
        self._release = release

    def sha256_of(self, told: Mapping[str, Any]) -> str | None:
        """The hash of a raw file's bytes as they are now; None where not held here.

        `told` is one input of a publication's provenance. Raises `FileRejectedError`
        for a file that is there and cannot be read.
        """
        expected = told["raw_sha256"]
        pattern = f"*/{expected[:2]}/{expected}.*"
        for path in sorted((self._home.root / "raw").glob(pattern)):
            return _kept_sha256(path)
        key = told["force"], told["feed"], told["month"], told["release"]
        entry = self._ledger.get(key)
        member = self.members.get((told["release"], entry.member)) if entry else None
        return sha256(read_member(member)).hexdigest() if member else None

    @cached_property
    def _ledger(self) -> dict[tuple[str, str, str, str], Entry]:
        held = entries(self._home.lake.read("coverage"))
        return {entry.key: entry for entry in held if entry.member}

    @cached_property
    def members(self) -> dict[tuple[str, str | None], Member]:
        """The files of the source by release and name."""
        if self._source is None:
            return {}
        return {
            (member.release, member.name): member
            for feed in FEEDS.values()
            for member in feed.members(self._source, self._release)
        }


def _kept_sha256(path: Path) -> str:
    """The hash of a kept file's content, unpacked where it is kept packed."""
    if path.suffix != ".gz":
        return file_sha256(path)
    try:
        return sha256(gzip.decompress(path.read_bytes())).hexdigest()
    except (OSError, EOFError, zlib.error) as error:
        raise FileRejectedError(f"it cannot be unpacked ({error})") from error
