"""The lake: Delta tables on disk, written with our own Parquet files.

Delta gives atomic replacement, optimistic concurrency and history; we write the data
files ourselves, flush them to disk, and replace whole partitions of one force in one
commit. The only module that imports deltalake.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from random import uniform
from threading import Lock, RLock
from time import sleep
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import CommitProperties, DeltaTable
from deltalake.exceptions import CommitFailedError, DeltaError
from deltalake.transaction import AddAction

from transforms.crash_points import crash_point
from transforms.data_files import (
    DataFile,
    as_parquet,
    read_files,
    statistics,
    write_flushed,
)
from transforms.errors import LakeError
from transforms.layout import write_layout
from transforms.log_state import STATE, Live, state_of, told_state
from transforms.schemas import (
    conform,
    plain,
)
from transforms.storage import flush_folder, is_remote
from transforms.table_specs import TABLES, TableSpec


NewFile = AddAction  # a data file that is written, and waits for its commit

_SUMMARIES = ("*.checkpoint.parquet", "_last_checkpoint")
# Of which columns the log may hold statistics: those of all would have to be looked for
# in each file, at every commit. Ours are of the mark alone.
_SUMMED_UP = "delta.dataSkippingStatsColumns"
_NUMBERED = ("json", "checkpoint.parquet")
_MAX_COMMIT_ATTEMPTS = 60
_MOST_PAUSE_SECONDS = 0.5  # drawn at random: who has lost together loses no more
# Delta's own retries let two first writers of one partition both land, so every lost
# race comes back to us; this lock keeps our own threads out of each other's way.
_COMMIT_LOCK = Lock()


_FileFacts = tuple[int, ...] | None


class _Listing:
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


class _Held:
    """A table as this process last saw it, kept up to date from its log.

    To open a table is to read its whole log, and to list a nation's files takes as
    long as a log: once a process, and once a version, has to do.
    """

    def __init__(self, name: str, path: Path) -> None:
        self._name, self._path = name, path
        self._table: DeltaTable | None = None
        self._first: _FileFacts = None  # another table may take the place of this one
        self._last: _FileFacts = None
        self._listed: _Listing | None = None
        self._listed_at = -1
        self.lock = RLock()  # what is listed is of the version that it is said to be of

    def newest(self) -> DeltaTable | None:
        """The table at its newest version; None where there is none."""
        with self.lock:
            first, last = _ends_of_log(self._path)
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

    def _caught_up(self, last: _FileFacts) -> bool:
        """Whether its log has only grown since, and the table with it."""
        if self._table is None or self._last is None or last is None:
            return False
        if last[0] <= self._last[0]:
            return last == self._last
        if last[0] > self._table.version():
            self._table.update_incremental()
        return True

    def listing(self, version: int | None) -> _Listing | None:
        """The live files of each force, at that version or at the newest."""
        with self.lock:
            table = self.newest()
            if table and version is not None and version != table.version():
                table = DeltaTable(str(self._path), version=version)
                return _Listing(table, self._name, self._path)
            if table and self._listed_at != table.version():
                self._listed = _Listing(table, self._name, self._path)
                self._listed_at = table.version()
            return self._listed


@cache
def _held_here(name: str, path: Path) -> _Held:
    return _Held(name, path)


class SupersededError(Exception):
    """What a commit was decided on has changed under it: decide again."""


class Lake:
    """The tables under one folder. Reads go to a stated version, or to the newest."""

    def __init__(self, root: Path, versions: Mapping[str, int] | None = None) -> None:
        self.root = root
        self._versions = None if versions is None else dict(versions)
        self._listed: dict[str, _Listing] = {}  # where the version is a stated one

    def versions(self) -> dict[str, int]:
        """The version of each table that exists, for others to read exactly this."""
        if self._versions is not None:
            return dict(self._versions)
        tables = {name: self._table(name) for name in TABLES}
        return {name: table.version() for name, table in tables.items() if table}

    def pinned(self) -> "Lake":
        """The lake as it is now, for reads that must agree with one another."""
        versions = self.versions()
        while (again := self.versions()) != versions:  # a commit came in between
            versions = again
        return Lake(self.root, versions)

    def earlier(self, name: str) -> Iterator["Lake"]:
        """That table as it was, a commit further back each time, as far as can be."""
        with suppress(LakeError):
            newest = table.version() if (table := self._table(name)) else 0
            for version in range(newest - 1, -1, -1):
                earlier = Lake(self.root, {name: version})
                earlier._table(name)
                yield earlier

    def files(self, name: str, force: str | None = None) -> list[DataFile]:
        """The live data files of a table, of one force or of all, in stable order."""
        listing = self._listing(name)
        return listing.files(force) if listing else []

    def refuse_damaged_log(self, name: str) -> None:
        """Raise `LakeError` where a table's log does not tell what was committed."""
        if table := self._table(name):
            self._check_log(name, table.version())

    def _check_log(self, name: str, version: int) -> list[Live]:
        """The live data files at a version, which are those that its commit left."""
        with _log_errors(name, self._path(name)):
            listing = self._held(name).listing(version)
        live = listing.live() if listing else []
        entry = self._path(name) / "_delta_log" / f"{version:020}.json"
        try:
            told = told_state(entry)
        except (OSError, ValueError) as error:
            raise _damaged(name, self._path(name)) from error
        if told is not None and told != state_of(live):
            raise _damaged(name, self._path(name))
        return live

    def read(self, name: str, force: str | None = None) -> pa.Table:
        """All rows of a table that is small enough to hold: coverage, or one force."""
        return read_files(self.files(name, force), TABLES[name])

    def write(self, name: str, partition: Mapping[str, str], rows: pa.Table) -> NewFile:
        """Write one data file, flushed to disk; it counts once it is committed."""
        spec = TABLES[name]
        stored = conform(rows, spec.stored)
        folder = "/".join(f"{key}={partition[key]}" for key in spec.partition_by)
        data = as_parquet(stored, spec.light)
        # The hash goes where no checkpoint, vacuum or other reader can lose it. The
        # prefix keeps two writers of the same rows from writing the same file.
        file = f"{uuid4().hex[:8]}-{sha256(data).hexdigest()}.parquet"
        relative = f"{folder}/{file}"
        path = self._path(name) / relative
        write_flushed(data, path, self.root)
        return AddAction(
            relative,
            len(data),
            dict(partition),
            0,
            True,
            statistics(stored, spec.mark),
        )

    def commit(
        self,
        name: str,
        force: str,
        added: Sequence[NewFile],
        replaced: Sequence[str] = (),
        still_valid: Callable[[], bool] = lambda: True,
    ) -> None:
        """Replace those partitions of a force by the added files, in one commit.

        `replaced` are values of the table's second partition column. Each time another
        writer was faster, `still_valid` is asked again before the next attempt;
        `SupersededError` when it says no.
        """
        spec = TABLES[name]
        filters: list[tuple[str, str, object]] = [("force", "=", force)]
        if len(spec.partition_by) > 1:
            filters.append((spec.partition_by[1], "in", sorted(replaced)))
        for attempt in range(_MAX_COMMIT_ATTEMPTS):
            sleep(uniform(0, min(0.01 * attempt, _MOST_PAUSE_SECONDS)))  # noqa: S311
            with _COMMIT_LOCK:
                table = self._table(name) or self._create(name)
                base = table.version()
                if not still_valid():
                    raise SupersededError(force)
                state = self._state_after(name, base, force, added, replaced)
                crash_point("commit-decided")
                try:
                    with self._held(name).lock:
                        if table.version() != base:  # a reader has moved it on
                            continue
                        table.create_write_transaction(
                            list(added),
                            "overwrite",
                            _delta_schema(spec.schema),
                            list(spec.partition_by),
                            filters,
                            commit_properties=CommitProperties(
                                custom_metadata={STATE: state}, max_commit_retries=0
                            ),
                        )
                except CommitFailedError:
                    continue
                crash_point("commit-made")
                _flush_log(self._path(name), base)
                crash_point("commit-flushed")
                return
        raise LakeError(
            f"the {name} table is too busy: {_MAX_COMMIT_ATTEMPTS} commits of"
            f" {force} lost to other writers; run the same command again"
        )

    def append(self, name: str, force: str, held: pa.Table, rows: pa.Table) -> None:
        """Add rows to a small table of one file a force, which is never shortened.

        `held` is what was read before it was decided to add them: `SupersededError`
        where another writer has added to it since.
        """

        def still_valid() -> bool:
            return bool(self.read(name, force).equals(held))

        together = pa.concat_tables([held, conform(rows, TABLES[name].schema)])
        file = self.write(name, {"force": force}, together)
        self.commit(name, force, [file], still_valid=still_valid)

    def log_entries(self, name: str) -> int:
        """How many commits of a table have to be read beside its last checkpoint."""
        log = self._path(name) / "_delta_log"
        numbers = {kind: _newest(log.glob(f"*.{kind}")) for kind in _NUMBERED}
        return numbers["json"] - numbers["checkpoint.parquet"]

    def checkpoint(self, name: str) -> None:
        """Sum up a table's log in one file; what it says stays the same."""
        if table := self._table(name):
            self._check_log(name, table.version())
            table.create_checkpoint()
            crash_point("checkpoint-made")
            _flush_log(self._path(name), table.version())

    def _path(self, name: str) -> Path:
        return self.root / name

    def _held(self, name: str) -> _Held:
        path = self._path(name)
        # what a store holds is asked of it each time: there is no cheap way to know
        return _Held(name, path) if is_remote(path) else _held_here(name, path)

    def _table(self, name: str) -> DeltaTable | None:
        with _log_errors(name, self._path(name)):
            if self._versions is None:
                return self._held(name).newest()
            if name not in self._versions:
                return None
            return self._held(name).at(self._versions[name])

    def _listing(self, name: str) -> _Listing | None:
        if name in self._listed:
            return self._listed[name]
        version = None if self._versions is None else self._versions.get(name, -1)
        if version == -1:  # there was no such table
            return None
        with _log_errors(name, self._path(name)):
            listing = self._held(name).listing(version)
        if listing and self._versions is not None:
            self._listed[name] = listing
        return listing

    def _create(self, name: str) -> DeltaTable:
        spec = TABLES[name]
        if not any(self.root.glob("*/_delta_log")):  # the first table of all
            write_layout(self.root)
        table = DeltaTable.create(
            str(self._path(name)),
            _delta_schema(spec.schema),
            mode="ignore",
            partition_by=list(spec.partition_by),
            configuration={_SUMMED_UP: spec.mark or spec.stored.names[0]},
        )
        crash_point("table-made")
        _flush_log(self._path(name), table.version())
        return table

    def _state_after(
        self,
        name: str,
        version: int,
        force: str,
        added: Sequence[NewFile],
        replaced: Sequence[str],
    ) -> str:
        """The hash of what the table will hold; `LakeError` on a damaged log."""
        spec = TABLES[name]
        kept = [
            live
            for live in self._check_log(name, version)
            if live.partition["force"] != force
            or any(live.partition[key] not in replaced for key in spec.partition_by[1:])
        ]
        return state_of([*kept, *(_to_be(file, spec) for file in added)])


@contextmanager
def _log_errors(name: str, path: Path) -> Iterator[None]:
    try:
        yield
    except DeltaError as error:
        raise _damaged(name, path) from error


def _damaged(name: str, path: Path) -> LakeError:
    return LakeError(
        f"the {name} table's log cannot be read as it was written: hexbeat doctor"
        f" --repair, or bring {path}/_delta_log back from a backup"
    )


def _to_be(file: NewFile, spec: TableSpec) -> Live:
    """A data file as the log will tell it."""
    told = json.loads(file.stats)
    mark = told.get("minValues", {}).get(spec.mark)
    partition = {key: str(file.partition_values[key]) for key in spec.partition_by}
    return Live(file.path, partition, told["numRecords"], mark, file.size)


def _ends_of_log(path: Path) -> tuple[_FileFacts, _FileFacts]:
    """What tells a table's first and newest log entry from others; None unknown."""
    if is_remote(path):
        return None, None
    try:
        with os.scandir(path / "_delta_log") as log:
            entries = {e.name: e for e in log if e.name.endswith(".json")}
        ends = [entries[at(entries)].stat() for at in (min, max)]
        newest = int(max(entries).partition(".")[0])
    except (OSError, ValueError):  # no such table, or its entries are moved right now
        return None, None
    first, last = ((e.st_ino, e.st_mtime_ns, e.st_size) for e in ends)
    return first, (newest, *last)


def _delta_schema(schema: pa.Schema) -> pa.Schema:
    """The schema in Delta's words: it knows no dictionaries and none of our notes."""
    return pa.schema([plain(field).remove_metadata() for field in schema])


def _newest(log_files: Iterable[Path]) -> int:
    """The newest version among log files, -1 where there is none."""
    numbers = (file.name.partition(".")[0] for file in log_files)
    return max((int(number) for number in numbers if number.isdigit()), default=-1)


def _flush_log(path: Path, base: int) -> None:
    """Force the log to disk from that version on: Delta itself flushes nothing.

    Whoever made that version may have been killed before he had, and another process
    may have added one since: a log with a hole in it is worth nothing.
    """
    if is_remote(path):
        return
    log = path / "_delta_log"
    newest = [max(log.glob(name), default=None) for name in _SUMMARIES]
    entries = [file for file in log.glob("*.json") if _newest([file]) >= base]
    for file in filter(None, [*sorted(entries), *newest]):
        flush_folder(file)
    flush_folder(log)
    flush_folder(path)
