"""What a person waits for: the command itself, from its start to its end."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measure import Work


_HEXBEAT = [sys.executable, "-c", "from flows.command.process import run; run()"]
_WELL = (0, 3)  # exit codes: done, or done with something held back


def command(*words: str) -> Work:
    """`hexbeat` with those words, to its end."""

    def do() -> str:
        done = subprocess.run([*_HEXBEAT, *words], capture_output=True, text=True)  # noqa: S603
        if done.returncode not in _WELL:
            raise SystemExit(done.stderr)
        return f"exit code {done.returncode}"

    return do


def python(code: str) -> Work:
    """A Python of its own, to the end of that code."""

    def do() -> str:
        subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603
        return code

    return do


@contextmanager
def up(folder: Path, port: int, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    """`hexbeat up` in a home, ready, for as long as the block lasts."""
    words = ["up", "--home", str(folder), "--port", str(port), *more]
    log = folder / "up.log"
    with log.open("w") as sink:
        process = subprocess.Popen([*_HEXBEAT, *words], stderr=sink)  # noqa: S603
    try:
        while "ready" not in log.read_text():
            try:
                process.wait(0.5)
            except subprocess.TimeoutExpired:
                continue
            raise SystemExit(log.read_text())
        yield process
    finally:
        process.terminate()
        process.wait()
