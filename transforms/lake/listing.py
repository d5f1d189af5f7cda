"""The tables of a lake as this process has them open, and their live files."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import RLock
from typing import NamedTuple, TypeAlias

import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from transforms.lake.data_files import DataFile
from transforms.lake.log import FileFacts, Live, damaged, ends_of_log
from transforms.lake.storage import is_remote
from transforms.lake.tables import TABLES, TableSpec


class Listed(NamedTuple):
    """A live file, as it is read and as the log's own hash takes it."""

    file: DataFile
    live: Live


_OF_EACH = ("path", "size_bytes", "num_records")
# All that the log says of a file: those, its mark, its partition values
Facts: TypeAlias = tuple[str, int, int, str | None, tuple[str, ...]]
Known: TypeAlias = dict[Facts, Listed]


class Listing:
    """The live files of a table at one version, in stable order.

    Most files of a version are those of the version before. `known` has what was made
    of them, by all that the log says: so a changed log is another file, however named.
    """

    def __init__(
        self, table: DeltaTable, name: str, path: Path, known: Known | None = None
    ) -> None:
        spec, before = TABLES[name], known or {}
        described = list(_facts(table, spec))
        self._all = [
            before.get(facts) or _listed(facts, spec, path) for facts in described
        ]
        self.known: Known = dict(zip(described, self._all, strict=True))
        self._of_force: dict[str, list[DataFile]] = defaultdict(list)
        for listed in self._all:
            self._of_force[listed.file.partition["force"]].append(listed.file)

    def files(self, force: str | None) -> list[DataFile]:
        """Those of one force or of all."""
        if force is not None:
            return list(self._of_force.get(force, ()))
        return [listed.file for listed in self._all]

    def live(self) -> list[Live]:
        """Those of all, as the log's own hash takes them."""
        return [listed.live for listed in self._all]


def _facts(table: DeltaTable, spec: TableSpec) -> Iterator[Facts]:
    rows = pa.table(table.get_add_actions(flatten=True))
    keys = [f"partition.{key}" for key in spec.partition_by]
    mark = f"min.{spec.mark}"
    names = [*_OF_EACH, *keys, *([mark] if mark in rows.column_names else [])]
    rows = rows.select(names).sort_by([(key, "ascending") for key in sorted(keys)])
    columns = {name: rows[name].to_pylist() for name in names}
    marks = columns.get(mark, [None] * len(rows))
    partitions = zip(*(columns[key] for key in keys), strict=True)
    return zip(*(columns[name] for name in _OF_EACH), marks, partitions, strict=True)


def _listed(facts: Facts, spec: TableSpec, root: Path) -> Listed:
    path, size_bytes, rows, mark, values = facts
    partition = dict(zip(spec.partition_by, values, strict=True))
    return Listed(
        DataFile(f"{root}/{path}", partition, rows, mark, size_bytes),
        Live(path, partition, rows, mark, size_bytes),
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
                known = self._listed.known if self._listed else None
                self._listed = Listing(table, self._name, self._path, known)
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
