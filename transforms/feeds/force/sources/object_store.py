"""Drops under a prefix of an object store: `s3://bucket/prefix`.

Where the store is and who may read there are in the keys to the feed; what they lack is
the environment's to say, as for homes.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from transforms.errors import SourceError, UsageError
from transforms.feeds.force.sources.access import Access
from transforms.feeds.force.sources.offered import (
    Known,
    OfferedDrop,
    nothing_known,
    read_whole,
)
from transforms.feeds.force.sources.settling import settled
from transforms.feeds.force.sources.still_growing import Look
from transforms.feeds.web.retries import Patience
from transforms.lake.storage import is_store_error, located


@dataclass
class ObjectStore:
    """The objects right under a prefix; those further down are not looked at."""

    address: str
    patience: Patience
    access: Access = field(default_factory=Access)
    growing: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        prefix = cast("Any", located(self.address, **_options(self.access)))
        self._store, self._prefix = prefix.fs, prefix.path.rstrip("/")

    def offered(self, known: Known = nothing_known) -> list[OfferedDrop]:
        """The objects that nobody replaces."""
        found = settled(self.address, self._listed, self.patience.sleep, known)
        self.growing, self.unread = found.growing, found.unread
        return found.offered(self._reader)

    def _listed(self) -> dict[str, Look]:
        with self._as_source_error():
            entries = self._store.ls(self._prefix, detail=True, refresh=True)
        below = f"{self._prefix}/"
        return {
            entry["name"].removeprefix(below): _look(entry)
            for entry in entries
            if entry["type"] == "file" and entry["name"] not in (self._prefix, below)
        }

    def _reader(self, name: str, listed: Look) -> Callable[[], bytes]:
        path = f"{self._prefix}/{name}"

        def read() -> bytes:
            with self._as_source_error():
                return read_whole(
                    f"{self.address}, {name}",
                    listed,
                    lambda: _look(self._store.info(path, refresh=True)),
                    lambda: bytes(self._store.cat_file(path)),
                )

        return read

    @contextmanager
    def _as_source_error(self) -> Iterator[None]:
        """A store's own errors in one line."""
        try:
            yield
        except FileNotFoundError as error:
            raise SourceError(f"{self.address}: nothing there") from error
        except Exception as error:
            if isinstance(error, OSError) or is_store_error(error):
                why = " ".join(str(error).split()) or type(error).__name__
                raise SourceError(f"{self.address}: {why}; nothing is taken") from error
            raise


def _options(access: Access) -> dict[str, str]:
    """What the store's library is given, of the keys that there are."""
    secret = access.secret_access_key
    if (access.access_key_id is None) != (secret is None):
        raise UsageError(
            "HEXBEAT_FEED_ACCESS_KEY_ID and HEXBEAT_FEED_SECRET_ACCESS_KEY go together:"
            " set both or neither"
        )
    given = {
        "key": access.access_key_id,
        "secret": secret and secret.get_secret_value(),
        "endpoint_url": access.endpoint_url,
    }
    return {name: value for name, value in given.items() if value}


def _look(entry: dict[str, Any]) -> Look:
    """Size and ETag: the one of an object that was replaced is another."""
    return Look(entry["size"], 0, entry.get("ETag", ""))
