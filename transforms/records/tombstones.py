"""What has been erased: by a keyed hash, so that nobody learns a reference from it.

The key never leaves its home. Without it a reference could be found by trying: they are
short and in order.
"""

import hmac
import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from transforms.errors import LakeError
from transforms.home_feed import PRIVATE
from transforms.storage import flush_folder, replace_flushed


_KEY_BYTES = 32
_KEY_MODE = 0o600


@dataclass(frozen=True)
class Tombstones:
    """The keyed hashes of erased references, and an erasure that is going on."""

    root: Path

    def create(self) -> None:
        """A key of its own."""
        self.root.mkdir(mode=PRIVATE)
        path = self.root / "key"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _KEY_MODE)
        with os.fdopen(descriptor, "wb") as sink:
            sink.write(secrets.token_bytes(_KEY_BYTES))
            sink.flush()
            os.fsync(sink.fileno())
        flush_folder(self.root)

    def mark(self, data: bytes) -> str:
        """The keyed hash of some bytes."""
        return hmac.digest(self._key, data, sha256).hex()

    def of(self, reference: str) -> str:
        """The tombstone of a reference."""
        return self.mark(b"reference:" + reference.strip().encode())

    def held(self) -> frozenset[str]:
        """All tombstones."""
        path = self.root / "tombstones"
        return frozenset(path.read_text().split()) if path.exists() else frozenset()

    def add(self, references: Iterable[str]) -> None:
        """Refuse these references from now on."""
        held = self.held()
        together = held | {self.of(reference) for reference in references}
        if together != held:
            replace_flushed(self.root / "tombstones", "\n".join(sorted(together)))

    def begun(self) -> dict[str, Any] | None:
        """What an erasure that has not come to its end was to do."""
        path = self.root / "begun.json"
        return dict(json.loads(path.read_text())) if path.exists() else None

    def begin(self, what: dict[str, Any]) -> None:
        """Say that an erasure has begun: cut off, the next command finishes it."""
        replace_flushed(self.root / "begun.json", json.dumps(what))

    def end(self) -> None:
        """Say that it has come to its end."""
        (self.root / "begun.json").unlink(missing_ok=True)
        flush_folder(self.root)

    @cached_property
    def _key(self) -> bytes:
        try:
            key = (self.root / "key").read_bytes()
        except FileNotFoundError:
            key = b""
        if len(key) != _KEY_BYTES:
            raise LakeError(
                f"{self.root / 'key'} is gone or damaged, and without it nothing erased"
                " is recognised: bring it back from a backup"
            )
        return key
