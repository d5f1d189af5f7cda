"""HTTP for reading, from servers that may be slow, broken or hostile.

Requests run on an event loop in a thread of their own, where a deadline can end them
whatever they wait for: a server that sends a byte now and then keeps every timeout of
a plain socket from firing. Callers block, and may be many threads at once.
"""

import asyncio
import atexit
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from types import TracebackType
from typing import Protocol, Self

import httpx
from anyio.from_thread import start_blocking_portal

from transforms.errors import DeferredError, SourceError
from transforms.feeds.web.retries import (
    Patience,
    asked_wait,
    can_pass,
    headers_too_long,
    in_words,
    is_untrusted,
    status_can_pass,
    times,
)
from transforms.feeds.web.urls import joined


_AT_ONCE = 4
_MAX_HEADER_BYTES = 64 << 10
_MAX_REDIRECTS = 3
_CHUNK_BYTES = 64 << 10
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_UNREACHED = (httpx.ConnectError, httpx.ConnectTimeout)
# The public archive keeps its zips in a store of its own, on another host.
HANDED_ON = {"data.police.uk": "policeuk-data.s3.amazonaws.com"}


class ShortBodyError(Exception):
    """A body ended before all of it came."""


@dataclass(frozen=True)
class Reply:
    """What a server says before the body."""

    status: int
    headers: httpx.Headers
    url: str  # after redirects

    @property
    def length(self) -> int | None:
        """How long it says the body is."""
        length = self.headers.get("content-length", "")
        return int(length) if length.isascii() and length.isdigit() else None


class Receiver(Protocol):
    """Takes a body. Each attempt starts again."""

    expected_bytes: int  # what the deadline is reckoned by

    def headers(self) -> Mapping[str, str]:
        """Headers of the next attempt."""
        ...

    def begin(self, reply: Reply) -> int:
        """Refuse the reply, or say how many bytes of body to take at most."""
        ...

    def feed(self, chunk: bytes) -> None:
        """Take a piece of the body."""
        ...

    def end(self) -> None:
        """The body is over: raise `ShortBodyError` if that is too early."""
        ...


class Client:
    """One pool of connections; to be closed, best by `with`."""

    def __init__(
        self,
        patience: Patience | None = None,
        waits: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.patience = patience or Patience()
        self.waits = waits  # is told why a request is tried again
        self._open = ExitStack()
        # trust_env: the usual variables name a proxy and a private CA
        self._http = httpx.AsyncClient(
            headers={"Accept-Encoding": "identity", "User-Agent": "hexbeat"},
            timeout=httpx.Timeout(self.patience.silence_seconds, pool=None),
            limits=httpx.Limits(max_connections=_AT_ONCE),
            follow_redirects=False,
            trust_env=True,
        )
        self._portal = self._open.enter_context(start_blocking_portal())
        self._open.callback(self._portal.call, self._http.aclose)
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._unreached = set[str]()  # hosts, after all retries

    def __reduce__(self) -> tuple[Callable[..., "Client"], tuple[Patience]]:
        """In another process, to which a file of a source was handed, that one's."""
        return _of_this_process, (self.patience,)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._open.__exit__(kind, error, traceback)

    def fetch(self, method: str, url: str, receiver: Receiver) -> Reply:
        """The reply, its body handed to the receiver; patient with what can pass.

        A status of 400 or more that cannot pass is the caller's to judge: its body
        is not read. A host that all retries did not reach is tried once from then on:
        otherwise each force of a run would wait for it anew.
        """
        host = "/".join(url.split("/", 3)[:3])
        last = 0 if host in self._unreached else self.patience.retries
        for attempt in range(last + 1):
            asked = None
            try:
                reply = self._portal.call(self._exchange, method, url, receiver)
                self._unreached.discard(host)
                if not status_can_pass(reply.status):
                    return reply
                why = f"it answered {reply.status}"
                asked = self._bearable(url, asked_wait(reply.headers))
            except (httpx.TransportError, ShortBodyError) as error:
                why = self._passing(url, error)
                if attempt == last and isinstance(error, _UNREACHED):
                    self._unreached.add(host)
            except (httpx.InvalidURL, UnicodeError) as error:
                # httpx looks at where a redirect leads even where it does not follow
                raise _leads_nowhere(url) from error
            except TimeoutError:
                raise SourceError(
                    f"{url}: too slow: not done at the deadline of"
                    f" {in_words(self.patience.deadline(receiver.expected_bytes))};"
                    " run again later"
                ) from None
            if attempt == 0 < last:
                self.waits(f"{url}: {why}; trying again")
            if attempt < last:
                self.patience.sleep(self.patience.wait(attempt, asked))
        raise SourceError(f"{url}: {why}, {times(last + 1)}; run again later")

    def _bearable(self, url: str, asked: float | None) -> float | None:
        if asked is not None and asked > self.patience.longest_wait_seconds:
            raise DeferredError(
                f"{url}: the server asks to be left alone; run again in"
                f" {in_words(asked)}",
                asked,
            )
        return asked

    def _passing(self, url: str, error: httpx.TransportError | ShortBodyError) -> str:
        """Why an attempt failed, where the next may not; else an error."""
        why = str(error) or type(error).__name__
        if isinstance(error, ShortBodyError):
            return why
        if can_pass(error):
            unreached = isinstance(error, _UNREACHED)
            return f"cannot be reached ({why})" if unreached else why
        if headers_too_long(error):
            why = f"its headers are over {_MAX_HEADER_BYTES >> 10} kB"
        elif is_untrusted(error):
            why += "; if a private CA signed it, name its file in SSL_CERT_FILE"
        raise SourceError(f"{url}: {why}") from error

    async def _exchange(self, method: str, url: str, receiver: Receiver) -> Reply:
        async with self._turn:
            deadline = self.patience.deadline(receiver.expected_bytes)
            async with asyncio.timeout(deadline):
                for _ in range(_MAX_REDIRECTS + 1):
                    reply = await self._one(method, url, receiver)
                    if reply.status not in _REDIRECTS:
                        return reply
                    url = next_address(reply)
        raise SourceError(f"{url}: redirected more than {_MAX_REDIRECTS} times")

    async def _one(self, method: str, url: str, receiver: Receiver) -> Reply:
        headers = dict(receiver.headers())
        async with self._http.stream(method, url, headers=headers) as response:
            reply = Reply(response.status_code, response.headers, url)
            _check_headers(reply)
            if reply.status >= 300 or method == "HEAD":
                return reply
            limit = receiver.begin(reply)
            taken = 0
            async for chunk in response.aiter_raw(_CHUNK_BYTES):
                taken += len(chunk)
                if taken > limit:
                    raise SourceError(f"{url}: sends more than {limit:,} bytes")
                receiver.feed(chunk)
            receiver.end()
            return reply


def _check_headers(reply: Reply) -> None:
    size = sum(len(name) + len(value) + 4 for name, value in reply.headers.raw)
    if size > _MAX_HEADER_BYTES:
        raise SourceError(
            f"{reply.url}: its headers are over {_MAX_HEADER_BYTES >> 10} kB"
        )
    if reply.headers.get("content-encoding", "identity").lower() != "identity":
        raise SourceError(
            f"{reply.url}: the body comes encoded"
            f" ({reply.headers['content-encoding'][:20]}), which was not asked for"
        )


def next_address(reply: Reply) -> str:
    """Where a redirect leads, if it stays with the same host; else an error."""
    here = httpx.URL(reply.url)
    there = joined(reply.url, reply.headers.get("location", ""))
    if there is None:
        raise _leads_nowhere(reply.url)
    upgraded = (here.scheme, there.scheme) == ("http", "https")
    same_host = there.host == here.host and (upgraded or there.port == here.port)
    handed_on = there.scheme == "https" and there.host == HANDED_ON.get(here.host)
    same_scheme = there.scheme == here.scheme or upgraded
    if there.userinfo or not (same_scheme and (same_host or handed_on)):
        raise SourceError(
            f"{here}: redirects to {there.scheme}://{there.host}, another place;"
            " if you trust it, give its address as the source"
        )
    return str(there)


def _leads_nowhere(url: str) -> SourceError:
    return SourceError(f"{url}: redirects to something that is not an address")


@cache
def _of_this_process(patience: Patience) -> Client:
    """The one client of a process that was handed others' files to read."""
    client = Client(patience)
    atexit.register(client.__exit__, None, None, None)
    return client
