"""PostgreSQL of this machine, in place of the image that compose.yaml names."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def database(state: Path, user: str, password: str) -> Iterator[str]:
    """An empty one on its usual port, with the user and the sign-in of compose.yaml.

    Gives its address; the user's database has the user's name.
    """
    folder = state / "postgresql"
    folder.mkdir()
    shutil.chown(folder, "postgres", "postgres")
    secret = folder / "password"
    secret.write_text(password)
    secret.chmod(0o644)
    data = folder / "data"

    def do(name: str, *words: str | Path) -> None:
        subprocess.run(
            [program(name), *words],
            check=True,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            user="postgres",
            group="postgres",
        )

    do(
        "initdb", "--no-sync", "--auth-host=scram-sha-256", "--auth-local=trust",
        f"--username={user}", f"--pwfile={secret}", "-D", data,
    )  # fmt: skip
    options = f"-h 127.0.0.1 -p 5432 -k {folder} -c fsync=off"
    try:
        do("pg_ctl", "-w", "-D", data, "-o", options, "-l", folder / "log", "start")
        local = f"host={folder} user={user} dbname=postgres"
        do("psql", local, "-c", f"create database {user}")
        yield f"postgresql+asyncpg://{user}:{password}@127.0.0.1:5432/{user}"
    finally:
        do("pg_ctl", "-w", "-m", "immediate", "-D", data, "stop")
        shutil.rmtree(folder, ignore_errors=True)


def program(name: str) -> str:
    """A program of PostgreSQL's; Debian keeps the server's own out of the path."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for place in (None, *map(str, places)):
        if found := shutil.which(name, path=place):
            return found
    raise SystemExit(f"hexbeat: install postgresql: {name} is not there")
