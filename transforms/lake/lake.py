"""The lake: Delta tables on disk, written with our own Parquet files.

Delta gives atomic replacement, optimistic concurrency and history; we write the data
files ourselves, flush them to disk, and replace whole partitions of one force in one
commit. Only this module and `listing.py` import deltalake.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from random import uniform
from threading import Lock
from time import sleep
from uuid import uuid4

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable
from deltalake.exceptions import CommitFailedError
from deltalake.transaction import AddAction

from transforms.errors import LakeError
from transforms.lake.crash_points import crash_point
from transforms.lake.data_files import (
    DataFile,
    as_parquet,
    read_files,
    remove_empty_folders,
    statistics,
    write_flushed,
)
from transforms.lake.layout import write_layout
from transforms.lake.listing import Listing, OpenTable, log_errors, open_table
from transforms.lake.log import (
    STATE,
    Live,
    damaged,
    entries_since_checkpoint,
    flush_log,
    names_only,
    newest_entries,
    state_in,
    state_of,
)
from transforms.lake.schemas import conform, plain
from transforms.lake.storage import flush_folder
from transforms.lake.tables import TABLES, TableSpec


NewFile = AddAction  # a data file that is written, and waits for its commit

# The columns whose statistics go into the log: only the mark. For all columns, each
# commit would have to look for them in every file.
_STATISTICS_COLUMNS = "delta.dataSkippingStatsColumns"
# Otherwise a checkpoint names the files that were removed, for a week.
_FORGETFUL = {"delta.deletedFileRetentionDuration": "interval 0 seconds"}
_MAX_COMMIT_ATTEMPTS = 60
_MOST_PAUSE_SECONDS = 0.5  # drawn at random, so that losers do not collide again
# Delta's own retries let two first writers of one partition both land, so every lost
# race comes back to us; this lock keeps our own threads out of each other's way.
_COMMIT_LOCK = Lock()


class SupersededError(Exception):
    """What a commit was decided on has changed under it: decide again."""


class Lake:
    """The tables under one folder. Reads go to a stated version, or to the newest."""

    def __init__(self, root: Path, versions: Mapping[str, int] | None = None) -> None:
        self.root = root
        self._versions = None if versions is None else dict(versions)
        self._listed: dict[str, Listing] = {}  # where the version is a stated one

    def __reduce__(self) -> tuple[type["Lake"], tuple[object, ...]]:
        """Another process opens the tables itself."""
        return Lake, (self.root, self._versions)

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
        """Raise `LakeError` where a table's log is not what was committed."""
        if table := self._table(name):
            self._check_log(name, table.version())

    def _check_log(self, name: str, version: int) -> list[Live]:
        """The live data files at a version, which are those that its commit left."""
        with log_errors(name, self._path(name)):
            listing = self._open(name).listing(version)
        live = listing.live() if listing else []
        entry = self._path(name) / "_delta_log" / f"{version:020}.json"
        try:
            logged = state_in(entry)
        except (OSError, ValueError) as error:
            raise damaged(name, self._path(name)) from error
        if logged is not None and logged != state_of(live):
            raise damaged(name, self._path(name))
        return live

    def read(
        self, name: str, force: str | None = None, columns: Sequence[str] = ()
    ) -> pa.Table:
        """All rows of a table that fits in memory, or some columns of them."""
        return read_files(self.files(name, force), TABLES[name], columns)

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
                    with self._open(name).lock:
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
                flush_log(self._path(name), base)
                crash_point("commit-flushed")
                return
        raise LakeError(
            f"the {name} table is too busy: {_MAX_COMMIT_ATTEMPTS} commits of"
            f" {force} lost to other writers; run the same command again"
        )

    def append(self, name: str, force: str, stored: pa.Table, rows: pa.Table) -> None:
        """Add rows to a small table of one file a force, which is never shortened.

        `stored` is what the decision to add them was made on: `SupersededError` where
        another writer has added to it since.
        """

        def still_valid() -> bool:
            return bool(self.read(name, force).equals(stored))

        together = pa.concat_tables([stored, conform(rows, TABLES[name].schema)])
        file = self.write(name, {"force": force}, together)
        self.commit(name, force, [file], still_valid=still_valid)

    def log_entries(self, name: str) -> int:
        """How many commits of a table have to be read after its last checkpoint."""
        return entries_since_checkpoint(self._path(name))

    def checkpoint(self, name: str) -> None:
        """Sum up a table's log in one file, without changing the table."""
        if table := self._table(name):
            self._check_log(name, table.version())
            table.create_checkpoint()
            crash_point("checkpoint-made")
            flush_log(self._path(name), table.version())

    def forget(self, name: str) -> None:
        """Reduce a table's log to its newest version.

        Older entries name data files that are gone, by the hash of what they contained,
        with their rows and bytes. Only where nobody else uses the home: afterwards no
        older version can be read.
        """
        path = self._path(name)
        for aside in path.glob("damaged-*"):
            aside.unlink()
        remove_empty_folders(path)
        table = self._table(name)
        if table is None or names_only(path, table.version()):
            return
        state = {STATE: state_of(self._check_log(name, table.version()))}
        with self._open(name).lock:
            # a commit of its own: the last entry names what it replaced
            table.alter.set_table_properties(
                _FORGETFUL,
                commit_properties=CommitProperties(state, max_commit_retries=0),
            )
            table.create_checkpoint()
        flush_log(path, table.version())
        for entry in (path / "_delta_log").iterdir():
            if entry.name not in newest_entries(table.version()):
                entry.unlink()
        flush_folder(path / "_delta_log")

    def _path(self, name: str) -> Path:
        return self.root / name

    def _open(self, name: str) -> OpenTable:
        return open_table(name, self._path(name))

    def _table(self, name: str) -> DeltaTable | None:
        with log_errors(name, self._path(name)):
            if self._versions is None:
                return self._open(name).newest()
            if name not in self._versions:
                return None
            return self._open(name).at(self._versions[name])

    def _listing(self, name: str) -> Listing | None:
        if name in self._listed:
            return self._listed[name]
        version = None if self._versions is None else self._versions.get(name, -1)
        if version == -1:  # there was no such table
            return None
        with log_errors(name, self._path(name)):
            listing = self._open(name).listing(version)
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
            configuration={_STATISTICS_COLUMNS: spec.mark or spec.stored.names[0]},
        )
        crash_point("table-made")
        flush_log(self._path(name), table.version())
        return table

    def _state_after(
        self,
        name: str,
        version: int,
        force: str,
        added: Sequence[NewFile],
        replaced: Sequence[str],
    ) -> str:
        """The hash of what the table will contain; `LakeError` on a damaged log."""
        spec = TABLES[name]
        kept = [
            live
            for live in self._check_log(name, version)
            if live.partition["force"] != force
            or any(live.partition[key] not in replaced for key in spec.partition_by[1:])
        ]
        return state_of([*kept, *(_as_logged(file, spec) for file in added)])


def _as_logged(file: NewFile, spec: TableSpec) -> Live:
    """A data file as the log will describe it."""
    stats = json.loads(file.stats)
    mark = stats.get("minValues", {}).get(spec.mark)
    partition = {key: str(file.partition_values[key]) for key in spec.partition_by}
    return Live(file.path, partition, stats["numRecords"], mark, file.size)


def _delta_schema(schema: pa.Schema) -> pa.Schema:
    """The schema in Delta's words: without dictionaries and without our notes."""
    return pa.schema([plain(field).remove_metadata() for field in schema])
