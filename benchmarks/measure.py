"""CPU, wall time and peak memory of a piece of work in a process of its own."""

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Mapping

from transforms.home import Home
from transforms.months import Month
from transforms.score import newest_supplied


Work = Callable[..., str]


def table(work: Mapping[str, Work], *given: object) -> None:
    """Print a row for each piece of work, which says itself what it did."""
    sys.stdout.write(
        "| work | CPU s | wall s | peak MB | done |\n|---|---|---|---|---|\n"
    )
    sys.stdout.flush()
    context = multiprocessing.get_context("spawn")  # no memory inherited
    for name, do in work.items():
        process = context.Process(target=_measured, args=(name, do, given))
        process.start()
        process.join()


def newest_as_of(home: Home) -> Month:
    """The newest supplied month of a home that has any."""
    as_of = newest_supplied(home.lake, home.registry)
    if as_of is None:
        raise SystemExit("the lake holds no supplied month")
    return as_of


def _measured(name: str, do: Work, given: tuple[object, ...]) -> None:
    wall = time.perf_counter()
    used = resource.getrusage(resource.RUSAGE_SELF)
    start = used.ru_utime + used.ru_stime
    said = do(*given)
    used = resource.getrusage(resource.RUSAGE_SELF)
    sys.stdout.write(
        f"| {name} | {used.ru_utime + used.ru_stime - start:.1f} |"
        f" {time.perf_counter() - wall:.1f} | {used.ru_maxrss / 1e3:.0f} | {said} |\n"
    )
    sys.stdout.flush()
