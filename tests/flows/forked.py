"""Processes forked from one that has imported what they use: importing is dear.

Of four CPU seconds of a short command on a server that stands already, imports are
nearly three. Prefect reads its settings once, when it is imported: so each server of
`servers.py` has a process of its own, which waits for commands as long as it stands.
One more, without Prefect, is for all others.
"""

import atexit
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any


MAIN = "from flows.command.cli import main; main()"
_ROOT = Path(__file__).parents[2]
_WAIT = "from tests.flows.forked import wait; exec(wait(), {'__name__': '__main__'})"
_WITH_PREFECT: tuple[str, ...] = (
    "flows.backfill", "flows.backtest", "flows.maintenance", "flows.publish",
    "flows.refresh", "flows.command.cli", "flows.command.console",
)  # fmt: skip
# What of the above, and of Prefect's server, is not Prefect's own.
_WITHOUT_PREFECT: tuple[str, ...] = (
    "docket", "fastapi", "griffe", "httpx", "pendulum", "pydantic_settings",
    "rich.console", "sqlalchemy.ext.asyncio", "uvicorn",
    "transforms.backtests.account", "transforms.incidents.request",
    "transforms.operations.maintenance.maintain",
    "transforms.publications.public.publish", "transforms.publications.publish",
    "transforms.scores.score_months", "flows.command.cli",
)  # fmt: skip


Settings = tuple[tuple[str, str], ...]
_SERVERS: set[str] = set()
_WAITING: dict[Settings, subprocess.Popen[str]] = {}


@contextmanager
def with_server(url: str) -> Iterator[None]:
    """While it stands, what is run on it need not import Prefect."""
    _SERVERS.add(url)
    try:
        yield
    finally:
        _SERVERS.remove(url)
        for settings in list(_WAITING):
            if dict(settings).get("PREFECT_API_URL") == url:
                _end(_WAITING.pop(settings))


def run(
    code: str, words: list[str], env: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """What `python -c code` with those words does and prints in that environment."""
    waiting = _waiting(env)
    assert waiting.stdin
    assert waiting.stdout
    with TemporaryDirectory() as folder:
        files = [Path(folder) / name for name in ("out", "err")]
        asked = {
            "code": code,
            "words": words,
            "env": dict(env),
            "folder": str(Path.cwd()),
            "files": [str(file) for file in files],
        }
        waiting.stdin.write(json.dumps(asked) + "\n")
        waiting.stdin.flush()
        returned = int(waiting.stdout.readline())
        out, err = (file.read_text() for file in files)
    return subprocess.CompletedProcess(words, returned, out, err)


def _waiting(env: Mapping[str, str]) -> subprocess.Popen[str]:
    """The process that forks for what is run in that environment."""
    settings: Settings = ()
    if env.get("PREFECT_API_URL") in _SERVERS:
        named = {k: v for k, v in env.items() if k.startswith("PREFECT_")}
        settings = tuple(sorted(named.items()))
    if settings not in _WAITING:
        others = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
        _WAITING[settings] = subprocess.Popen(
            [sys.executable, "-c", _WAIT], env=others | dict(settings), cwd=_ROOT,
            text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
    return _WAITING[settings]


def _end(process: subprocess.Popen[str]) -> None:
    """It ends when nothing more can be asked of it."""
    assert process.stdin
    assert process.stdout
    process.stdin.close()
    process.wait()
    process.stdout.close()


@atexit.register
def _end_all() -> None:
    while _WAITING:
        _end(_WAITING.popitem()[1])


def wait() -> str:
    """In that process: import, and fork for each that is run; in the fork, its code."""
    if "PREFECT_API_URL" in os.environ:
        from flows.server.prefect_settings import QUIET

        os.environ.update(QUIET)  # as a command does, before it imports Prefect
        modules = _WITH_PREFECT
    else:
        modules = _WITHOUT_PREFECT
    for name in modules:
        import_module(name)
    for line in sys.stdin:
        if not (child := os.fork()):
            return _become(**json.loads(line))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201
    sys.exit()


def _become(
    code: str, words: list[str], env: dict[str, str], folder: str, files: list[Any]
) -> str:
    """Be as a process that was started with those words, there and so; its code."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = ["-c", *words]
    random.seed()
    for number, file in enumerate([os.devnull, *files]):
        opened = os.open(file, os.O_RDWR | os.O_CREAT)
        os.dup2(opened, number)
        os.close(opened)
    return code
