"""The key of a feed's home: a hash made with it reveals nothing without it.

A plain hash of a file can be tested against guesses at a row of it, long after that row
is erased. So every hash of a force's own bytes that leaves the records,
or outlives them, is made with this key, and no backup copies it.
"""

import hmac
import os
import re
import secrets
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from transforms.errors import LakeError, UsageError
from transforms.lake.storage import flush_folder


_BYTES = 32
_MODE = 0o600
_TEXT = "hexbeat feed key 2 {}\n"  # 2: what is refused is sealed with it
_READ = re.compile(rb"hexbeat feed key 2 ([0-9a-f]{64})\n?")


@dataclass(frozen=True)
class HomeKey:
    """The file of a home's key."""

    path: Path

    def create(self) -> None:
        """A key of its own; `UsageError` where a file is there already."""
        if self.path.exists():
            raise UsageError(f"{self.path} exists: each home has a key of its own")
        self._write(secrets.token_bytes(_BYTES))

    def mark(self, data: bytes) -> str:
        """The keyed hash (HMAC-SHA256) of some bytes."""
        return hmac.digest(self._read[0], data, sha256).hex()

    @property
    def is_old(self) -> bool:
        """Whether an older hexbeat wrote it, which sealed nothing."""
        return self._read[1]

    def renew_form(self) -> None:
        """Write the same key in the form of this version."""
        self._write(self._read[0])

    def _write(self, key: bytes) -> None:
        part = self.path.with_name(f".{self.path.name}-{uuid4().hex[:8]}")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
        with os.fdopen(descriptor, "w") as sink:
            sink.write(_TEXT.format(key.hex()))
            sink.flush()
            os.fsync(sink.fileno())
        part.replace(self.path)
        flush_folder(self.path.parent)

    @cached_property
    def _read(self) -> tuple[bytes, bool]:
        """The key, and whether it is in the older form: its bytes and no more."""
        try:
            data = self.path.read_bytes()
        except OSError:
            data = b""
        if found := _READ.fullmatch(data):
            return bytes.fromhex(found[1].decode()), False
        if len(data) == _BYTES:
            return data, True
        raise LakeError(
            f"{self.path} is gone or damaged, and without it nothing erased is"
            " recognised: backups leave it out, so bring it back from where its copy"
            " is kept; without a copy make a new home and erase again what was erased"
        )
