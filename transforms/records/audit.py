"""The audit log: who did what, when, each line holding the hash of the one before.

A line that is changed, taken out of the middle or moved breaks the chain. A tail that
is cut off is found by the count and the newest hash in a file beside it, which is
written after each line.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from transforms.errors import LakeError
from transforms.storage import replace_flushed


_FIRST = "0" * 64
_PRIVATE = 0o600


@dataclass(frozen=True)
class Audited:
    """How many lines a log has, and the first that is not as it was written."""

    lines: int
    fault: str | None


@dataclass(frozen=True)
class AuditLog:
    """The audit log of a home. It holds counts, days and reasons, never a row."""

    path: Path

    def append(
        self, at: datetime, who: str, action: str, what: Mapping[str, Any]
    ) -> None:
        """Add a line, flushed to disk; `LakeError` where the log's end is damaged."""
        with self._locked() as log:
            count, newest = self._end(log)
            line: dict[str, Any] = {
                "at": at.astimezone(UTC).isoformat(),
                "who": who,
                "action": action,
                "what": dict(what),
                "prev": newest,
            }
            line["sha256"] = _hash(line)
            log.write(json.dumps(line).encode() + b"\n")
            log.flush()
            os.fsync(log.fileno())
            told = {"lines": count + 1, "sha256": line["sha256"]}
            replace_flushed(self._beside, json.dumps(told))

    def verify(self) -> Audited:
        """Read it all again."""
        if not self.path.exists():
            return self._judged([], None)
        with self._locked() as log:
            log.seek(0)
            lines = log.read().split(b"\n")
            whole = not lines.pop()
            return self._judged(lines, None if whole else len(lines) + 1)

    def _judged(self, lines: list[bytes], torn: int | None) -> Audited:
        told, newest = self._told()
        hashes = [_FIRST]
        for number, text in enumerate(lines, start=1):
            line = _parsed(text)
            if line is None or line.get("sha256") != _hash(line):
                return Audited(len(lines), f"line {number} was changed")
            if line["prev"] != hashes[-1]:
                fault = f"line {number} does not follow the line before it"
                return Audited(len(lines), fault)
            hashes.append(str(line["sha256"]))
        if len(lines) < told:
            return Audited(
                len(lines), f"line {len(lines) + 1} is gone: {told:,} were written"
            )
        if hashes[told] != newest:
            return Audited(len(lines), f"line {told} is not the one that was written")
        # a kill between a line and its count leaves one more, or a part of one
        more = len(lines) + bool(torn) - told
        added = f"line {told + 2} was added by another hand" if more > 1 else None
        return Audited(len(lines), added)

    def _end(self, log: BinaryIO) -> tuple[int, str]:
        """Lines and newest hash, a line that was cut off by a kill taken away."""
        count, newest = self._told()
        log.seek(0)
        lines = log.read().split(b"\n")
        if lines.pop():
            log.truncate(sum(len(line) + 1 for line in lines))
        last = _parsed(lines[-1]) if lines else {"sha256": _FIRST}
        if len(lines) not in (count, count + 1) or last is None:
            raise LakeError(f"{self.path}: damaged; see hexbeat feed audit")
        if len(lines) == count and last["sha256"] != newest:
            raise LakeError(f"{self.path}: damaged; see hexbeat feed audit")
        log.seek(0, os.SEEK_END)
        return len(lines), str(last["sha256"])

    @property
    def _beside(self) -> Path:
        return self.path.with_suffix(".head.json")

    def _told(self) -> tuple[int, str]:
        """How many lines were written, and the hash of the newest."""
        if not self._beside.exists():
            return 0, _FIRST
        told = _parsed(self._beside.read_bytes()) or {}
        return int(told.get("lines", 0)), str(told.get("sha256", ""))

    @contextmanager
    def _locked(self) -> Iterator[BinaryIO]:
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, _PRIVATE)
        with os.fdopen(descriptor, "r+b") as log:
            fcntl.flock(log, fcntl.LOCK_EX)
            yield log


def _hash(line: Mapping[str, Any]) -> str:
    told = {name: value for name, value in line.items() if name != "sha256"}
    return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _parsed(text: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
