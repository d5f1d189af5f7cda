"""CPU, wall time and peak memory of each stage, each in a process of its own."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measure import Work, newest_as_of, table
from transforms.feeds.police_uk import street
from transforms.homes.home import open_home
from transforms.incidents.ingest import ingest_force
from transforms.incidents.lake_check import stored_forces
from transforms.incidents.request import resolve
from transforms.publications.publish import publish
from transforms.scores.methods import DEFAULT_METHOD, METHODS
from transforms.scores.score_months import score_force


METHOD = METHODS[DEFAULT_METHOD]


def ingest(folder: Path, source: Path) -> str:
    """Everything of the source, force by force."""
    home = open_home(folder)
    request = resolve(source, home.registry, all_forces=True, start="2010-12")
    rows = 0
    for force in request.forces:
        done = ingest_force(
            home.lake,
            street,
            force,
            request.members,
            request.months,
            datetime.now(UTC),
        )
        rows += done.total("rows_in")
    return f"{rows:,} rows"


def score(folder: Path, _: Path) -> str:
    """All forces at the newest twelve as-of months."""
    home = open_home(folder)
    as_of = newest_as_of(home)
    forces = stored_forces(home.lake, home.registry)
    done = [score_force(home.lake, f, as_of, METHOD, home.scoring) for f in forces]
    return f"{sum(d.rows for d in done):,} rows"


def publication(folder: Path, _: Path) -> str:
    """One publication of all forces."""
    home = open_home(folder)
    done = publish(home, newest_as_of(home), METHOD).folder / "internal"
    return f"{sum(f.stat().st_size for f in done.iterdir()) / 1e6:,.0f} MB"


STAGES: dict[str, Work] = {
    "ingest": ingest,
    "score": score,
    "publish": publication,
    "ingest again": ingest,
    "score again": score,
    "publish again": publication,
}


if __name__ == "__main__":
    table(STAGES, Path(sys.argv[2]), Path(sys.argv[1]))
