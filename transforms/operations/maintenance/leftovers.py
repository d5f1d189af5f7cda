"""What killed runs left over: half a publication, half a file."""

from collections.abc import Iterator
from datetime import datetime

from transforms.homes.home import Home
from transforms.lake.unused_files import Unneeded, touched_at


_LEFT_BY_KILLED_RUNS = {
    "publications/runs/.tmp-*": "cut-off publications",
    "publications/.*-*.json": "cut-off pointers",
    "publications/public/.*-*.json": "cut-off pointers",
    "publications/runs/*/.*-*.json": "cut-off pointers",
    "programmes/.tmp-*": "cut-off programmes",
    "programmes/*/looks/.tmp-*": "cut-off looks",
    "programmes/*/plans/.tmp-*": "cut-off plans",
    "programmes/*/packs/.tmp-*": "cut-off tasking packs",
    "profiles/.tmp-*": "cut-off problem profiles",
    "programmes/*/searches/.tmp-*": "cut-off counts of searches",
    "programmes/*/dosage/.tmp-*": "cut-off dose reports",
    "programmes/*/trials/.tmp-*": "cut-off trials",
    "programmes/*/trials/*/.tmp-*": "cut-off trials",
    "programmes/*/trials/*/issues/.tmp-*": "cut-off trials",
    "programmes/*/trials/*/analyses/.tmp-*": "cut-off trials",
    "programmes/.*-*.json": "cut-off pointers",
    ".released-*.json": "cut-off pointers",
    "lake/.layout-*.json": "cut-off pointers",
    "raw/**/.part-*": "cut-off raw files",
    "lake/*/_delta_log/*.tmp": "cut-off log entries",
    "lake/*/_delta_log/*#*": "cut-off log entries",
}


def leftovers(home: Home, before: datetime) -> Iterator[Unneeded]:
    """What was begun before then, and never finished."""
    for pattern, kind in _LEFT_BY_KILLED_RUNS.items():
        for path in sorted(home.root.glob(pattern)):
            touched = touched_at(path)
            if touched is not None and touched < before:
                yield Unneeded(kind, path)
