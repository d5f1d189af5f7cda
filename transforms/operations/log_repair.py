"""The repair of a table whose newest log entry is damaged: it is put aside.

The table is then as it was one commit before. The next run does again what the entry
recorded: it notices rows without their ledger row, a ledger row without its rows, and
scores or backtests of other rows.
"""

from collections.abc import Iterator

from transforms.errors import LakeError
from transforms.homes.home import Home
from transforms.incidents.lake_check import unfinished
from transforms.lake.checksums import damage
from transforms.lake.lake import Lake
from transforms.lake.storage import flush_folder, is_remote
from transforms.lake.tables import TABLES


def repair(home: Home) -> Iterator[str]:
    """Put damaged newest log entries aside; a line for each, and for what it left.

    Nothing else may be running. Raises `LakeError`, and leaves a table as it was, where
    more than its newest entry is damaged.
    """
    mended = [name for name in TABLES if _is_damaged(home.lake, name)]
    for name in mended:
        yield _put_aside(home.lake, name)
    if mended:
        yield from unfinished(home.lake, home.registry).values()


def _is_damaged(lake: Lake, name: str) -> bool:
    try:
        lake.refuse_damaged_log(name)
    except LakeError:
        return True
    return False


def _put_aside(lake: Lake, name: str) -> str:
    table = lake.root / name
    if is_remote(table):
        raise LakeError(f"the {name} table is in a store: go back to a version of it")
    newest = max((table / "_delta_log").glob("[0-9]*.json"))
    aside = table / f"damaged-{newest.name}"
    newest.rename(aside)
    if _is_damaged(lake, name) or any(damage(file) for file in lake.files(name)):
        aside.rename(newest)
        raise LakeError(
            f"the {name} table: more than the newest entry of its log is damaged; bring"
            " the home back from a backup, or build a new one from the source"
        )
    flush_folder(newest.parent)
    flush_folder(table)
    return (
        f"the newest entry of the {name} table's log was damaged and is now {aside};"
        " run the last command again"
    )
