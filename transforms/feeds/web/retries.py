"""HTTP retry policy: which errors are retried, how long to wait, when to stop."""

import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from random import SystemRandom

import httpx


_CAN_PASS = frozenset({429, 500, 502, 503, 504})
_JITTER = SystemRandom()


@dataclass(frozen=True, kw_only=True)
class Patience:
    """The limits of one request, and of the ones that follow where it fails."""

    deadline_seconds: float = 60  # a request's wall-clock time, and for a body:
    slowest_bytes_per_second: float = 50_000
    silence_seconds: float = 30  # without a byte
    retries: int = 5
    first_wait_seconds: float = 1
    longest_wait_seconds: float = 300
    sleep: Callable[[float], None] = time.sleep

    def deadline(self, length: int) -> float:
        """The seconds that a request for so many bytes may take."""
        return self.deadline_seconds + length / self.slowest_bytes_per_second

    def wait(self, attempt: int, asked: float | None) -> float:
        """The seconds to wait after a failed attempt, the first being 0.

        Jittered, so that many clients do not come back at once.
        """
        own = self.first_wait_seconds * float(1 << attempt) * _JITTER.uniform(0.5, 1.5)
        return max(asked or 0, min(own, self.longest_wait_seconds))


def status_can_pass(status: int) -> bool:
    """Whether a server that answers so may answer better a little later."""
    return status in _CAN_PASS


def can_pass(error: httpx.TransportError) -> bool:
    """Whether a broken exchange may go well next time.

    A host without a name or that refuses to connect may be one that is restarted.
    """
    if isinstance(error, httpx.UnsupportedProtocol | httpx.ProxyError):
        return False
    return not (headers_too_long(error) or is_untrusted(error))


def is_untrusted(error: httpx.TransportError) -> bool:
    """Whether the server's certificate is why."""
    return any(isinstance(e, ssl.SSLCertVerificationError) for e in _causes(error))


def headers_too_long(error: httpx.TransportError) -> bool:
    """Whether the parser gave up on a header block that would not end."""
    return any(getattr(e, "error_status_hint", 0) == 431 for e in _causes(error))


def asked_wait(headers: httpx.Headers) -> float | None:
    """The seconds that `Retry-After` asks for; a date counts from the reply's own."""
    asked = headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdigit():
        return float(asked[:12])
    try:
        until = parsedate_to_datetime(asked)
        return (until - parsedate_to_datetime(headers["date"])).total_seconds()
    except (KeyError, ValueError, TypeError, OverflowError):
        return None


def in_words(seconds: float) -> str:
    """A time to wait as people say it."""
    for unit, size in (("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:,.0f} {unit}"
    return f"{seconds:,.0f} seconds"


def times(number: int) -> str:
    """How often something was tried."""
    return "once" if number == 1 else f"{number} times"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and all that lies behind it: libraries wrap one another's."""
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for part in error.exceptions:
                yield from _causes(part)
        error = error.__cause__ or error.__context__
