"""Raw files found again: in the home where it keeps them, else in their source."""

import gzip
import zlib
from collections.abc import Mapping
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from transforms.errors import FileRejectedError
from transforms.feeds.archive.members import Member, read_member
from transforms.feeds.police_uk import street
from transforms.homes.home import Home
from transforms.incidents.coverage import Entry, entries
from transforms.lake.checksums import file_sha256


class RawCheck:
    """Looks for the raw files that a home was filled from."""

    def __init__(self, home: Home, source: Path | None, release: str | None) -> None:
        self._home = home
        self._source = source
        self._release = release

    def sha256_of(self, raw: Mapping[str, Any]) -> str | None:
        """The hash of a raw file as it is now; None if it is not stored here.

        `raw` is one input of a publication's provenance. Raises `FileRejectedError`
        for a file that is there and cannot be read.
        """
        expected = raw["raw_sha256"]
        pattern = f"*/{expected[:2]}/{expected}.*"
        for path in sorted((self._home.root / "raw").glob(pattern)):
            return _kept_sha256(path)
        # The first publications had one feed, and did not name it.
        feed = raw.get("feed", street.NAME)
        key = raw["force"], feed, raw["month"], raw["release"]
        entry = self._ledger.get(key)
        member = self.members.get((raw["release"], entry.member)) if entry else None
        return sha256(read_member(member)).hexdigest() if member else None

    @cached_property
    def _ledger(self) -> dict[tuple[str, str, str, str], Entry]:
        ledger = entries(self._home.lake.read("coverage"))
        return {entry.key: entry for entry in ledger if entry.member}

    @cached_property
    def members(self) -> dict[tuple[str, str | None], Member]:
        """The files of the source by release and name."""
        if self._source is None:
            return {}
        return {
            (member.release, member.name): member
            for member in street.members(self._source, self._release)
        }


def _kept_sha256(path: Path) -> str:
    """The hash of a kept file's content, unpacked where it is kept packed."""
    if path.suffix != ".gz":
        return file_sha256(path)
    try:
        return sha256(gzip.decompress(path.read_bytes())).hexdigest()
    except (OSError, EOFError, zlib.error) as error:
        raise FileRejectedError(f"it cannot be unpacked ({error})") from error
