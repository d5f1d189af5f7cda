"""What a feed's home needs no more: older data files, stray raw bytes, long logs."""

from datetime import datetime

from transforms.lake import Lake
from transforms.maintenance.lake_files import replaced_at
from transforms.maintenance.maintain import LOG_ENTRIES
from transforms.maintenance.unneeded import touched_at
from transforms.records.ledger import TABLE
from transforms.records.tables import QUARANTINE_TABLE, RECORDS_TABLE
from transforms.storage import flush_folder


_TABLES = (RECORDS_TABLE, QUARANTINE_TABLE, TABLE)


def vacuum(lake: Lake, unused_since: datetime | None = None) -> int:
    """Remove older data files, all or those unused since then; how many went.

    Only for who is alone in the home: a file that waits for its commit would go, too.
    """
    removed = 0
    for name in _TABLES:
        folder = lake.root / name
        if not folder.is_dir():
            continue
        live = {file.path for file in lake.files(name)}
        replaced = replaced_at(folder) if unused_since else {}
        for path in sorted(folder.glob("force=*/**/*.parquet")):
            written = touched_at(path)
            if str(path) in live or written is None:
                continue
            where = path.relative_to(folder).as_posix()
            if (
                unused_since
                and max(written, replaced.get(where, written)) >= unused_since
            ):
                continue
            path.unlink()
            flush_folder(path.parent)
            removed += 1
    return removed


def sum_up_logs(lake: Lake) -> None:
    """Sum up the log of each table that has grown long."""
    for name in _TABLES:
        if lake.log_entries(name) >= LOG_ENTRIES:
            lake.checkpoint(name)
