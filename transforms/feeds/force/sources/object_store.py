"""Drops under a prefix of an object store: `s3://bucket/prefix`.

Where the store is and who may read there is the environment's to say, as for homes.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from transforms.errors import SourceError
from transforms.feeds.force.sources.offered import OfferedDrop, read_whole
from transforms.feeds.force.sources.settling import settled
from transforms.feeds.force.still_growing import Look
from transforms.feeds.patience import Patience
from transforms.storage import is_store_error, located


@dataclass
class ObjectStore:
    """The objects right under a prefix; those further down are not looked at."""

    address: str
    patience: Patience
    growing: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        prefix = cast("Any", located(self.address))
        self._store, self._prefix = prefix.fs, prefix.path.rstrip("/")

    def offered(self) -> list[OfferedDrop]:
        """The objects that nobody replaces."""
        found = settled(self.address, self._listed, self.patience.sleep)
        self.growing = found.growing
        return [
            OfferedDrop(name, self._reader(name, look))
            for name, look in found.whole.items()
        ]

    def _listed(self) -> dict[str, Look]:
        with self._told():
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
            with self._told():
                return read_whole(
                    f"{self.address}, {name}",
                    listed,
                    lambda: _look(self._store.info(path, refresh=True)),
                    lambda: bytes(self._store.cat_file(path)),
                )

        return read

    @contextmanager
    def _told(self) -> Iterator[None]:
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


def _look(entry: dict[str, Any]) -> Look:
    """Size and ETag: the one of an object that was replaced is another."""
    return Look(entry["size"], 0, entry.get("ETag", ""))
