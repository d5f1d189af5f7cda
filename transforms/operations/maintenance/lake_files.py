"""Data files of the lake that no reader can come to need.

A data file stays while the newest version of its table has it, while a kept publication
rests on it, and for some days after it was written or replaced: a writer may be about
to commit it, or a reader still be at the version before.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from transforms.lake.lake import Lake
from transforms.lake.tables import TABLES
from transforms.lake.unused_files import Unneeded, replaced_at, touched_at
from transforms.operations.maintenance.rests_on import RestsOn


REPLACED = "replaced data files"
UNCOMMITTED = "data files without a commit"


def unneeded_data(
    lake: Lake, rests: RestsOn, before: datetime, doubtful: Collection[str] = ()
) -> Iterator[Unneeded]:
    """The data files unused since before then, forces in doubt passed over."""
    for name in TABLES:
        folder = lake.root / name
        if not (folder / "_delta_log").is_dir():  # lost: then nothing is known of it
            continue
        # What is there is listed before what is live: in between files only come alive.
        there = sorted(folder.glob("force=*/**/*.parquet"))
        replaced = replaced_at(folder)
        live = lake.files(name)
        kept = {file.sha256 for file in live}
        paths = {Path(file.path) for file in live}
        for path in there:
            where = path.relative_to(folder).as_posix()
            values = [part.partition("=")[2] for part in Path(where).parts[:-1]]
            written = touched_at(path)
            if path in paths or values[0] in doubtful or written is None:
                continue
            if max(written, replaced.get(where, written)) >= before:
                continue
            content = path.stem.rpartition("-")[2]
            if content not in kept and _is_named(name, values, path, rests):
                kept.add(content)  # of equal ones, as a killed run leaves, one
                continue
            yield Unneeded(REPLACED if where in replaced else UNCOMMITTED, path)


def _is_named(name: str, values: list[str], path: Path, rests: RestsOn) -> bool:
    if path.stem.rpartition("-")[2] in rests.contents:
        return True
    mark = TABLES[name].mark
    if mark is None or len(values) < len(TABLES[name].partition_by):
        return False
    try:
        rows = pq.ParquetFile(path).iter_batches(1, columns=[mark])
        first = next(iter(rows), None)
    except (pa.ArrowInvalid, OSError):  # cut off while it was written
        return False
    return first is not None and (*values, first[mark][0].as_py()) in rests.marks
