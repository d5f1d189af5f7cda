"""A zip at an address, read by ranges."""

from dataclasses import dataclass, field

from transforms.errors import FileRejectedError, SourceError
from transforms.feeds.web.http import Client
from transforms.feeds.web.replies import Range


_TAIL_BYTES = 64 << 10  # holds the end record, and a small zip's whole directory
_MAX_RANGE_BYTES = 128 << 20  # kept in memory; the largest real member is a tenth


@dataclass(frozen=True, kw_only=True, eq=False)
class RemoteZip:
    """A zip of known size, its last bytes at hand."""

    client: Client
    url: str  # after redirects
    name: str
    size_bytes: int
    etag: str
    tail: bytes = field(repr=False)

    def read_at(self, offset: int, length: int) -> bytes:
        """So many bytes from there on, from the same file as at first."""
        length = min(length, self.size_bytes - offset)
        if length <= 0:
            return b""
        in_tail = offset - (self.size_bytes - len(self.tail))
        if in_tail >= 0:
            return self.tail[in_tail : in_tail + length]
        if length > _MAX_RANGE_BYTES:
            raise FileRejectedError(
                f"{self.name}: a part of it is over {_MAX_RANGE_BYTES >> 20} MB; no"
                " real one is"
            )
        part = _read(self.client, self.url, Range(length, offset))[0]
        if (part.total, part.etag) != (self.size_bytes, self.etag):
            raise SourceError(f"{self.url}: changed while it was read; run again")
        return bytes(part.body)


def open_zip(client: Client, url: str) -> RemoteZip:
    """The zip at that address; its size and end come with one request."""
    part, url_now = _read(client, url, Range(_TAIL_BYTES))
    name = url.rsplit("/", 1)[-1]
    tail = bytes(part.body)
    return RemoteZip(
        client=client,
        url=url_now,
        name=name,
        size_bytes=part.total,
        etag=part.etag,
        tail=tail,
    )


def _read(client: Client, url: str, part: Range) -> tuple[Range, str]:
    reply = client.fetch("GET", url, part)
    if reply.status >= 300:
        raise SourceError(f"{url}: the server answered {reply.status}")
    return part, reply.url
