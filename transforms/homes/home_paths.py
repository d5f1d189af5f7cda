"""Which paths can be a home: those that every library reads in the same way.

The Delta library reads `%20` as a space and a backslash as a separator, DuckDB ends a
path at `?`, and in the address of a store more characters have a meaning. Such a path
would lead each library to another home.
"""

import re
from pathlib import Path
from tempfile import TemporaryDirectory

from transforms.errors import UsageError
from transforms.lake.storage import is_remote, located


_ESCAPES_OR_ENDS = re.compile(r"%[0-9A-Fa-f]{2}|[\\?\x00-\x1f\x7f\ud800-\udfff]")
# Characters that the stores' own documentation advises against in a key.
_NOT_IN_KEYS = re.compile(r"[%?#*\[\]{}\\^|<>\"`\x00-\x1f\x7f\ud800-\udfff]")
_NO_FOLDER = re.compile(r"(?<=/)(\.{0,2})(?=/|$)")  # empty, . or ..


def home_path(address: str | Path) -> Path:
    """The folder or prefix at that address; `UsageError` if it cannot be a home."""
    root = located(address)
    if is_remote(root):
        prefix = str(root).partition("://")[2].rstrip("/")
        bad = _NOT_IN_KEYS.search(prefix) or _NO_FOLDER.search(prefix)
    else:
        paths = f"{root.absolute()}\n{root.resolve()}".split("\n", 1)
        bad = next(filter(None, map(_ESCAPES_OR_ENDS.search, paths)), None)
    if bad:
        raise UsageError(
            f"{str(root)!r}: a home's path cannot contain {bad[0]!r}, which some"
            " libraries read differently; choose another name"
        )
    return root


def refuse_file(root: Path) -> None:
    """`UsageError` if that path leads through a file."""
    if is_remote(root):
        return
    there = _nearest(root)
    if not there.is_dir():
        raise UsageError(f"{there} is a file; --home needs a folder")


def refuse_uncreatable(root: Path) -> None:
    """`UsageError` if that folder is not there and cannot be made."""
    if is_remote(root) or root.is_dir():
        return
    refuse_file(root)
    try:
        with TemporaryDirectory(dir=_nearest(root)):
            return
    except OSError as error:
        raise UsageError(
            f"cannot create the folder {root} ({error.strerror}); give --home a folder"
            " that you may write to"
        ) from error


def _nearest(root: Path) -> Path:
    """The path, or as much of it as is there."""
    whole = root.absolute()
    return next(p for p in (whole, *whole.parents) if p.exists())
