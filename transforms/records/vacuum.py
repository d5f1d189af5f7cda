"""What a feed's home needs no more: older data files, stray raw bytes, long logs."""

from datetime import datetime

from transforms.lake.lake import Lake
from transforms.lake.storage import flush_folder
from transforms.lake.unused_files import LOG_ENTRIES, replaced_at, touched_at
from transforms.records.ledger import TABLE
from transforms.records.tables import (
    DAY_SCORES_TABLE,
    PINGS_TABLE,
    QUARANTINE_TABLE,
    RECORDS_TABLE,
)


_TABLES = (RECORDS_TABLE, QUARANTINE_TABLE, TABLE, DAY_SCORES_TABLE, PINGS_TABLE)


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


def forget(lake: Lake) -> None:
    """Leave no older version of any table: no data file, and no word of one in a log.

    A log names files that are gone by the hash of what they contained.
    """
    vacuum(lake)
    for name in _TABLES:
        lake.forget(name)


def sum_up_logs(lake: Lake) -> None:
    """Sum up the log of each table that has grown long."""
    for name in _TABLES:
        if lake.log_entries(name) >= LOG_ENTRIES:
            lake.checkpoint(name)
