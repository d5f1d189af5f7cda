"""The keys to a force's source that its home keeps, for this user alone to read.

Several feeds can so be read by one process, each with its own keys. They are never in
the settings, which are copied, hashed and shown.
"""

import stat
from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter

from transforms.errors import UsageError
from transforms.feeds.force.sources.access import Access
from transforms.homes.feed_settings import CREDENTIALS, OTHERS
from transforms.reference.toml_files import read_toml, text_of


_ACCESS = TypeAdapter(Access)


def stored_access(root: Path) -> Access | None:
    """The keys in a home, None if it keeps none; a relative key file is in the home.

    Raises `UsageError` for a file that others may read, or that has a mistake.
    """
    path = root / CREDENTIALS
    if not path.exists():
        return None
    if stat.S_IMODE(path.stat().st_mode) & OTHERS:
        raise UsageError(f"{path} is open to others: chmod 600 {path}")
    access = read_toml(text_of(path), str(path), _ACCESS)
    key_file = access.key_file
    return replace(access, key_file=root / key_file) if key_file else access
