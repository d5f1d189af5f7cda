"""Which kind of source an address names."""

from pathlib import Path

from transforms.errors import UsageError
from transforms.feeds.force.sources.folder import DropFolder
from transforms.feeds.force.sources.offered import DropSource


def open_source(address: str) -> DropSource:
    """The source at an address; `UsageError` for one that is none."""
    if "://" in address:
        raise UsageError(f"source {address.partition('://')[0]!r}: write a folder")
    if not Path(address).is_dir():
        raise UsageError(f"source {address}: no such folder")
    return DropFolder(Path(address))
