"""CPU, wall time and peak memory of a piece of work in a process of its own."""

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from transforms.homes.home import Home
    from transforms.reference.months import Month


Work = Callable[..., str]
Prepare = Callable[..., Work]  # makes ready, unmeasured; what it returns is measured


@dataclass(frozen=True)
class Cost:
    """What a piece of work took, the processes that it started included."""

    cpu_s: float
    wall_s: float
    peak_mb: float  # of the largest process, what it held before the work included
    said: str


def cost(prepare: Prepare, *given: object) -> Cost:
    """Prepare in a new process, without a module of ours, and measure what follows."""
    context = multiprocessing.get_context("spawn")  # no memory inherited
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(there, prepare, given))
    process.start()
    there.close()
    try:
        took: Cost = here.recv()
    except EOFError as error:
        raise SystemExit(f"{prepare.__name__} ended early: see above") from error
    finally:
        process.join()
    return took


def cost_of(work: str, *given: object) -> Cost:
    """The same of `module.function` of this package, imported nowhere but there."""
    return cost(_named, work, *given)


def table(work: Mapping[str, Work], *given: object) -> None:
    """Print a row for each piece of work, which says itself what it did."""
    sys.stdout.write(
        "| work | CPU s | wall s | peak MB | done |\n|---|---|---|---|---|\n"
    )
    sys.stdout.flush()
    for name, do in work.items():
        took = cost(_as_it_is, do, *given)
        sys.stdout.write(
            f"| {name} | {took.cpu_s:.1f} | {took.wall_s:.1f} |"
            f" {took.peak_mb:.0f} | {took.said} |\n"
        )
        sys.stdout.flush()


def newest_as_of(home: "Home") -> "Month":
    """The newest supplied month of a home that has any."""
    from transforms.scores.score_months import newest_supplied

    as_of = newest_supplied(home.lake, home.registry)
    if as_of is None:
        raise SystemExit("the lake holds no supplied month")
    return as_of


def _named(work: str, *given: object) -> Work:
    module, function = work.split(".")
    prepare: Prepare = getattr(import_module(f"benchmarks.{module}"), function)
    return prepare(*given)


def _as_it_is(do: Work, *given: object) -> Work:
    return lambda: do(*given)


def _send(to: Connection, prepare: Prepare, given: tuple[object, ...]) -> None:
    do = prepare(*given)
    wall, cpu = time.perf_counter(), _cpu_s()
    said = do()
    to.send(Cost(_cpu_s() - cpu, time.perf_counter() - wall, _peak_mb(), said))


def _cpu_s() -> float:
    kinds = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
    used = [resource.getrusage(kind) for kind in kinds]
    return sum(u.ru_utime + u.ru_stime for u in used)


def _peak_mb() -> float:
    """Linux counts what a process's parent held when it was started to its `maxrss`."""
    status = Path("/proc/self/status").read_text()
    own = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return max(int(own.split()[1]), children) / 1e3
