"""The tables of a lake as this process has them open, and their live files."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import RLock
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from transforms.lake.data_files import DataFile
from transforms.lake.log import FileFacts, Live, damaged, ends_of_log
from transforms.lake.storage import is_remote
from transforms.lake.tables import TABLES


class Listing:
    """The live files of a table at one version, in stable order."""

    def __init__(self, table: DeltaTable, name: str, path: Path) -> None:
        self._spec, self._path = TABLES[name], path
        rows = pa.table(table.get_add_actions(flatten=True))
        keys = [f"partition.{key}" for key in self._spec.partition_by]
        self._mark = f"min.{self._spec.mark}"
        columns = ["path", "size_bytes", "num_records", *keys]
        columns += [self._mark] if self._mark in rows.column_names else []
        by = [(key, "ascending") for key in sorted(keys)]
        self._rows = rows.select(columns).sort_by(by)

    def files(self, force: str | None) -> list[DataFile]:
        """Those of one force or of all."""
        rows = self._rows
        if force is not None:
            rows = rows.filter(pc.equal(rows["partition.force"], force))
        return [self._file(action) for action in rows.to_pylist()]

    def live(self) -> list[Live]:
        """Those of all, as the log's own hash takes them."""
        root = f"{self._path}/"
        return [
            Live(f.path.removeprefix(root), f.partition, f.rows, f.mark, f.size_bytes)
            for f in self.files(None)
        ]

    def _file(self, action: Mapping[str, Any]) -> DataFile:
        return DataFile(
            f"{self._path}/{action['path']}",
            {key: action[f"partition.{key}"] for key in self._spec.partition_by},
            action["num_records"],
            action.get(self._mark),
            action["size_bytes"],
        )


class OpenTable:
    """A table as this process last saw it, kept up to date from its log.

    Opening a table reads its whole log, and listing a nation's files takes as long: so
    a process opens a table once, and lists a version once.
    """

    def __init__(self, name: str, path: Path) -> None:
        self._name, self._path = name, path
        self._table: DeltaTable | None = None
        self._first: FileFacts = None  # another table may take the place of this one
        self._last: FileFacts = None
        self._listed: Listing | None = None
        self._listed_at = -1
        self.lock = RLock()  # keeps a listing and the version it is of together

    def newest(self) -> DeltaTable | None:
        """The table at its newest version; None where there is none."""
        with self.lock:
            first, last = ends_of_log(self._path)
            if first != self._first or not self._caught_up(last):
                path = str(self._path)
                there = DeltaTable.is_deltatable(path)
                self._table, self._listed, self._listed_at = None, None, -1
                self._table = DeltaTable(path) if there else None
            self._first, self._last = first, last
            return self._table

    def at(self, version: int) -> DeltaTable | None:
        """The table as it was at a version; None where there is none."""
        table = self.newest()
        if table is None or table.version() == version:
            return table
        return DeltaTable(str(self._path), version=version)

    def _caught_up(self, last: FileFacts) -> bool:
        """Whether its log has only grown since, and the table with it."""
        if self._table is None or self._last is None or last is None:
            return False
        if last[0] <= self._last[0]:
            return last == self._last
        if last[0] > self._table.version():
            self._table.update_incremental()
        return True

    def listing(self, version: int | None) -> Listing | None:
        """The live files of each force, at that version or at the newest."""
        with self.lock:
            table = self.newest()
            if table and version is not None and version != table.version():
                table = DeltaTable(str(self._path), version=version)
                return Listing(table, self._name, self._path)
            if table and self._listed_at != table.version():
                self._listed = Listing(table, self._name, self._path)
                self._listed_at = table.version()
            return self._listed


def open_table(name: str, path: Path) -> OpenTable:
    """The table at that path: one for all of this process, unless it is in a store."""
    # there is no cheap way to ask a store whether a table has changed
    return OpenTable(name, path) if is_remote(path) else _kept_open(name, path)


@cache
def _kept_open(name: str, path: Path) -> OpenTable:
    return OpenTable(name, path)


@contextmanager
def log_errors(name: str, path: Path) -> Iterator[None]:
    """Raise what Delta cannot read of a table's log as a `LakeError`."""
    try:
        yield
    except DeltaError as error:
        raise damaged(name, path) from error
