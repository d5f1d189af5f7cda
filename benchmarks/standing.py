"""A deployment's run under `hexbeat up`: what it costs, beside a server that stands."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.commands import up
from benchmarks.measure import Cost
from flows.server.prefect_settings import prefect_folder
from flows.server.standing import standing_api, use_standing


_PORT = 4291
_REAPED_WITHIN_SECONDS = 15  # a worker's look at the processes that it started
_LOOK_SECONDS = 0.2
_IDLE_SECONDS = 30
_TICKS = os.sysconf("SC_CLK_TCK")
# In /proc/PID/stat, after the name: of the process itself, and of its ended children
_OWN, _OF_CHILDREN = slice(11, 13), slice(13, 15)
_PARENT = 1


@dataclass(frozen=True)
class Standing:
    """A running `hexbeat up` that serves feeds: the server and the worker."""

    pid: int
    idle_share: float = 0.0  # of a core, that both take with nothing to do

    def run(self, deployment: str) -> tuple[Cost, Cost]:
        """Run a deployment to its end: its whole cost, and that of its process alone.

        The whole is with what server and worker took more than they do when idle.
        """
        before, began = self._took(), time.perf_counter()
        words = ["-m", "prefect", "deployment", "run", deployment, "--watch"]
        done = subprocess.run([sys.executable, *words], capture_output=True, text=True)  # noqa: S603
        if "Completed" not in done.stdout:
            raise SystemExit(done.stdout + done.stderr)
        wall_s = time.perf_counter() - began
        deadline = time.monotonic() + _REAPED_WITHIN_SECONDS
        while self._took()[0] == before[0] and time.monotonic() < deadline:
            time.sleep(_LOOK_SECONDS)
        run, rest = (b - a for a, b in zip(before, self._took(), strict=True))
        more = max(rest - self.idle_share * (time.perf_counter() - began), 0.0)
        said = f"server and worker took {more:.1f} s more than idle"
        return Cost(run + more, wall_s, 0.0, said), Cost(run, wall_s, 0.0, said)

    def idle(self) -> "Standing":
        """The same, with what server and worker take where no run is going on.

        Ask after a run: until then they are still loading what they need.
        """
        before, began = self._took()[1], time.perf_counter()
        time.sleep(_IDLE_SECONDS)
        took = self._took()[1] - before
        return replace(self, idle_share=took / (time.perf_counter() - began))

    def _took(self) -> tuple[float, float]:
        """CPU seconds of ended runs, and of the server and the worker themselves."""
        pids = [p for p in Path("/proc").iterdir() if p.name.isdigit()]
        stats = [fields for pid in pids if (fields := _stat(pid))]
        mine = [fields for fields in stats if int(fields[_PARENT]) == self.pid]
        return _seconds(mine, _OF_CHILDREN), _seconds(mine, _OWN)


@contextmanager
def standing(folder: Path, *feeds: Path) -> Iterator[Standing]:
    """`hexbeat up` in a folder of its own, for those feeds' homes."""
    words = [word for feed in feeds for word in ("--feed", str(feed))]
    with up(folder, _PORT, *words) as process:
        url = standing_api(prefect_folder(folder))
        if url is None:
            raise SystemExit("hexbeat up does not answer")
        use_standing(prefect_folder(folder), url)
        yield Standing(process.pid)


def _stat(process: Path) -> list[str]:
    """The numbers of a process; none where it has ended."""
    try:
        return (process / "stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return []


def _seconds(stats: list[list[str]], which: slice) -> float:
    return sum(int(n) for fields in stats for n in fields[which]) / _TICKS
