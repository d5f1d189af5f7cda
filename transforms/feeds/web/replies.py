"""What is taken from a reply: nothing, a page, or a range of a zip."""

import re
from collections.abc import Mapping

from transforms.errors import SourceError, UsageError
from transforms.feeds.web.http import Reply, ShortBodyError


_MAX_PAGE_BYTES = 5 << 20
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18})")


class Nothing:
    """Takes no body."""

    expected_bytes = 0

    def headers(self) -> Mapping[str, str]:
        """No headers."""
        return {}

    def begin(self, reply: Reply) -> int:
        """Takes nothing."""
        return 0

    def feed(self, chunk: bytes) -> None:
        """Nothing to do."""

    def end(self) -> None:
        """Nothing to do."""


class Page(Nothing):
    """Takes a page of text, which must say where it ends."""

    def __init__(self) -> None:
        self._body = bytearray()

    @property
    def text(self) -> str:
        """The page; bytes that are not text are replaced."""
        return self._body.decode("utf-8", errors="replace")

    def begin(self, reply: Reply) -> int:
        """Start again."""
        self._body.clear()
        if reply.length is None and "transfer-encoding" not in reply.headers:
            raise ShortBodyError("it does not say how long its answer is")
        return _MAX_PAGE_BYTES

    def feed(self, chunk: bytes) -> None:
        """Keep it."""
        self._body += chunk


class Range(Nothing):
    """Takes some bytes of a zip: from an offset on, or, without one, the last."""

    def __init__(self, length: int, offset: int | None = None) -> None:
        self.body = bytearray()
        self.total = 0  # size of the whole file
        self.etag = ""
        self._asked = offset, length
        self._whole: Reply | None = None  # where the server sends all of it
        self.expected_bytes = length

    def headers(self) -> Mapping[str, str]:
        """The range."""
        offset, length = self._asked
        if offset is None:
            return {"Range": f"bytes=-{length}"}
        return {"Range": f"bytes={offset}-{offset + length - 1}"}

    def begin(self, reply: Reply) -> int:
        """Only the very range that was asked for."""
        self.body.clear()
        self._whole = reply if reply.status == 200 else None
        if self._whole:
            return 1 << 30  # not taken: its first bytes say what it is
        match = _CONTENT_RANGE.fullmatch(reply.headers.get("content-range", ""))
        if reply.status != 206 or match is None:
            raise SourceError(f"{reply.url}: answered {reply.status}, but no range")
        first, last, self.total = map(int, match.groups())
        self.etag = reply.headers.get("etag", "")
        offset, length = self._asked
        start = max(self.total - length, 0) if offset is None else offset
        self.expected_bytes = min(length, self.total - start)
        if (first, last) != (start, start + self.expected_bytes - 1):
            raise SourceError(f"{reply.url}: sends another range than was asked for")
        return self.expected_bytes

    def feed(self, chunk: bytes) -> None:
        """Keep it, unless it is a whole file's beginning."""
        if self._whole:
            check_zip(chunk, self._whole)
            raise _no_ranges(self._whole)
        self.body += chunk

    def end(self) -> None:
        """All of it must have come."""
        if len(self.body) < self.expected_bytes:
            raise ShortBodyError("the answer breaks off")


def check_zip(beginning: bytes, reply: Reply) -> None:
    """Refuse what does not begin as a zip: often the page of a login in between."""
    if not beginning.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        markup = beginning.lstrip().startswith(b"<")
        what = "a web page" if markup else "something else"
        raise SourceError(
            f"{reply.url}: {what} comes in place of the zip; does the network ask for"
            " a login?"
        )


def _no_ranges(reply: Reply) -> UsageError:
    size = f"{reply.length / 1e6:,.1f} MB" if reply.length else "of unknown size"
    return UsageError(
        f"{reply.url}: the server cannot send parts of a file, and the whole zip is"
        f" {size}: allow that with --whole-zips, or download the zip and name its"
        " folder with --source"
    )
