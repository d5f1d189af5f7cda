"""Drops at an address of a force's web server, or linked from an index page there.

The certificate is always checked; where a private CA signed it, `SSL_CERT_FILE` names
its file. The token goes to the host of the address and to no other.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

import httpx

from transforms.errors import SourceError, UsageError
from transforms.feeds.force.sources.access import Access
from transforms.feeds.force.sources.links import files_beneath
from transforms.feeds.force.sources.offered import OfferedDrop, read_whole
from transforms.feeds.force.sources.settling import settled
from transforms.feeds.force.sources.signed import Body, Signed, signature
from transforms.feeds.force.still_growing import Look
from transforms.feeds.http import HANDED_ON, Client, Receiver, Reply
from transforms.feeds.patience import Patience
from transforms.feeds.replies import Nothing, Page


def web_address(text: str) -> str:
    """An address of https, checked; `UsageError` for one that tells too much."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise UsageError("source: no address of a web server") from error
    if url.userinfo or url.query or url.fragment:
        raise UsageError("source: a secret in an address would end up in logs")
    if url.scheme != "https" or not url.host:
        raise UsageError(f"{url}: write https://host/folder/ or https://host/file")
    if url.host in HANDED_ON:
        raise UsageError(f"{url}: that is the public archive, no force's own feed")
    return str(url)


@dataclass
class WebFolder:
    """One file, or, at an address that ends in a slash, those its page links to."""

    url: str
    access: Access
    patience: Patience
    growing: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._signature = signature(self.access.token)

    def offered(self) -> list[OfferedDrop]:
        """The files that nobody replaces."""
        with Client(self.patience) as client:
            links = self._links(client)
            found = settled(
                self.url,
                lambda: {name: self._look(client, url) for name, url in links.items()},
                self.patience.sleep,
            )
        self.growing = found.growing
        return [
            OfferedDrop(name, self._reader(name, links[name], look))
            for name, look in found.whole.items()
        ]

    def _links(self, client: Client) -> Mapping[str, str]:
        """The address of each file by its name."""
        if not self.url.endswith("/"):
            return {unquote(self.url.rpartition("/")[2]): self.url}
        page = Page()
        reply = self._ask(client, "GET", self.url, page)
        return files_beneath(reply.url, page.text)

    def _look(self, client: Client, url: str) -> Look:
        reply = self._ask(client, "HEAD", url, Nothing())
        if reply.length is None:
            raise SourceError(f"{url}: the server does not say how long the file is")
        marks = (reply.headers.get(name, "") for name in ("etag", "last-modified"))
        return Look(reply.length, 0, " ".join(marks))

    def _reader(self, name: str, url: str, listed: Look) -> Callable[[], bytes]:
        def read() -> bytes:
            with Client(self.patience) as client:
                return read_whole(
                    f"{self.url}, {name}",
                    listed,
                    lambda: self._look(client, url),
                    lambda: self._bytes(client, url, listed.size_bytes),
                )

        return read

    def _bytes(self, client: Client, url: str, size_bytes: int) -> bytes:
        body = Body(size_bytes)
        self._ask(client, "GET", url, body)
        return bytes(body.taken)

    def _ask(self, client: Client, method: str, url: str, receiver: Receiver) -> Reply:
        reply = client.fetch(method, url, Signed(receiver, self._signature))
        if reply.status in (401, 403):
            raise SourceError(
                f"{url}: answered {reply.status}; is HEXBEAT_FEED_TOKEN the force's?"
            )
        if reply.status >= 300:
            raise SourceError(f"{url}: answered {reply.status}")
        return reply
