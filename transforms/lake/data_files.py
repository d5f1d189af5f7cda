"""Data files: the Parquet files of a lake, written whole, flushed, and read by hash."""

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from transforms.errors import LakeError
from transforms.lake.crash_points import crash_point
from transforms.lake.schemas import conform
from transforms.lake.storage import flush_folder, is_remote, located, make_folder
from transforms.lake.tables import TableSpec


@dataclass(frozen=True)
class DataFile:
    """One live Parquet file of a table, as its log describes it."""

    path: str
    partition: Mapping[str, str]
    rows: int
    mark: str | None
    size_bytes: int

    @property
    def sha256(self) -> str:
        """The hash of its bytes as written, which its name carries."""
        return Path(self.path).stem.rpartition("-")[2]

    @property
    def place(self) -> str:
        """Where it is, for messages; without its hash: logs outlive an erasure."""
        path = Path(self.path)
        return f"{path.parent}/{path.stem.partition('-')[0]}-….parquet"


def read_files(
    files: Sequence[DataFile], spec: TableSpec, columns: Sequence[str] = ()
) -> pa.Table:
    """The rows of those data files, partition columns included, in the files' order.

    All columns, or those named: the files are hashed whole all the same.
    """
    schema = spec.schema
    if columns:
        schema = pa.schema([schema.field(name) for name in columns])
    tables = []
    for file in files:
        rows = read_file(file, _stored(schema, file))
        for key, value in file.partition.items():
            rows = rows.append_column(key, pa.repeat(value, rows.num_rows))
        if unknown := sorted(set(schema.names) - set(rows.column_names)):
            raise LakeError(
                f"{file.place} has no column {unknown[0]}, which its lake's layout has;"
                " bring it back from a backup, or build the home again"
            )
        tables.append(conform(rows, schema))
    return pa.concat_tables(tables) if tables else schema.empty_table()


def read_file(file: DataFile, names: Sequence[str]) -> pa.Table:
    """Columns of one data file as they are stored, its bytes checked by their hash."""
    data, expected = located(file.path).read_bytes(), file.sha256
    named = len(expected) == 2 * sha256().digest_size  # not in the first layout
    if named and sha256(data).hexdigest() != expected:
        raise LakeError(
            f"{file.place} does not hold the bytes that were written; bring"
            " the home back from a backup, or build a new one from the source"
        )
    return read_columns(pa.BufferReader(data), names)


def read_columns(
    source: str | BinaryIO | pa.BufferReader, names: Sequence[str]
) -> pa.Table:
    """Those columns of a Parquet file, on this thread.

    A file of a force's month is so small that handing its columns to other threads
    costs a third more than reading them, and most callers are threads already.
    """
    return pq.ParquetFile(source).read(list(names), use_threads=False)


def _stored(schema: pa.Schema, file: DataFile) -> list[str]:
    """The columns that a file itself has; its partition has the others."""
    return [name for name in schema.names if name not in file.partition]


def as_parquet(table: pa.Table, light: bool = False) -> pa.Buffer:
    """Rows as the bytes of a data file: a tenth larger where it is to be light work."""
    # Crime IDs are noise: compressing them costs time and saves nothing.
    names = table.column_names
    packing = "snappy" if light else "zstd"
    sink = pa.BufferOutputStream()
    pq.write_table(
        table,
        sink,
        compression={n: "none" if n == "crime_id" else packing for n in names},
        use_dictionary=[n for n in names if n not in ("crime_id", "raw_line")],
        write_statistics=not light,  # files of one month of a force: none is left out
    )
    return sink.getvalue()


def write_flushed(data: pa.Buffer, path: Path, top: Path) -> None:
    """Write a new file and force it to disk, with the folders up to the top."""
    if is_remote(path):
        path.write_bytes(data.to_pybytes())
        return
    make_folder(top)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as sink:
        sink.write(data)
        sink.flush()
        crash_point("data-written")
        os.fsync(sink.fileno())
    crash_point("data-flushed")
    flush_folder(path.parent)
    _see_to_last(path.parent, top)
    crash_point("data-settled")


def remove_empty_folders(top: Path) -> None:
    """Remove the folders of partitions without a file: their names reveal rows."""
    folders = [path for path in top.glob("force=*/**/") if path.is_dir()]
    for folder in sorted(folders, reverse=True):  # those within before what holds them
        with suppress(OSError):  # it is not empty
            folder.rmdir()
            flush_folder(folder.parent)
    _see_to_last.cache_clear()  # one that is made again is new


@cache
def _see_to_last(folder: Path, top: Path) -> None:
    """Flush the folders about one that may be new: once a process is enough."""
    if folder != top:
        flush_folder(folder.parent)
        _see_to_last(folder.parent, top)


def statistics(table: pa.Table, mark: str | None) -> str:
    """The log's note on a file: how many rows, and the one value that marks it."""
    statistics: dict[str, object] = {"numRecords": table.num_rows}
    if mark is not None and table.num_rows:
        value = {mark: table[mark][0].as_py()}
        statistics |= {"minValues": value, "maxValues": value, "nullCount": {mark: 0}}
    return json.dumps(statistics)
