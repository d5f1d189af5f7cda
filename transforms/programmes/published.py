"""The cells of a publication, of which hot spots and places are made."""

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from transforms.errors import ForceError, UsageError
from transforms.homes.home import Home
from transforms.homes.runs.catalog import run_folder, withdrawn
from transforms.homes.runs.seal import TIER, latest_run
from transforms.publications.schemas import CELLS_FILE
from transforms.reference.clocks import MONTHS, Clock
from transforms.reference.days import DAYS


DAY_CELLS_FILE = "day_cells.parquet"


def published_cells(
    home: Home, run_id: str | None, force: str, group: str
) -> tuple[str, pa.Table]:
    """The run, by default the newest, and its cells of a force and group.

    `UsageError` or `ForceError` where there are none to go by.
    """
    run_id = run_id or latest_run(home.publications)
    if run_id is None:
        raise UsageError(f"there is no publication in {home.publications} yet")
    folder = run_folder(home.publications, run_id)
    if why := withdrawn(folder):
        raise UsageError(f"{run_id} is withdrawn ({why}): choose another run")
    if force not in home.registry:
        raise UsageError(f"{force!r} is no force of this home")
    clock = DAYS if home.feed else MONTHS
    file = folder / TIER / (DAY_CELLS_FILE if home.feed else CELLS_FILE)
    wanted: list[tuple[str, str, str | int]] = [
        ("force", "=", force),
        ("crime_group", "=", group),
    ]
    if home.feed:
        wanted.append(("horizon_days", "=", clock.term))  # both have the same level
    rows = pq.read_table(file, filters=wanted)
    if not len(rows):
        raise ForceError(
            f"{force}: run {run_id} has no scores of {group}; its METHOD.md says why"
        )
    if pc.min(supplied_in_year(rows, clock)).as_py() == 0:
        year = clock.windows[clock.year]
        raise ForceError(f"{force}: no {clock.period} of the last {year} was supplied")
    return run_id, rows


def supplied_in_year(rows: pa.Table, clock: Clock) -> pa.ChunkedArray:
    """Supplied months of twelve that published cells rest on, or days of 365."""
    return rows[f"{clock.unit}_{clock.year}"]
