"""A PostgreSQL server of a test's own on loopback."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from os import geteuid
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.flows.servers import free_port


def _program(name: str) -> str:
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for place in (None, *map(str, places)):
        if found := shutil.which(name, path=place):
            return found
    pytest.skip(f"{name} of PostgreSQL is not there")


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of an empty database, which is gone after the block."""
    initdb, pg_ctl = _program("initdb"), _program("pg_ctl")
    folder = Path(mkdtemp(prefix="hexbeat-postgres-"))
    # it never runs as root
    user = {"user": "postgres", "group": "postgres"} if geteuid() == 0 else {}
    if user:
        shutil.chown(folder, **user)
    data, port = folder / "data", free_port()

    def do(*words: str | Path) -> None:
        subprocess.run(words, check=True, cwd=folder, stdout=subprocess.DEVNULL, **user)  # type: ignore[call-overload]

    options = f"-h 127.0.0.1 -p {port} -k {folder} -c fsync=off"
    try:
        do(initdb, "--no-sync", "--auth=trust", "--username=force", "-D", data)
        do(pg_ctl, "-w", "-D", data, "-o", options, "-l", folder / "log", "start")
        yield f"postgresql://force@127.0.0.1:{port}/postgres"
        do(pg_ctl, "-w", "-m", "immediate", "-D", data, "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
