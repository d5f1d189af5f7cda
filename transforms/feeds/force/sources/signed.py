"""Requests that show a token, and the body that comes of them."""

from collections.abc import Mapping

from pydantic import SecretStr

from transforms.errors import UsageError
from transforms.feeds.web.http import Receiver, Reply, ShortBodyError
from transforms.feeds.web.replies import Nothing


def signature(token: SecretStr | None) -> Mapping[str, str]:
    """The header with the token; a token that no header takes is refused, not shown."""
    if token is None:
        return {}
    text = token.get_secret_value()
    if not text.isascii() or not text.isprintable() or set(text) & set(" ,"):
        raise UsageError(
            "HEXBEAT_FEED_TOKEN is not a valid token: it contains spaces, commas or"
            " unprintable characters"
        )
    return {"Authorization": f"Bearer {text}"}


class Signed:
    """Takes what another receiver takes, with the token on each request."""

    def __init__(self, receiver: Receiver, token: Mapping[str, str]) -> None:
        self._receiver, self._token = receiver, token
        self.expected_bytes = receiver.expected_bytes

    def headers(self) -> Mapping[str, str]:
        """The receiver's own, and the token."""
        return {**self._receiver.headers(), **self._token}

    def begin(self, reply: Reply) -> int:
        """As the receiver does."""
        return self._receiver.begin(reply)

    def feed(self, chunk: bytes) -> None:
        """As the receiver does."""
        self._receiver.feed(chunk)

    def end(self) -> None:
        """As the receiver does."""
        self._receiver.end()


class Body(Nothing):
    """Takes a file of that many bytes."""

    def __init__(self, size_bytes: int) -> None:
        self.expected_bytes = size_bytes
        self.taken = bytearray()

    def begin(self, reply: Reply) -> int:
        """Start again."""
        self.taken.clear()
        return self.expected_bytes

    def feed(self, chunk: bytes) -> None:
        """Keep it."""
        self.taken += chunk

    def end(self) -> None:
        """All of it must have come."""
        if len(self.taken) < self.expected_bytes:
            raise ShortBodyError("the answer breaks off")
