"""`hexbeat up`: a Prefect server, a worker and the deployments, on this machine.

Server and worker are processes in sessions of their own, so that Ctrl-C reaches only
this process, which ends them in the right order: the worker while the server still
answers.
"""

import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from flows.command.printing.terminal import print_error
from flows.server.answers import Answer, ServerError, check_answers
from flows.server.feeds import asked_feeds
from flows.server.listening import LOOPBACK, host_of, listening
from flows.server.password import kept_password, make_private, new_password
from flows.server.prefect_settings import STANDING, prefect_folder, settle
from flows.server.standing import ADDRESS_FILE, LOCK_FILE, left_open, standing_api
from transforms.errors import UsageError
from transforms.homes.home import Home
from transforms.lake.addresses import refuse_secrets


POOL = "hexbeat-process"
Process = subprocess.Popen[bytes]
_PR_SET_PDEATHSIG = 1
_START_SECONDS = 180
_END_SECONDS = 30
_LOOK_SECONDS = 0.5


def up(home: Home, port: int, feeds: Sequence[str] = ()) -> int:
    """Serve until Ctrl-C, SIGTERM or the end of the terminal; the exit code."""
    for ending in (signal.SIGTERM, signal.SIGHUP):  # or the terminal closed
        signal.signal(ending, signal.default_int_handler)
    served = asked_feeds(feeds)
    os.environ.update(STANDING)
    source = os.environ.get("HEXBEAT_SOURCE", "")
    refuse_secrets("HEXBEAT_SOURCE", source)  # otherwise each run would fail
    if source and "://" not in source:  # runs start in another folder
        source = str(Path(source).resolve())
    if not sys.stderr.isatty():  # for programs that collect the lines
        os.environ["PREFECT_LOGGING_HANDLERS_CONSOLE_FORMATTER"] = "json"
    try:
        with ExitStack() as ends:
            processes = []
            if url := os.environ.get("PREFECT_API_URL"):
                if check_answers(url) is Answer.OPEN:
                    _print(f"warning: the Prefect server at {url} {Answer.OPEN.value}")
                ready = url.removesuffix("/api")
            else:
                server, ready = ends.enter_context(_server(home.root, port))
                processes.append(server)
            _print("registering the deployments")
            _register(served)
            processes.append(ends.enter_context(_worker(home.address, source)))
            _print(f"ready: {ready}")
            _print("stop with Ctrl-C")
            return _watch(processes)
    except KeyboardInterrupt:
        _print("stopped")
        return 0


@contextmanager
def _server(home: Path, port: int) -> Iterator[tuple[Process, str]]:
    """The running server of this home, and how people reach it."""
    folder = prefect_folder(home).resolve()
    make_private(folder)
    with _only_one(folder), listening(port) as listener:
        (folder / ADDRESS_FILE).unlink(missing_ok=True)  # of one that was killed
        if left := left_open(folder):
            _print(f"warning: {left}")
        with kept_password(folder, new_password()) as kept:
            yield from _serving(folder, listener, kept)


def _serving(
    folder: Path, listener: socket.socket, kept: Path
) -> Iterator[tuple[Process, str]]:
    """The server once it answers; commands find its address and password."""
    page = f"http://{host_of(listener)}"
    url = f"{page}/api"
    settle(folder, url, kept.read_text().strip())
    # the UI asks the port that is in the settings of the server
    os.environ["PREFECT_SERVER_API_HOST"] = LOOPBACK
    os.environ["PREFECT_SERVER_API_PORT"] = str(listener.getsockname()[1])
    # Prefect copies its pages to where it is installed, which may be another account's
    os.environ.setdefault("PREFECT_SERVER_UI_STATIC_DIRECTORY", str(folder / "pages"))
    log = folder / "server.log"
    _print("starting the Prefect server")
    number = listener.fileno()
    words = ("flows.server.serving", str(number))
    with _child("server", *words, log=log, cwd=folder, pass_fds=(number,)) as server:
        # This process keeps the port too: no other can replace a server that died.
        _await_answer(server, url, log)
        address = folder / ADDRESS_FILE
        address.write_text(url)
        try:
            yield server, f"{page}, log in with the line in {kept}"
        finally:
            address.unlink(missing_ok=True)


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Lock the folder, until this process ends in whatever way."""
    with (folder / LOCK_FILE).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            where = (standing_api(folder) or "starting").removesuffix("/api")
            raise UsageError(f"hexbeat is up already: {where}") from error
        yield


def _ends_with_this_process() -> None:
    """In a child: end when its parent ends, even if that is killed, and when asked to.

    A worker ends itself by SIGINT, which `nohup` or a shell's `&` would have it ignore.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _await_answer(server: Process, url: str, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        with suppress(httpx.HTTPError):
            if httpx.get(f"{url}/health", timeout=5).is_success:
                return
        time.sleep(_LOOK_SECONDS)
    raise ServerError(f"the Prefect server did not start; see {log}")


def _register(feeds: Sequence[str]) -> None:
    """In a process of its own, so that this one need not import Prefect."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "flows.server.registration", *feeds],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no reason"]
        raise ServerError(f"the deployments were not registered: {lines[-1]}")
    for line in done.stdout.splitlines():
        _print(line)


@contextmanager
def _worker(home: str, source: str) -> Iterator[Process]:
    """A worker with a folder for its own temporary files, which is removed with it.

    Prefect would let all workers of the machine share one folder of a known name,
    owned by the account that comes first; and Python imports from the folder it starts
    in, which may belong to anybody.
    """
    settings = {"HEXBEAT_HOME": home, "HEXBEAT_SOURCE": source}  # of the flow runs
    name = f"{socket.gethostname()}-{os.getpid()}"
    words = ("worker", "start", "--pool", POOL, "--name", name, "--type", "process")
    with (
        TemporaryDirectory(prefix="hexbeat-", ignore_cleanup_errors=True) as own,
        _child(
            "worker",
            "prefect",
            *words,
            cwd=own,
            env=os.environ | settings | {"TMPDIR": own},
        ) as worker,
    ):
        yield worker


def _watch(processes: list[Process]) -> int:
    while all(process.poll() is None for process in processes):
        time.sleep(_LOOK_SECONDS)
    raise ServerError("the Prefect server or its worker has ended; see its lines above")


@contextmanager
def _child(
    what: str, *words: str, log: Path | None = None, **given: Any
) -> Iterator[Process]:
    """A process for as long as the block lasts, with all that it starts."""
    command = [sys.executable, "-P", "-m", *words]
    with ExitStack() as files:
        sink = files.enter_context(log.open("ab")) if log else sys.stderr
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink,
            start_new_session=True, preexec_fn=_ends_with_this_process, **given,
        )  # fmt: skip
    try:
        yield process
    finally:
        _print(f"stopping the {what}")
        _end(process)


def _end(process: Process) -> None:
    """Ask it to end, then kill what is left: an interrupted run can be resumed."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(_END_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _print(text: str) -> None:
    print_error(text)
