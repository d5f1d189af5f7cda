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
from pathlib import Path
from typing import TYPE_CHECKING

from flows.server.answers import ServerError, check_answers
from flows.server.listening import host_of, listening
from flows.server.password import new_password
from flows.server.prefect_settings import DATABASE, LEAN, QUIET, prefect_folder, settle
from flows.server.standing import standing_api, use_standing
from flows.server.watch import watched


if TYPE_CHECKING:
    from fastapi import FastAPI
    from uvicorn import Server

LAST_EVENTS_SECONDS = 30


@contextmanager
def prefect_api(home: Path) -> Iterator[str]:
    """The API address for the flows of this process.

    It is PREFECT_API_URL if set, else that of `hexbeat up` in this home, else a server
    of our own for as long as the block lasts: once in a process, and Prefect must not
    have been imported before.
    """
    os.environ.update(QUIET)
    if url := os.environ.get("PREFECT_API_URL"):
        check_answers(url)
        with watched(url):
            yield url
        return
    if url := standing_api(prefect_folder(home)):
        use_standing(prefect_folder(home), url)
        with watched(url):
            yield url
        return
    if "prefect" in sys.modules:
        raise ServerError("Prefect was imported before its server was set up")
    with listening() as listener:
        url = f"http://{host_of(listener)}/api"
        settle(prefect_folder(home), url, new_password())
        os.environ.update(LEAN)
        with _running(prefect_folder(home), listener):
            yield url


def server_address(home: Path) -> str | None:
    """The address of a running server: the configured one, or that of `hexbeat up`."""
    return os.environ.get("PREFECT_API_URL") or standing_api(prefect_folder(home))


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One process at a time; the kernel unlocks it if the process is killed."""
    with (folder / "start.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _running(folder: Path, listener: socket.socket) -> Iterator[None]:
    from prefect.server.api.server import create_app
    from uvicorn import Config, Server

    from flows.server.guard import Guard

    app = create_app(ephemeral=True)
    guarded = Guard(app, host_of(listener))
    # The logging is Prefect's own, and our lifespan is entered by hand: uvicorn would
    # only log why it failed.
    server = Server(Config(guarded, log_config=None, lifespan="off", access_log=False))
    failures: list[BaseException] = []
    thread = threading.Thread(
        target=_serve, args=(app, server, listener, failures), daemon=True
    )
    try:
        with _locked(folder):  # two first runs at once would both create the tables
            thread.start()
            while thread.is_alive() and not server.started:
                thread.join(0.02)
        if failures:
            raise ServerError(
                f"the Prefect server did not start: {_line(failures[0])}"
                f"{_repair(failures[0], folder)}"
            )
        yield
    finally:
        _drain()
        server.should_exit = True
        if thread.is_alive():
            thread.join()


def _line(failure: BaseException) -> str:
    """Its first line: the database's errors go on with links and statements."""
    return next(iter(str(failure).splitlines()), type(failure).__name__)


def _repair(failure: BaseException, folder: Path) -> str:
    """What to do about a damaged database; a locked or full one is not damaged."""
    if type(getattr(failure, "orig", None)) is not sqlite3.DatabaseError:
        return ""
    return (
        f"; it is damaged, and contains only the history of runs: move"
        f" {folder / DATABASE} away, and a new one is created"
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
    """Wait until the last events are read: the server writes task runs from them."""
    from prefect.server.utilities.messaging.memory import Topic

    queues = [each._queue for each in Topic.by_name("events")._subscriptions]
    deadline = time.monotonic() + LAST_EVENTS_SECONDS
    while any(not queue.empty() for queue in queues) and time.monotonic() < deadline:
        await asyncio.sleep(0.02)


def _drain() -> None:
    """Send what Prefect still has in its queues, while the server is there."""
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker

    APILogWorker.drain_all()
    EventsWorker.drain_all()
