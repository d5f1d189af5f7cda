"""A Prefect API for this process: the configured server, or one of our own.

Prefect reads its settings once, when it is first imported, so nothing here imports it
at the top: settings first, then Prefect, then the server.
"""

import asyncio
import fcntl
import os
import socket
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from flows.settings import Settings
from transforms.errors import HexbeatError
from transforms.storage import is_remote


if TYPE_CHECKING:
    from fastapi import FastAPI
    from uvicorn import Server

# A failed task prints its traceback on Prefect's console handlers. The commands speak
# for themselves; levels of loggers stay as they are, so the API gets every line.
QUIET = {
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_HANDLERS_DEBUG_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
    "DO_NOT_TRACK": "1",
}

# What a command does not need: the server lives as long as one run, on one machine,
# with no deployments, workers, automations or browser.
LEAN = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
    "PREFECT_SERVER_UI_ENABLED": "false",
    "PREFECT_SERVER_UI_V2_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false",
    "PREFECT_SERVER_MEMOIZE_BLOCK_AUTO_REGISTRATION": "false",
    "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "false",
    "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "false",
    "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
    "PREFECT_RESULTS_DEFAULT_SERIALIZER": "json",
    # Events are written one by one by default: a commit for every state of every task.
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "50",
}

LAST_EVENTS_SECONDS = 30
# In the home's prefect folder: the address of `hexbeat up`, and the lock that it holds.
ADDRESS_FILE = "address"
LOCK_FILE = "up.lock"


class ServerError(HexbeatError):
    """The server inside this process did not start."""


def prefect_folder(home: Path) -> Path:
    """Where Prefect keeps its own files: in the home, or, for one in a store, here."""
    if not is_remote(home):
        return home / "prefect"
    name = sha256(str(home).encode()).hexdigest()[:12]
    return Settings().state.expanduser() / name


@contextmanager
def prefect_api(home: Path) -> Iterator[str]:
    """The API address that this process's flows talk to.

    That is PREFECT_API_URL if it is set, else that of `hexbeat up` in this home, else a
    server of our own for as long as the body lasts, once in a process. Prefect must
    not have been imported before.
    """
    os.environ.update(QUIET)
    if url := os.environ.get("PREFECT_API_URL"):
        check_answers(url)
        yield url
        return
    if url := standing_api(prefect_folder(home)):
        os.environ["PREFECT_API_URL"] = url
        yield url
        return
    if "prefect" in sys.modules:
        raise ServerError("Prefect was imported before its server was set up")
    with _listening() as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/api"
        settle(prefect_folder(home), url)
        os.environ.update(LEAN)
        with _running(prefect_folder(home), listener):
            yield url


def server_address(home: Path) -> str | None:
    """The address of a server that is there already: the configured one, or `up`'s."""
    return os.environ.get("PREFECT_API_URL") or standing_api(prefect_folder(home))


def standing_api(folder: Path) -> str | None:
    """The address of the server that `hexbeat up` keeps there, if it answers."""
    if not _is_held(folder / LOCK_FILE):
        return None  # what is left of one that was killed may be another's by now
    try:
        url = (folder / ADDRESS_FILE).read_text().strip()
        httpx.get(f"{url}/health", timeout=5).raise_for_status()
    except (OSError, httpx.HTTPError):
        return None  # not yet there
    return url


def _is_held(lock: Path) -> bool:
    try:
        with lock.open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def check_answers(url: str) -> None:
    """Prefect's own word for a server that is not there is a page of traceback."""
    try:
        httpx.get(f"{url.rstrip('/')}/health", timeout=10).raise_for_status()
    except httpx.HTTPError as error:
        raise ServerError(
            f"no Prefect server answers at PREFECT_API_URL={url} ({error}): start it,"
            " or unset the variable for a server of our own"
        ) from error


def settle(folder: Path, url: str) -> None:
    """Tell Prefect where its files and its server are."""
    folder.mkdir(parents=True, exist_ok=True)
    database = (folder / "prefect.db").resolve()
    os.environ.update(
        PREFECT_API_URL=url,
        PREFECT_HOME=str(folder.resolve()),
        PREFECT_SERVER_DATABASE_CONNECTION_URL=f"sqlite+aiosqlite:///{database}",
    )


@contextmanager
def _listening() -> Iterator[socket.socket]:
    """A bound socket on a free port: taken before the address is told to anyone."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        yield listener


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One process at a time; the kernel lets go if the holder is killed."""
    with (folder / "start.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


@contextmanager
def _running(folder: Path, listener: socket.socket) -> Iterator[None]:
    from prefect.server.api.server import create_app
    from uvicorn import Config, Server

    app = create_app(ephemeral=True, final=True)
    # The logging is Prefect's own, and our lifespan is entered by hand: uvicorn would
    # only log why it failed.
    server = Server(Config(app, log_config=None, lifespan="off", access_log=False))
    failures: list[BaseException] = []
    thread = threading.Thread(
        target=_serve, args=(app, server, listener, failures), daemon=True
    )
    try:
        with _locked(folder):  # two first runs at once would both make the tables
            thread.start()
            while thread.is_alive() and not server.started:
                thread.join(0.02)
        if failures:
            raise ServerError(
                f"the Prefect server did not start: {_line(failures[0])}"
                f"{_mend(failures[0], folder)}"
            )
        with _no_heartbeat():
            yield
    finally:
        _drain()
        server.should_exit = True
        if thread.is_alive():
            thread.join()


def _line(failure: BaseException) -> str:
    """Its first line: the database's errors go on with links and statements."""
    return next(iter(str(failure).splitlines()), type(failure).__name__)


def _mend(failure: BaseException, folder: Path) -> str:
    """What to do about a database that is damaged: what is locked or full is not."""
    if type(getattr(failure, "orig", None)) is not sqlite3.DatabaseError:
        return ""
    return (
        f"; it is damaged, and holds nothing but the history of runs: move"
        f" {folder / 'prefect.db'} away, and a new one is made"
    )


def _serve(
    app: "FastAPI",
    server: "Server",
    listener: socket.socket,
    failures: list[BaseException],
) -> None:
    async def serve() -> None:
        async with app.router.lifespan_context(app):
            await server.serve(sockets=[listener])
            await _recorded()

    try:
        asyncio.run(serve())
    except BaseException as error:  # uvicorn leaves by SystemExit
        failures.append(error)


async def _recorded() -> None:
    """Wait until the last events are read: they are what task runs are written from."""
    from prefect.server.utilities.messaging.memory import Topic

    queues = [held._queue for held in Topic.by_name("events")._subscriptions]
    deadline = time.monotonic() + LAST_EVENTS_SECONDS
    while any(not queue.empty() for queue in queues) and time.monotonic() < deadline:
        await asyncio.sleep(0.02)


@contextmanager
def _no_heartbeat() -> Iterator[None]:
    """No one watches this run, and each flow would wait up to 1 s for its last beat.

    The one setting that no environment variable can switch off.
    """
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        yield


def _drain() -> None:
    """Send what Prefect still holds back, while there is a server to take it."""
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker

    APILogWorker.drain_all()
    EventsWorker.drain_all()
