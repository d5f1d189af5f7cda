"""Real Prefect servers for tests: started, asked over HTTP, and ended."""

import atexit
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from flows.server.prefect_settings import DATABASE
from tests.targets import more_than_this_process


ROOT = Path(__file__).parents[2]
CLI = [sys.executable, "-c", "from flows.command.cli import main; main()"]
START_SECONDS = 180
_BUSY_TRIES = 20
ENDED = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


@cache
def _migrated() -> Path:
    """A Prefect database with all its tables: making them takes seconds each time."""
    folder = Path(tempfile.mkdtemp(prefix="hexbeat-prefect-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    env = clean_environment() | {
        "PREFECT_HOME": str(folder),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": (
            f"sqlite+aiosqlite:///{folder / 'prefect.db'}"
        ),
    }
    command = [sys.executable, "-m", "prefect", "server", "database", "upgrade", "-y"]
    subprocess.run(command, env=env, cwd=ROOT, check=True, capture_output=True)
    return folder / "prefect.db"


def with_database(folder: Path, name: str = DATABASE) -> Path:
    """A home's `prefect`, or the folder of a server, its database made already."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_migrated(), folder / name)
    return folder


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clean_environment() -> dict[str, str]:
    """This process's, without what would lead to another server or home."""
    ours = ("PREFECT_", "HEXBEAT_")
    return {k: v for k, v in os.environ.items() if not k.startswith(ours)}


def forget_stores() -> None:
    """s3fs keeps a client for all that is asked alike, and another store asks alike."""
    from s3fs import S3FileSystem

    S3FileSystem.clear_instance_cache()


def ask(url: str, body: object = None, password: str | None = None) -> Any:
    """What a server answers; one that is busy is asked again, as its clients do."""
    for _ in range(_BUSY_TRIES):
        try:
            return _ask(url, body, password)
        except urllib.error.HTTPError as error:
            if error.code != HTTPStatus.SERVICE_UNAVAILABLE:
                raise
        time.sleep(1)
    return _ask(url, body, password)


def credentials(password: str) -> dict[str, str]:
    """The header that says who asks."""
    return {"Authorization": f"Basic {b64encode(password.encode()).decode()}"}


def may_change(url: str, password: str) -> dict[str, str]:
    """The headers with which a server of ours lets something be changed."""
    api = url.partition("/api")[0] + "/api"
    token = _ask(f"{api}/csrf-token?client=test", None, password)["token"]
    csrf = {"Prefect-Csrf-Token": token, "Prefect-Csrf-Client": "test"}
    return credentials(password) | csrf


def _ask(url: str, body: object, password: str | None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    headers = {"content-type": "application/json"}
    if password:
        headers |= credentials(password) if body is None else may_change(url, password)
    request = urllib.request.Request(url, data=data, headers=headers)  # noqa: S310
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        return json.load(answer)


def refused(url: str, body: object) -> tuple[int, str]:
    """The status and the text of an answer that is an error."""
    try:
        ask(url, body)
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    raise AssertionError("it was taken")


def until(seconds: float, ready: Callable[[], Any]) -> Any:
    """What `ready` answers, as soon as it answers anything."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if answer := ready():
                return answer
        except OSError:
            pass
        time.sleep(0.3)
    raise TimeoutError(f"nothing within {seconds} s")


@contextmanager
def prefect_server(folder: Path, **more: str) -> Iterator[dict[str, str]]:
    """A server that stands by itself; the environment of its clients.

    `more` is of the server's environment, and of theirs.
    """
    port = str(free_port())
    env = clean_environment() | {
        "PREFECT_HOME": str(with_database(folder, "prefect.db")),
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
        "PREFECT_SERVER_API_PORT": port,
        "PREFECT_SERVER_UI_ENABLED": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "DO_NOT_TRACK": "1",
        **more,
    }
    command = [sys.executable, "-m", "prefect", "server", "start"]
    with started(command, env, folder / "server.log"):
        until(START_SECONDS, lambda: ask(env["PREFECT_API_URL"] + "/health"))
        yield env


@contextmanager
def hexbeat_up(
    home: Path, env: dict[str, str], log: Path, *words: str
) -> Iterator[subprocess.Popen[bytes]]:
    """`hexbeat up`, ready."""
    command = [*CLI, "up", "--home", str(home), *words]
    with started(command, env, log) as process:
        until(START_SECONDS, lambda: _ready(process, log))
        yield process


def _ready(process: subprocess.Popen[bytes], log: Path) -> bool:
    text = log.read_text()
    assert process.poll() is None, text
    return "hexbeat: ready" in text


@contextmanager
def started(
    command: list[str], env: Mapping[str, str], log: Path, folder: Path = ROOT
) -> Iterator[subprocess.Popen[bytes]]:
    """A process in that folder, for as long as the block lasts."""
    more_than_this_process()
    with log.open("wb") as sink:
        process = subprocess.Popen(
            command, env=env, cwd=folder, stdout=sink, stderr=sink
        )
    try:
        yield process
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> int:
    """Ask it to end, as a service manager does; its exit code."""
    process.send_signal(signal.SIGTERM)
    try:
        return process.wait(90)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def deployment(api: str, name: str, password: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = ask(f"{api}/deployments/name/{name}", password=password)
    return found


def triggered(
    api: str,
    name: str,
    params: dict[str, Any],
    password: str | None = None,
    **more: Any,
) -> str:
    """The id of a new run of a deployment."""
    known = deployment(api, name, password)
    url = f"{api}/deployments/{known['id']}/create_flow_run"
    body = {"parameters": {"params": params}, **more}
    return str(ask(url, body, password)["id"])


def ended(
    api: str, run: str, seconds: float = 240, password: str | None = None
) -> dict[str, Any]:
    """The run, once it has ended."""

    def look() -> dict[str, Any] | None:
        found: dict[str, Any] = ask(f"{api}/flow_runs/{run}", password=password)
        return found if found["state_type"] in ENDED else None

    result: dict[str, Any] = until(seconds, look)
    return result
