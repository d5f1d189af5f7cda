"""`hexbeat up`: a Prefect server, a worker and the deployments, on this machine.

The two are processes of their own, in sessions of their own, so that Ctrl-C reaches
this process alone, and they end in the right order: the worker while its server is
still there to be told.
"""

import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx

from flows.server import (
    ADDRESS_FILE,
    LOCK_FILE,
    ServerError,
    check_answers,
    prefect_folder,
    settle,
    standing_api,
)
from transforms.errors import UsageError
from transforms.home import Home


# What a server that stays has and that of a single command has not. It is nobody
# else's: bound to this machine, its pages ask no other host for anything.
STANDING = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_V2_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    "PREFECT_RESULTS_DEFAULT_SERIALIZER": "json",
    "PREFECT_WORKER_QUERY_SECONDS": "5",
    "DO_NOT_TRACK": "1",
}
POOL = "hexbeat-process"
_PR_SET_PDEATHSIG = 1
_LOOPBACK = "127.0.0.1"
_START_SECONDS = 180
_END_SECONDS = 30
_LOOK_SECONDS = 0.5


def up(home: Home, port: int) -> int:
    """Serve until Ctrl-C, SIGTERM or the end of the terminal; the exit code."""
    for ending in (signal.SIGTERM, signal.SIGHUP):  # told to, or its terminal closed
        signal.signal(ending, signal.default_int_handler)
    os.environ.update(STANDING, HEXBEAT_HOME=home.address)
    source = os.environ.get("HEXBEAT_SOURCE")
    if source and "://" not in source:  # runs stand in another folder
        os.environ["HEXBEAT_SOURCE"] = str(Path(source).resolve())
    if not sys.stderr.isatty():  # for whoever collects the lines
        os.environ["PREFECT_LOGGING_HANDLERS_CONSOLE_FORMATTER"] = "json"
    try:
        with ExitStack() as ends:
            processes = []
            if url := os.environ.get("PREFECT_API_URL"):
                check_answers(url)
            else:
                server = ends.enter_context(_server(home.root, port))
                processes.append(server)
                url = os.environ["PREFECT_API_URL"]
            _tell("registering the deployments")
            _register()
            processes.append(ends.enter_context(_child("worker", _worker_words())))
            _tell(f"ready: {url.removesuffix('/api')}\nCtrl-C ends it")
            return _watch(processes)
    except KeyboardInterrupt:
        _tell("ended")
        return 0


@contextmanager
def _server(home: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The server of this home, answering; commands in the home find its address."""
    folder = prefect_folder(home)
    folder.mkdir(parents=True, exist_ok=True)
    with _only_one(folder):
        _refuse_taken(port)
        yield from _serving(folder, port)


def _serving(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    url = f"http://{_LOOPBACK}:{port}/api"
    settle(folder, url)
    # the UI asks the port that the server's settings name, not the command line's
    os.environ["PREFECT_SERVER_API_HOST"] = _LOOPBACK
    os.environ["PREFECT_SERVER_API_PORT"] = str(port)
    log = folder / "server.log"
    _tell("starting the Prefect server")
    with _child("server", ["server", "start"], log) as server:
        _await_answer(server, url, log)
        address = folder / ADDRESS_FILE
        address.write_text(url)
        try:
            yield server
        finally:
            address.unlink(missing_ok=True)


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, which goes with this process however that ends."""
    with (folder / LOCK_FILE).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            where = (standing_api(folder) or "starting").removesuffix("/api")
            raise UsageError(f"hexbeat is up already: {where}") from error
        yield


def _ends_with_this_process() -> None:
    """In a child: end when its parent does, even where that is killed outright."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_LOOPBACK, port))
        except OSError as error:
            raise UsageError(
                f"port {port} of this machine is taken: choose another with --port"
            ) from error


def _await_answer(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        with suppress(httpx.HTTPError):
            if httpx.get(f"{url}/health", timeout=5).is_success:
                return
        time.sleep(_LOOK_SECONDS)
    raise ServerError(f"the Prefect server did not start; see {log}")


def _register() -> None:
    """In a process of its own: this one then waits without holding all of Prefect."""
    done = subprocess.run(
        [sys.executable, "-m", "flows.registration"], capture_output=True, text=True
    )
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no reason"]
        raise ServerError(f"the deployments were not registered: {lines[-1]}")


def _worker_words() -> list[str]:
    name = f"{socket.gethostname()}-{os.getpid()}"
    return ["worker", "start", "--pool", POOL, "--name", name, "--type", "process"]


def _watch(processes: list[subprocess.Popen[bytes]]) -> int:
    while all(process.poll() is None for process in processes):
        time.sleep(_LOOK_SECONDS)
    raise ServerError("the Prefect server or its worker has ended; see its lines above")


@contextmanager
def _child(
    what: str, words: list[str], log: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A Prefect process for as long as the block lasts, with all that it starts."""
    command = [sys.executable, "-m", "prefect", *words]
    with ExitStack() as files:
        sink = files.enter_context(log.open("ab")) if log else sys.stderr
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink,
            start_new_session=True, preexec_fn=_ends_with_this_process,
        )  # fmt: skip
    try:
        yield process
    finally:
        _tell(f"ending the {what}")
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """By request, and by force what does not follow: a run that is cut is resumable."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(_END_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _tell(text: str) -> None:
    sys.stderr.write(f"hexbeat: {text}\n")
