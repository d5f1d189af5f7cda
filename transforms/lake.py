"""The lake: Delta tables on disk, written with our own Parquet files.

Delta gives atomic replacement, optimistic concurrency and history; we write the data
files ourselves, flush them to disk, and replace whole partitions of one force in one
commit. The only module that imports deltalake.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from random import uniform
from threading import Lock
from time import sleep
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import CommitProperties, DeltaTable
from deltalake.exceptions import CommitFailedError, DeltaError
from deltalake.transaction import AddAction

from transforms.crash_points import crash_point
from transforms.errors import LakeError
from transforms.layout import write_layout
from transforms.log_state import STATE, Live, state_of, told_state
from transforms.schemas import (
    ACCURACY,
    ACCURACY_HISTORY,
    COVERAGE,
    FORECASTS,
    INCIDENTS,
    OUTCOMES,
    QUARANTINE,
    SCORES,
    STOPS,
    conform,
    plain,
)
from transforms.storage import flush_folder, is_remote, located, make_folder


@dataclass(frozen=True)
class TableSpec:
    """A table: its columns, its partitions, and what marks a partition's content."""

    schema: pa.Schema
    partition_by: tuple[str, ...]
    mark: str | None = None  # a column with one value in each file

    @property
    def stored(self) -> pa.Schema:
        """The columns in the data files; partition values stand in their paths."""
        return pa.schema([f for f in self.schema if f.name not in self.partition_by])


TABLES: dict[str, TableSpec] = {
    "incidents": TableSpec(INCIDENTS, ("force", "month"), mark="raw_sha256"),
    "quarantine": TableSpec(QUARANTINE, ("force", "month"), mark="raw_sha256"),
    "outcomes": TableSpec(OUTCOMES, ("force", "month"), mark="raw_sha256"),
    "outcomes_quarantine": TableSpec(QUARANTINE, ("force", "month"), mark="raw_sha256"),
    "stops": TableSpec(STOPS, ("force", "month"), mark="raw_sha256"),
    "stops_quarantine": TableSpec(QUARANTINE, ("force", "month"), mark="raw_sha256"),
    "scores": TableSpec(SCORES, ("force", "as_of"), mark="inputs_sha256"),
    "accuracy": TableSpec(ACCURACY, ("force", "as_of"), mark="inputs_sha256"),
    "forecasts": TableSpec(FORECASTS, ("force",)),
    "accuracy_history": TableSpec(ACCURACY_HISTORY, ("force",)),
    "coverage": TableSpec(COVERAGE, ("force",)),
}

NewFile = AddAction  # a data file that is written, and waits for its commit

_SUMMARIES = ("*.checkpoint.parquet", "_last_checkpoint")
_NUMBERED = ("json", "checkpoint.parquet")
_MAX_COMMIT_ATTEMPTS = 60
_MOST_PAUSE_SECONDS = 0.5  # drawn at random: who has lost together loses no more
# Delta's own retries let two first writers of one partition both land, so every lost
# race comes back to us; this lock keeps our own threads out of each other's way.
_COMMIT_LOCK = Lock()


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


class SupersededError(Exception):
    """What a commit was decided on has changed under it: decide again."""


class Lake:
    """The tables under one folder. Reads go to a stated version, or to the newest."""

    def __init__(self, root: Path, versions: Mapping[str, int] | None = None) -> None:
        self.root = root
        self._versions = None if versions is None else dict(versions)

    def versions(self) -> dict[str, int]:
        """The version of each table that exists, for others to read exactly this."""
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
        table = self._table(name)
        found = [
            DataFile(str(self._path(name) / live.path), *live[1:])
            for live in (_live(table, TABLES[name]) if table else ())
            if force is None or live.partition["force"] == force
        ]
        return sorted(found, key=lambda f: sorted(f.partition.items()))

    def refuse_damaged_log(self, name: str) -> None:
        """Raise `LakeError` where a table's log does not tell what was committed."""
        if table := self._table(name):
            self._check_log(name, table)

    def _check_log(self, name: str, table: DeltaTable) -> list[Live]:
        """The table's live data files, which are those that the newest commit left."""
        live = _live(table, TABLES[name])
        entry = self._path(name) / "_delta_log" / f"{table.version():020}.json"
        try:
            told = told_state(entry)
        except (OSError, ValueError) as error:
            raise self._damaged(name) from error
        if told is not None and told != state_of(live):
            raise self._damaged(name)
        return live

    def _damaged(self, name: str) -> LakeError:
        return LakeError(
            f"the {name} table's log cannot be read as it was written: hexbeat doctor"
            f" --repair, or bring {self._path(name)}/_delta_log back from a backup"
        )

    def read(self, name: str, force: str | None = None) -> pa.Table:
        """All rows of a table that is small enough to hold: coverage, or one force."""
        return read_files(self.files(name, force), TABLES[name])

    def write(self, name: str, partition: Mapping[str, str], rows: pa.Table) -> NewFile:
        """Write one data file, flushed to disk; it counts once it is committed."""
        spec = TABLES[name]
        stored = conform(rows, spec.stored)
        folder = "/".join(f"{key}={partition[key]}" for key in spec.partition_by)
        data = _as_parquet(stored)
        # The hash goes where no checkpoint, vacuum or other reader can lose it. The
        # prefix keeps two writers of the same rows from writing the same file.
        file = f"{uuid4().hex[:8]}-{sha256(data).hexdigest()}.parquet"
        relative = f"{folder}/{file}"
        path = self._path(name) / relative
        _write_flushed(data, path, self.root)
        return AddAction(
            relative,
            len(data),
            dict(partition),
            0,
            True,
            _statistics(stored, spec.mark),
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
                state = self._state_after(name, table, force, added, replaced)
                crash_point("commit-decided")
                try:
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
            self._check_log(name, table)
            table.create_checkpoint()
            crash_point("checkpoint-made")
            _flush_log(self._path(name), table.version())

    def _path(self, name: str) -> Path:
        return self.root / name

    def _table(self, name: str) -> DeltaTable | None:
        path = str(self._path(name))
        try:
            if self._versions is not None:
                if name not in self._versions:
                    return None
                return DeltaTable(path, version=self._versions[name])
            return DeltaTable(path) if DeltaTable.is_deltatable(path) else None
        except DeltaError as error:
            raise self._damaged(name) from error

    def _create(self, name: str) -> DeltaTable:
        spec = TABLES[name]
        if not any(self.root.glob("*/_delta_log")):  # the first table of all
            write_layout(self.root)
        table = DeltaTable.create(
            str(self._path(name)),
            _delta_schema(spec.schema),
            mode="ignore",
            partition_by=list(spec.partition_by),
        )
        crash_point("table-made")
        _flush_log(self._path(name), table.version())
        return table

    def _state_after(
        self,
        name: str,
        table: DeltaTable,
        force: str,
        added: Sequence[NewFile],
        replaced: Sequence[str],
    ) -> str:
        """The hash of what the table will hold; `LakeError` on a damaged log."""
        spec = TABLES[name]
        kept = [
            live
            for live in self._check_log(name, table)
            if live.partition["force"] != force
            or any(live.partition[key] not in replaced for key in spec.partition_by[1:])
        ]
        return state_of([*kept, *(_to_be(file, spec) for file in added)])


def _live(table: DeltaTable, spec: TableSpec) -> list[Live]:
    """The data files that count, as the log tells them."""
    told = pa.table(table.get_add_actions(flatten=True))

    def column(name: str) -> list[Any]:
        return list(told[name].to_pylist()) if name in told.column_names else nulls

    nulls = [None] * told.num_rows
    keys = spec.partition_by
    values = zip(*(column(f"partition.{key}") for key in keys), strict=True)
    partitions = [dict(zip(keys, each, strict=True)) for each in values]
    rows, sizes = column("num_records"), column("size_bytes")
    marks = column(f"min.{spec.mark}")
    live = zip(column("path"), partitions, rows, marks, sizes, strict=True)
    return [Live(*each) for each in live]


def _to_be(file: NewFile, spec: TableSpec) -> Live:
    """A data file as the log will tell it."""
    told = json.loads(file.stats)
    mark = told.get("minValues", {}).get(spec.mark)
    partition = {key: str(file.partition_values[key]) for key in spec.partition_by}
    return Live(file.path, partition, told["numRecords"], mark, file.size)


def read_files(files: Sequence[DataFile], spec: TableSpec) -> pa.Table:
    """The rows of those data files, partition columns included, in the files' order."""
    tables = []
    for file in files:
        data = located(file.path).read_bytes()
        named = len(file.sha256) == 2 * sha256().digest_size  # not in the first layout
        if named and sha256(data).hexdigest() != file.sha256:
            raise LakeError(
                f"{file.path} does not hold the bytes that were written; bring"
                " the home back from a backup, or build a new one from the source"
            )
        rows = pq.ParquetFile(pa.BufferReader(data)).read()
        for key, value in file.partition.items():
            rows = rows.append_column(key, pa.repeat(value, rows.num_rows))
        if unknown := sorted(set(spec.schema.names) - set(rows.column_names)):
            raise LakeError(
                f"{file.path} has no column {unknown[0]}, which its lake's layout has;"
                " bring it back from a backup, or build the home anew"
            )
        tables.append(conform(rows, spec.schema))
    return pa.concat_tables(tables) if tables else spec.schema.empty_table()


def _as_parquet(table: pa.Table) -> pa.Buffer:
    # Crime IDs are noise: compressing them costs time and saves nothing.
    names = table.column_names
    compression = {n: "none" if n == "crime_id" else "zstd" for n in names}
    dictionary = [n for n in names if n not in ("crime_id", "raw_line")]
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression=compression, use_dictionary=dictionary)
    return sink.getvalue()


def _write_flushed(data: pa.Buffer, path: Path, top: Path) -> None:
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
    for folder in path.parents:  # each may be new, and is only safe in its own parent
        flush_folder(folder)
        if folder == top:
            break
    crash_point("data-settled")


def _statistics(table: pa.Table, mark: str | None) -> str:
    """The log's note on a file: how many rows, and the one value that marks it."""
    statistics: dict[str, object] = {"numRecords": table.num_rows}
    if mark is not None and table.num_rows:
        value = {mark: table[mark][0].as_py()}
        statistics |= {"minValues": value, "maxValues": value, "nullCount": {mark: 0}}
    return json.dumps(statistics)


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
