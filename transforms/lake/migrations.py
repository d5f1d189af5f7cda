"""From one layout of the lake to the next, one step after the other.

A step may be cut off anywhere and done again: each of its commits takes one force's
partitions of one table from the old columns to the new, and looks first whether that
is done. The lake's number moves on last.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from transforms.errors import LakeError
from transforms.lake.crash_points import crash_point
from transforms.lake.data_files import DataFile
from transforms.lake.lake import Lake, NewFile
from transforms.lake.layout import LAYOUT, layout_of, write_layout
from transforms.lake.tables import TABLES


_HASH = re.compile(r"[0-9a-f]{64}")

Step = Callable[[Lake], Iterator[str]]  # does its part; yields a line for each


def migrate(lake: Lake) -> Iterator[str]:
    """Take a lake to the newest layout; a line for each thing done."""
    while (layout := layout_of(lake.root)) < LAYOUT:
        yield from STEPS[layout](lake)
        crash_point("layout-reached")
        write_layout(lake.root, layout + 1)
        yield f"layout {layout + 1}"


def _complete(lake: Lake) -> Iterator[str]:
    """Every data file gets all columns of its table, and a hash in its name.

    Columns that may be absent are added empty, the rows and their order staying as they
    are. What can be recomputed is emptied, not rewritten.
    """
    for name in TABLES:
        by_force: dict[str, list[DataFile]] = defaultdict(list)
        for file in lake.files(name):
            if _missing(name, file) or not _HASH.fullmatch(file.sha256):
                by_force[file.partition["force"]].append(file)
        for force, files in by_force.items():
            again = TABLES[name].made_again
            added = [] if again else [_filled(lake, name, file) for file in files]
            lake.commit(name, force, added, _partitions(name, files))
            done = "emptied, to be computed again" if not added else "rewritten"
            yield f"{name} of {force}: {len(files)} files {done}"


def _missing(name: str, file: DataFile) -> list[pa.Field]:
    """The columns of the table that a data file lacks."""
    stored = set(pq.read_schema(file.path).names)
    return [field for field in TABLES[name].stored if field.name not in stored]


def _filled(lake: Lake, name: str, file: DataFile) -> NewFile:
    """The same rows with the columns that they lacked, written and not committed."""
    missing = _missing(name, file)
    rows = pq.ParquetFile(file.path).read()
    for field in missing:
        if not field.nullable:
            raise LakeError(
                f"{file.path} has no column {field.name}, and nothing can stand for it;"
                " build the home again from its source"
            )
        rows = rows.append_column(field.name, pa.nulls(len(rows)))
    return lake.write(name, file.partition, rows)


def _partitions(name: str, files: list[DataFile]) -> list[str]:
    """The values of the second partition column that are replaced; none without one."""
    keys = TABLES[name].partition_by
    return [file.partition[keys[1]] for file in files] if len(keys) > 1 else []


# from that layout to the next
STEPS: dict[int, Step] = {1: _complete, 2: _complete, 3: _complete, 4: _complete}
