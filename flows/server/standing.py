"""The server of `hexbeat up` in a home: how other commands find and use it."""

import fcntl
import os
from pathlib import Path

import httpx

from flows.server.answers import ServerError
from flows.server.password import kept_at
from flows.server.prefect_settings import bypass_proxy


# In the home's prefect folder: the address of `hexbeat up`, and the lock that it keeps.
ADDRESS_FILE = "address"
LOCK_FILE = "up.lock"
OPEN_DATABASE = "prefect.db"


def standing_api(folder: Path) -> str | None:
    """The address of the server that `hexbeat up` keeps there, if it answers."""
    if not is_locked(folder / LOCK_FILE):
        return None  # the address of one that was killed may be another's by now
    try:
        url = (folder / ADDRESS_FILE).read_text().strip()
        httpx.get(f"{url}/health", timeout=5, trust_env=False).raise_for_status()
    except (OSError, httpx.HTTPError):
        return None  # it is still starting
    return url


def use_standing(folder: Path, url: str) -> None:
    """Use that server, with the password that it keeps in that folder."""
    if (password := kept_at(folder)) is None:
        raise ServerError(
            f"{url.removesuffix('/api')} is a hexbeat up of an older version, without a"
            " password: end it, and start it again"
        )
    bypass_proxy()
    os.environ.update(PREFECT_API_URL=url, PREFECT_API_AUTH_STRING=password)


def left_open(folder: Path) -> str | None:
    """A warning about the database of a server without a password, if there is one."""
    if not (left := folder / OPEN_DATABASE).exists():
        return None
    return (
        f"{left} is of an older version, whose server took commands from every account"
        " and web page of this machine. It is not used any more, because somebody may"
        " have planted runs there: the history of runs starts again, and schedules are"
        " as shipped. Switch them as you want them, then delete the file"
    )


def is_locked(lock: Path) -> bool:
    """Whether a `hexbeat up` has the lock: the kernel unlocks it when that ends."""
    try:
        with lock.open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
