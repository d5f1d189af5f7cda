"""One round of maintenance: safe while ingests and publications run.

Nothing that the newest versions hold, that a kept publication rests on, or that is
younger than the home's `unused_days` is touched.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from transforms.errors import UsageError
from transforms.homes.home import Home
from transforms.homes.runs.catalog import retired, write_catalog
from transforms.incidents.lake_check import unfinished
from transforms.lake.storage import is_remote
from transforms.lake.tables import TABLES
from transforms.lake.unused_files import LOG_ENTRIES, Removed, remove
from transforms.operations.maintenance.lake_files import unneeded_data
from transforms.operations.maintenance.leftovers import leftovers
from transforms.operations.maintenance.raw_files import unneeded_raw
from transforms.operations.maintenance.rests_on import rests_on
from transforms.operations.maintenance.retire import retired_files, runs_to_retire


@dataclass(frozen=True)
class Maintained:
    """What a round of maintenance did, or in a dry run would do."""

    removed: list[Removed]
    retired: list[str]  # runs
    checkpoints: list[str]  # tables whose log was summed up
    notes: list[str]  # forces whose data files were left alone, and why

    @property
    def changed(self) -> bool:
        """Whether there was anything to do."""
        return bool(self.removed or self.retired or self.checkpoints)


def maintain(home: Home, now: datetime, dry_run: bool = False) -> Maintained:
    """Retire old runs, remove what nothing needs, and sum up long logs."""
    if is_remote(home.root):
        raise UsageError(f"{home.root}: in a store its own rules remove files")
    old = runs_to_retire(home)
    rests_on(home.publications, old)  # raises before anything is removed
    of_runs = remove(retired_files(home, old, now, dry_run), dry_run)
    if old and not dry_run:
        write_catalog(home.publications)
        places = home.publications / "runs"
        old = [run_id for run_id in old if retired(places / run_id)]
    rests = rests_on(home.publications, old)
    doubtful = unfinished(home.lake, home.registry)
    before = now - timedelta(days=home.retention.unused_days)
    found = chain(
        unneeded_data(home.lake, rests, before, doubtful),
        unneeded_raw(home, rests, now),
        leftovers(home, before),
    )
    removed = of_runs + remove(found, dry_run)
    long = [name for name in TABLES if home.lake.log_entries(name) >= LOG_ENTRIES]
    for name in () if dry_run else long:
        home.lake.checkpoint(name)
    notes = [f"its data files are left alone: {why}" for why in doubtful.values()]
    return Maintained(removed, old, long, notes)
