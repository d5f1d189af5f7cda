"""A full disk, in words: which one, how much a publication needs, what to do."""

import shutil
import tempfile
from errno import ENOSPC
from pathlib import Path

from transforms.homes.runs.seal import latest_run
from transforms.lake.storage import is_remote, located
from transforms.plain_text import plain


_TEXTS = (
    "No space left on device",
    "os error 28",
)  # of Arrow, and of the lake's library


class DiskFullError(OSError):
    """A disk is full; retried like any error of a disk, since others free space too."""


def is_full(error: Exception) -> bool:
    """Whether an error is of a full disk, whichever library met it."""
    if isinstance(error, OSError) and error.errno == ENOSPC:
        return True
    return any(text in str(error) for text in _TEXTS)


def full_disk(address: str) -> DiskFullError:
    """The error for people, of the home at that address: one of its disks is full.

    That is the disk of the home or, where publications of a home in a store are built,
    that of the temporary folder: whichever has less free.
    """
    home = located(address)
    folders = [Path(tempfile.gettempdir())]
    if not is_remote(home):
        whole = home.resolve()
        folders.append(next(f for f in (whole, *whole.parents) if f.exists()))
    free = {folder: shutil.disk_usage(folder).free for folder in folders}
    full = min(reversed(folders), key=lambda folder: free[folder])
    return DiskFullError(
        f"the disk of {plain(full)} is full: {free[full] / 1e9:,.1f} GB free"
        f"{_of_newest(home)}. Nothing is lost: free some space (hexbeat maintain"
        " --dry-run lists what could be removed), then run the same command again"
    )


def _of_newest(home: Path) -> str:
    """How much the newest publication has; the next is about as large."""
    publications = home / "publications"
    if is_remote(home) or not (run := latest_run(publications)):
        return ""
    files = (publications / "runs" / run).rglob("*")
    size = sum(file.stat().st_size for file in files if file.is_file())
    return f", and a publication needs about {size / 1e9:,.1f} GB"
