"""Whole zips, for a server that cannot send parts: only when asked for."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from transforms.errors import SourceError
from transforms.feeds.web.http import Client, Reply, ShortBodyError
from transforms.feeds.web.replies import Nothing, check_zip
from transforms.lake.storage import settle


_MAX_ZIP_BYTES = 8 << 30


class _Download(Nothing):
    """Takes a zip into a file, going on from where an earlier attempt ended.

    It goes on only if the server names the very version that the file began with.
    """

    def __init__(self, part: Path, size_bytes: int) -> None:
        self.expected_bytes = size_bytes
        self._part = part
        self._mark = part.with_suffix(".etag")
        self._file: BinaryIO | None = None
        self._left = 0
        self._new: Reply | None = None

    def headers(self) -> Mapping[str, str]:
        """From where to go on, if the server knows the version that was begun."""
        fetched = self._part.stat().st_size if self._part.exists() else 0
        etag = self._mark.read_text() if self._mark.exists() else ""
        if not fetched or not etag:
            return {}
        return {"Range": f"bytes={fetched}-", "If-Range": etag}

    def begin(self, reply: Reply) -> int:
        """Go on, or start again."""
        self.close()
        fetched = self._part.stat().st_size if self._part.exists() else 0
        going_on = reply.headers.get("content-range", "").startswith(
            f"bytes {fetched}-"
        )
        if reply.status == 206 and not going_on:
            raise SourceError(f"{reply.url}: sends another range than was asked for")
        self._new = None if reply.status == 206 else reply
        if reply.length is None:
            raise SourceError(f"{reply.url}: the server does not say how long it is")
        if reply.length > _MAX_ZIP_BYTES:
            raise SourceError(f"{reply.url}: over {_MAX_ZIP_BYTES >> 30} GB")
        etag = reply.headers.get("etag", "")
        self._file = self._part.open("wb" if self._new else "ab")
        if self._new:
            self._mark.write_text("" if etag.startswith("W/") else etag)
        self._left = reply.length
        return self._left

    def feed(self, chunk: bytes) -> None:
        """Write it."""
        if self._new:
            check_zip(chunk, self._new)
            self._new = None
        self._left -= len(chunk)
        if self._file:
            self._file.write(chunk)

    def end(self) -> None:
        """All of it must have come."""
        self.close()
        if self._left:
            raise ShortBodyError("the answer breaks off")

    def close(self) -> None:
        """Flush what has come."""
        if self._file:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._file = None


def download(client: Client, url: str, md5: str | None, folder: Path) -> Path:
    """The zip as a local file, fetched unless it is stored already."""
    size = client.fetch("HEAD", url, Nothing()).length or 0
    path = folder / url.rsplit("/", 1)[-1]
    if path.exists() and _is_same(path, size, md5):
        return path
    folder.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    receiver = _Download(part, size or _MAX_ZIP_BYTES)
    try:
        reply = client.fetch("GET", url, receiver)
    finally:
        receiver.close()
    if reply.status >= 300:
        raise SourceError(f"{url}: the server answered {reply.status}")
    if md5 and _md5(part) != md5:
        part.unlink()
        raise SourceError(
            f"{url}: does not match the MD5 of the index page; run again to fetch it"
            " again"
        )
    settle(part, path)
    part.with_suffix(".etag").unlink(missing_ok=True)
    return path


def _is_same(path: Path, size: int, md5: str | None) -> bool:
    return _md5(path) == md5 if md5 else path.stat().st_size == size


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        made = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False))
        return made.hexdigest()
