"""Drops at an address of a force's web server, or linked from an index page there.

The certificate is always checked; where a private CA signed it, `SSL_CERT_FILE` names
its file. The token goes to the host of the address and to no other.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from transforms.errors import SourceError, UsageError
from transforms.feeds.force.sources.access import Access
from transforms.feeds.force.sources.offered import (
    Known,
    OfferedDrop,
    nothing_known,
    read_whole,
)
from transforms.feeds.force.sources.settling import settled
from transforms.feeds.force.sources.signed import Body, Signed, signature
from transforms.feeds.force.sources.still_growing import Look
from transforms.feeds.web.http import HANDED_ON, Client, Receiver, Reply
from transforms.feeds.web.index_page import links_of
from transforms.feeds.web.replies import Nothing, Page
from transforms.feeds.web.retries import Patience
from transforms.feeds.web.urls import address_of, joined
from transforms.lake.addresses import refuse_secrets


def web_address(text: str) -> str:
    """An address of https, checked; `UsageError` for one that reveals too much."""
    refuse_secrets("source", text)
    url = address_of(text)
    if url is None:
        raise UsageError("source: not an address of a web server")
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
    unread: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._signature = signature(self.access.token)

    def offered(self, known: Known = nothing_known) -> list[OfferedDrop]:
        """The files that nobody replaces."""
        with Client(self.patience) as client:
            links = self._links(client)
            found = settled(
                self.url,
                lambda: {name: self._look(client, url) for name, url in links.items()},
                self.patience.sleep,
                known,
            )
        self.growing, self.unread = found.growing, found.unread
        return found.offered(lambda n, look: self._reader(n, links[n], look))

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


def files_beneath(index: str, page: str) -> dict[str, str]:
    """Address by name of the files right beneath an index, which its page links to.

    Links to other hosts and folders, to the table's own headings and to folders are
    passed over: they are not drops, and the token is not for them. So are names that
    would not be those of a file.
    """
    found = {}
    for link in dict.fromkeys(link.text for link in links_of(page, index)):
        url = str(joined(index, link) or "")
        tail = url.removeprefix(index)
        name = unquote(tail)
        if not url.startswith(index) or not name or set(tail) & set("?#"):
            continue
        if name.isprintable() and "/" not in name:
            found[name] = url
    return found
