"""A log of who did what, when, each line with the hash of the one before.

A line that is changed, taken out of the middle or moved breaks the chain. A tail that
is cut off is found by the count and the newest hash in a file next to it, which is
written after each line. A log begins with an action of its own, and what it tells of
is made after that line: where the log does not begin with it, or is not there, it has
been lost.
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
from transforms.lake.crash_points import crash_point
from transforms.lake.storage import replace_flushed


_FIRST = "0" * 64
_PRIVATE = 0o600
CREATE = "create"  # of a home: its audit log begins with it


@dataclass(frozen=True)
class Audited:
    """How many lines a log has, and the first that is not as it was written."""

    lines: int
    fault: str | None


@dataclass(frozen=True)
class ChainedLog:
    """A log of a home. It contains counts, days and reasons, never a row."""

    path: Path
    first: str = CREATE  # the action of its first line

    def append(
        self, at: datetime, who: str, action: str, what: Mapping[str, Any]
    ) -> None:
        """Add a line, flushed to disk; `LakeError` where the log's end is damaged."""
        with self._locked() as log:
            count, newest = self._end(log)
            self._refuse_lost(count, action)
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
            crash_point("line-written")
            self._count(count + 1, line["sha256"])

    def settle(self) -> None:
        """Count the newest line, where a kill came between it and its count."""
        with self._locked() as log:
            lines, newest = self._end(log)
            if lines != self._written()[0]:
                self._count(lines, newest)

    def _count(self, lines: int, newest: str) -> None:
        replace_flushed(self._head, json.dumps({"lines": lines, "sha256": newest}))

    def refuse_lost(self) -> None:
        """`LakeError` where no line can be added: before anything is done, not after.

        A log that is gone is not started again: it would hide what happened before.
        """
        if not self.path.exists():
            self._refuse_lost(0)
        with self._locked() as log:
            self._refuse_lost(self._end(log)[0])

    def _refuse_lost(self, lines: int, action: str = "") -> None:
        if not lines and action != self.first:
            raise LakeError(
                f"{self.path}: gone: its first line is older than all that it tells of;"
                " bring it back from a backup; nothing was done"
            )

    def newest(self, name: str) -> int:
        """The number of that name in the newest line that has one; 0 where none has."""
        lines = self.path.read_bytes().split(b"\n") if self.path.exists() else []
        for text in reversed(lines):
            what = (_parsed(text) or {}).get("what", {})
            if name in what:
                return int(what[name])
        return 0

    def lines(self) -> list[dict[str, Any]]:
        """All lines, oldest first; `LakeError` where one is not as it was written."""
        if not self.path.exists() and not self._written()[0]:
            return []
        if fault := self.verify().fault:
            raise LakeError(f"{self.path}: {fault}; bring it back from a backup")
        parsed = map(_parsed, self.path.read_bytes().split(b"\n"))
        return [line for line in parsed if line]

    def verify(self) -> Audited:
        """Read it all again."""
        if self.path.is_symlink() or self._head.is_symlink():
            return Audited(0, "a link is in its place")
        if not self.path.exists():
            return self._judged([], None)
        with self._locked() as log:
            log.seek(0)
            lines = log.read().split(b"\n")
            whole = not lines.pop()
            return self._judged(lines, None if whole else len(lines) + 1)

    def _judged(self, lines: list[bytes], torn: int | None) -> Audited:
        written, newest = self._written()
        if not lines and not written:
            return Audited(0, "gone: its first line is older than all that it tells of")
        hashes = [_FIRST]
        for number, text in enumerate(lines, start=1):
            line = _parsed(text)
            if line is None or line.get("sha256") != _hash(line):
                return Audited(len(lines), f"line {number} was changed")
            if line["prev"] != hashes[-1]:
                fault = f"line {number} does not follow the line before it"
                return Audited(len(lines), fault)
            if number == 1 and line.get("action") != self.first:
                fault = "line 1 is not its beginning: what was before it is gone"
                return Audited(len(lines), fault)
            hashes.append(str(line["sha256"]))
        if len(lines) < written:
            return Audited(
                len(lines), f"line {len(lines) + 1} is gone: {written:,} were written"
            )
        if hashes[written] != newest:
            return Audited(
                len(lines), f"line {written} is not the one that was written"
            )
        # a kill between a line and its count leaves one more, or a part of one
        more = len(lines) + bool(torn) - written
        added = f"line {written + 2} was not added by hexbeat" if more > 1 else None
        return Audited(len(lines), added)

    def _end(self, log: BinaryIO) -> tuple[int, str]:
        """Lines and newest hash, a line that was cut off by a kill taken away."""
        count, newest = self._written()
        log.seek(0)
        lines = log.read().split(b"\n")
        if lines.pop():
            log.truncate(sum(len(line) + 1 for line in lines))
        last = _parsed(lines[-1]) if lines else {"sha256": _FIRST}
        if len(lines) not in (count, count + 1) or last is None:
            raise LakeError(f"{self.path}: damaged: a line is not as it was written")
        if len(lines) == count and last["sha256"] != newest:
            raise LakeError(f"{self.path}: damaged: a line is not as it was written")
        log.seek(0, os.SEEK_END)
        return len(lines), str(last["sha256"])

    @property
    def _head(self) -> Path:
        return self.path.with_suffix(".head.json")

    def _written(self) -> tuple[int, str]:
        """How many lines were written, and the hash of the newest."""
        if not self._head.exists():
            return 0, _FIRST
        head = _parsed(self._head.read_bytes()) or {}
        return int(head.get("lines", 0)), str(head.get("sha256", ""))

    @contextmanager
    def _locked(self) -> Iterator[BinaryIO]:
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, _PRIVATE)
        with os.fdopen(descriptor, "r+b") as log:
            fcntl.flock(log, fcntl.LOCK_EX)
            yield log


def _hash(line: Mapping[str, Any]) -> str:
    content = {name: value for name, value in line.items() if name != "sha256"}
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _parsed(text: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
