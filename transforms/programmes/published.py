"""The cells of a publication, of which hot spots and places are made."""

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from transforms.errors import ForceError, UsageError
from transforms.homes.home import Home
from transforms.homes.runs.catalog import run_folder, withdrawn
from transforms.homes.runs.seal import TIER, latest_run
from transforms.publications.schemas import CELLS_FILE


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
    file = folder / TIER / CELLS_FILE
    wanted = [("force", "=", force), ("crime_group", "=", group)]
    rows = pq.read_table(file, filters=wanted)
    if not len(rows):
        raise ForceError(
            f"{force}: run {run_id} has no scores of {group}; its METHOD.md says why"
        )
    if pc.min(rows["months_12m"]).as_py() == 0:
        raise ForceError(f"{force}: no month of the last 12 was supplied")
    return run_id, rows
