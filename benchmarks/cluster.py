"""One nation on one machine's disk, and on a cluster: `python -m benchmarks.cluster`.

The same three commands run in one process, with the home in a folder, and on a Dask
scheduler and workers, with the home in an object store and no disk in common. Every
data file and every published file must have the same bytes; where the time goes is
printed, by stage and process.
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from subprocess import Popen

from benchmarks.commands import command
from benchmarks.national import SIZES, nation
from tests.flows.cluster import dask_cluster, object_store
from tests.flows.servers import prefect_server
from tests.mirror import serving
from tests.transforms.operations.sealed import DATABASE, LISTS
from transforms.homes.home import Home, open_home
from transforms.homes.runs.seal import TIER, latest_run


_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_TABLES = ("incidents", "scores")
# No two DuckDB files are of the same bytes, and the lists have its hash.
_OF_DUCKDB = (DATABASE, *LISTS)
_DRIVER = "command"


def main() -> None:
    """Run both, compare, and print."""
    asked = _asked()
    made = nation(asked.cache, asked.rows)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=asked.cache)))
        source = stack.enter_context(serving(made.source)).address
        (folder / "prefect").mkdir()
        prefect = stack.enter_context(prefect_server(folder / "prefect"))
        os.environ |= prefect
        alone = asked.home or folder / "home"
        _say("one process, a folder")
        _stages(str(alone), source, {})
        store = stack.enter_context(object_store(folder))
        os.environ |= store.env
        env = {**prefect, **store.env}
        cluster = stack.enter_context(dask_cluster(folder, env, asked.workers))
        os.environ |= cluster.env
        away = f"{store.address}/nation"
        _say(f"{asked.workers} workers, an object store")
        with_store = {**cluster.processes, "store": store.process}
        _stages(away, source, with_store, "--task-runner", cluster.address)
        _compare(open_home(str(alone)), open_home(away))


def _stages(
    home: str, source: str, others: Mapping[str, Popen[bytes]], *where: str
) -> None:
    """A row for each stage: by the clock, and CPU and peak memory of each process."""
    names = [_DRIVER, *others]
    _row("stage", "wall s", *(f"{name}: CPU s, MB" for name in names))
    _row(*["---"] * (len(names) + 2))
    words = {
        "ingest": ("--all-forces", "--source", source),
        "score": (),
        "publish": (),
    }
    for stage, more in words.items():
        before = {name: _cpu_s(process.pid) for name, process in others.items()}
        own, wall = _children_s(), time.perf_counter()
        command(stage, *more, "--home", home, *where)()
        took = time.perf_counter() - wall
        used = [f"{_children_s() - own:.1f}, {_children_mb():.0f}"]
        used += [
            f"{_cpu_s(p.pid) - before[name]:.1f}, {_peak_mb(p.pid):.0f}"
            for name, p in others.items()
        ]
        _row(stage, f"{took:.1f}", *used)


def _compare(mine: Home, theirs: Home) -> None:
    """Stop with what differs; what may differ by nature is printed."""
    for table in _TABLES:
        ours, other = _data(mine, table), _data(theirs, table)
        _same(table, ours, other)
        _say(f"{table}: {len(ours)} data files, every one the same")
    runs = [latest_run(home.publications) for home in (mine, theirs)]
    if runs[0] != runs[1] or runs[0] is None:
        raise SystemExit(f"two runs: {runs}")
    ours, other = (_published(home, str(runs[0])) for home in (mine, theirs))
    differ = sorted(n for n in ours | other if ours.get(n) != other.get(n))
    _same("publication", _of_equal_bytes(ours), _of_equal_bytes(other))
    _say(f"{runs[0]}: {len(ours)} files, the same but {', '.join(differ) or 'none'}")


def _same(what: str, ours: Mapping[str, str], other: Mapping[str, str]) -> None:
    if ours != other or not ours:
        names = sorted(n for n in ours | other if ours.get(n) != other.get(n))
        raise SystemExit(f"{what}: of {len(ours)} files these differ: {names[:20]}")


def _of_equal_bytes(files: Mapping[str, str]) -> dict[str, str]:
    return {name: digest for name, digest in files.items() if name not in _OF_DUCKDB}


def _data(home: Home, table: str) -> dict[str, str]:
    """The hash of each data file of a table, by its partition."""
    return {str(f.partition): f.sha256 for f in home.lake.files(table)}


def _published(home: Home, run: str) -> dict[str, str]:
    tier = home.publications / "runs" / run / TIER
    return {f.name: sha256(f.read_bytes()).hexdigest() for f in tier.iterdir()}


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _children_mb() -> float:
    """Of the largest child that has ended: commands alone have, by then."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e3


def _cpu_s(pid: int) -> float:
    """What a running process has used; its name is in brackets and may have spaces."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, words[11:15])) * _TICK_S


def _peak_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1e3


def _row(*cells: str) -> None:
    _say(f"| {' | '.join(cells)} |")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.cluster", description=__doc__)
    parser.add_argument("--rows", choices=SIZES, default="0.2M")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument(
        "--home", type=Path, help="that of one process; what is in it is not done again"
    )
    parser.add_argument(
        "--cache",
        type=Path,
        default=Path(tempfile.gettempdir()) / "hexbeat-bench",
        help="folder of what is made; the nation in it is kept",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
