"""One round of maintenance in the home of a force's own feed.

What is past its retention is the pull's to remove (transforms.records.retention). This
retires runs past the number to keep, and removes what nothing needs any more.
"""

from datetime import datetime, timedelta
from itertools import chain

from transforms.homes.runs.catalog import write_catalog
from transforms.lake.tables import TABLES
from transforms.lake.unused_files import LOG_ENTRIES, remove
from transforms.operations.maintenance.lake_files import unneeded_data
from transforms.operations.maintenance.leftovers import leftovers
from transforms.operations.maintenance.maintain import Maintained
from transforms.operations.maintenance.rests_on import RestsOn
from transforms.operations.maintenance.retire import retired_files, runs_to_retire
from transforms.records.homes import ForceHome


# A day's publication rests on drops, which its provenance names, and on no data file.
_NOTHING = RestsOn(frozenset(), frozenset())


def maintain_feed(
    home: ForceHome, who: str, now: datetime, dry_run: bool = False
) -> Maintained:
    """Retire old runs, remove what nothing needs, and sum up long logs."""
    opened, lake = home.home, home.lake
    before = now - timedelta(days=opened.retention.unused_days)
    with home.alone("a maintenance"):
        old = runs_to_retire(opened)
        found = chain(
            retired_files(opened, old, now, dry_run),
            unneeded_data(lake, _NOTHING, before),
            leftovers(opened, before),
        )
        removed = remove(found, dry_run)
        long = [name for name in TABLES if lake.log_entries(name) >= LOG_ENTRIES]
        done = Maintained(removed, old, long, [])
        if dry_run:
            return done
        if old:
            write_catalog(opened.publications)
        for name in long:
            lake.checkpoint(name)
        if done.changed:
            home.audit.append(now, who, "maintain", {"retired": old})
    return done
