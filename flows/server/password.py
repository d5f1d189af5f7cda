"""The password of a Prefect server of ours: new at each start, for this account alone.

It goes to our own processes in their environment and to other commands of this home in
a file, never on a command line or in a log: other accounts of the machine read those.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_urlsafe

from transforms.errors import HexbeatError


PASSWORD_FILE = "password"  # noqa: S105 a file's name
_USER = "hexbeat"
_BYTES = 32
_OTHERS = 0o077


def new_password() -> str:
    """As Prefect takes it, and as one types it on the UI's login page."""
    return f"{_USER}:{token_urlsafe(_BYTES)}"


def make_private(folder: Path) -> None:
    """Make the folder, or close the one that is there, to all other accounts."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        if folder.stat().st_mode & _OTHERS:
            folder.chmod(0o700)
    except PermissionError as error:
        raise HexbeatError(
            f"{folder} belongs to another account: run hexbeat as the account that"
            " owns the home, or set PREFECT_API_URL to a server for both"
        ) from error


@contextmanager
def kept_password(folder: Path, password: str) -> Iterator[Path]:
    """The file that this account's commands read it from, while the block lasts."""
    path = folder / PASSWORD_FILE
    path.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(path, flags, 0o600), "w") as file:
        try:
            if os.fstat(file.fileno()).st_mode & _OTHERS:
                raise HexbeatError(
                    f"{path}: this file system does not close files to other accounts;"
                    " keep the home on one that does"
                )
            file.write(password + "\n")
            file.flush()
            yield path
        finally:
            path.unlink(missing_ok=True)


def kept_at(folder: Path) -> str | None:
    """The password of the server that runs there, if it has one."""
    try:
        return (folder / PASSWORD_FILE).read_text().strip()
    except FileNotFoundError:
        return None
