"""CPU, wall time and peak memory of each stage, each in a process of its own."""

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from transforms.home import Home, open_home
from transforms.ingest import ingest_force
from transforms.ledger import forces_held
from transforms.publish import publish
from transforms.request import resolve
from transforms.score import newest_supplied, score_force
from transforms.scores import METHODS


METHOD = METHODS["shared_prior"]


def ingest(home: Home, source: Path) -> str:
    """Everything of the source, force by force."""
    request = resolve(source, home.registry, all_forces=True, start="2010-12")
    rows = 0
    for force in request.forces:
        done = ingest_force(
            home.lake,
            request.feed,
            force,
            request.members,
            request.months,
            datetime.now(UTC),
        )
        rows += done.total("rows_in")
    return f"{rows:,} rows"


def score(home: Home, _: Path) -> str:
    """All forces at the newest twelve as-of months."""
    as_of = newest_supplied(home.lake, home.registry)
    if as_of is None:
        raise SystemExit("nothing to score")
    forces = forces_held(home.lake, home.registry)
    rows = sum(score_force(home.lake, f, as_of, METHOD).rows for f in forces)
    return f"{rows:,} rows"


def publication(home: Home, _: Path) -> str:
    """One publication of all forces."""
    as_of = newest_supplied(home.lake, home.registry)
    if as_of is None:
        raise SystemExit("nothing to publish")
    folder = publish(home, as_of, METHOD).folder / "internal"
    return f"{sum(f.stat().st_size for f in folder.iterdir()) / 1e6:,.0f} MB"


STAGES: dict[str, Callable[[Home, Path], str]] = {
    "ingest": ingest,
    "score": score,
    "publish": publication,
    "ingest again": ingest,
    "score again": score,
    "publish again": publication,
}


def _measured(name: str, home: Path, source: Path) -> None:
    wall = time.perf_counter()
    used = resource.getrusage(resource.RUSAGE_SELF)
    start = used.ru_utime + used.ru_stime
    said = STAGES[name](open_home(home), source)
    used = resource.getrusage(resource.RUSAGE_SELF)
    sys.stdout.write(
        f"| {name} | {used.ru_utime + used.ru_stime - start:.1f} |"
        f" {time.perf_counter() - wall:.1f} | {used.ru_maxrss / 1e3:.0f} | {said} |\n"
    )


def main() -> None:
    """Print a table of the stages."""
    source, home = Path(sys.argv[1]), Path(sys.argv[2])
    sys.stdout.write(
        "| stage | CPU s | wall s | peak MB | done |\n|---|---|---|---|---|\n"
    )
    sys.stdout.flush()
    context = multiprocessing.get_context("spawn")  # no memory inherited
    for name in STAGES:
        process = context.Process(target=_measured, args=(name, home, source))
        process.start()
        process.join()


if __name__ == "__main__":
    main()
