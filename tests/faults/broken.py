"""Builds that are broken on purpose, so that each experiment is seen to fail."""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError

import transforms.feeds.archive.members
import transforms.homes.runs.catalog
import transforms.homes.runs.seal
import transforms.incidents.ingest
import transforms.incidents.landing
import transforms.lake.checksums
import transforms.lake.lake
import transforms.lake.storage
import transforms.operations.verify
import transforms.plans.make
import transforms.profiles.make
import transforms.publications.edition.edition
import transforms.publications.publish
import transforms.tasking.make
import transforms.trials.designing
from transforms.incidents.coverage import as_table, merged
from transforms.incidents.lake_check import Ledger, ledger_of
from transforms.lake.crash_points import crash_point
from transforms.lake.data_files import DataFile
from transforms.lake.lake import Lake
from transforms.lake.storage import make_folder
from transforms.lake.tables import TABLES
from transforms.programmes.kept_folder import Kept


@dataclass(frozen=True)
class Broken:
    """What is broken, which experiments must see it, and how it is done."""

    what: str
    seen_by: tuple[str, ...]
    apply: Callable[[], None]


def _no_flush_of_data() -> None:
    def write(data: Any, path: Path, top: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.to_pybytes())

    transforms.lake.lake.write_flushed = write


def _no_flush_of_logs() -> None:
    transforms.lake.lake.flush_log = lambda path, base: None


def _ledger_first() -> None:
    rightly = transforms.incidents.landing.commit

    def commit(
        lake: Lake, feed: Any, force: str, files: Any, others: Any, ledger: Ledger
    ) -> None:
        updated = merged(ledger.entries, [*(file.entry for file in files), *others])
        rows = lake.write("coverage", {"force": force}, as_table(updated))
        lake.commit("coverage", force, [rows])
        rightly(lake, feed, force, files, others, ledger_of(lake, force))

    transforms.incidents.ingest.commit = commit


def _glob_instead_of_version() -> None:
    def files(self: Lake, name: str, force: str | None = None) -> list[DataFile]:
        found = []
        for path in sorted((self.root / name).glob("force=*/**/*.parquet")):
            parts = path.relative_to(self.root / name).parts[:-1]
            partition = dict(part.split("=", 1) for part in parts)
            if force is None or partition["force"] == force:
                table, mark = pq.ParquetFile(path).read(), TABLES[name].mark
                value = table[mark][0].as_py() if mark and len(table) else None
                size = path.stat().st_size
                found.append(DataFile(str(path), partition, len(table), value, size))
        return found

    Lake.files = files  # type: ignore[method-assign]


def _clock_in_run_id() -> None:
    def named(as_of: object, *_: object) -> str:
        return f"{as_of}-{time.time_ns() % 16**12:012x}"

    for module in (
        transforms.publications.edition.edition,
        transforms.publications.publish,
    ):
        module.run_id_of = named  # type: ignore[attr-defined]


def _no_checksums() -> None:
    for module in (
        transforms.lake.checksums,
        transforms.operations.verify,
        transforms.incidents.landing,
    ):
        module.damage = lambda file: None  # type: ignore[attr-defined]
    DataFile.sha256 = property(lambda file: "")  # type: ignore[method-assign, assignment]


def _no_crc() -> None:
    transforms.feeds.archive.members._verified = lambda member, data: data


def _unchecked_logs() -> None:
    transforms.lake.lake.state_in = lambda entry: None


def _written_in_place() -> None:
    def replace(path: Path, text: str) -> None:
        with path.open("w") as sink:
            for part in (text[:40], text[40:]):
                sink.write(part)
                sink.flush()

    for module in (
        transforms.lake.storage,
        transforms.homes.runs.catalog,
        transforms.homes.runs.seal,
    ):
        module.replace_flushed = replace  # type: ignore[attr-defined]


def _lost_races_pass() -> None:
    rightly = DeltaTable.create_write_transaction

    def commit(self: DeltaTable, *args: Any, **more: Any) -> None:
        try:
            rightly(self, *args, **more)
        except CommitFailedError:
            return

    DeltaTable.create_write_transaction = commit  # type: ignore[method-assign]


def _forgets_what_it_revised() -> None:
    transforms.incidents.landing._LOOKED_BACK = 0


def _withdraws_only_once() -> None:
    transforms.homes.runs.catalog._shown_as_withdrawn = lambda home, run_id: True


def _kept_in_place() -> None:
    def keep(
        parent: Path,
        write: Callable[[Path], str],
        rest: Callable[[Path], None] = lambda _: None,
    ) -> Kept:
        make_folder(parent)
        begun = parent / ".tmp-begun"
        begun.mkdir(exist_ok=True)
        place = parent / write(begun)
        if place.exists():
            shutil.rmtree(begun)
            return Kept(place, False)
        begun.rename(place)
        rest(place)
        for point in ("kept-written", "kept-flushed", "kept-placed"):
            crash_point(point)
        return Kept(place, True)

    for module in (
        transforms.plans.make,
        transforms.profiles.make,
        transforms.tasking.make,
    ):
        module.keep = keep  # type: ignore[attr-defined]


def _seed_left_behind() -> None:
    transforms.trials.designing._clear = lambda parent: None


BROKEN: dict[str, Broken] = {
    "unused-seed": Broken(
        "a design leaves the seed of one that was cut off",
        ("patrols",),
        _seed_left_behind,
    ),
    "kept-in-place": Broken(
        "plans, profiles and packs are written where they are kept",
        ("patrols",),
        _kept_in_place,
    ),
    "no-data-flush": Broken(
        "data files are not flushed before their commit", ("order",), _no_flush_of_data
    ),
    "no-log-flush": Broken(
        "log entries are not flushed before the ledger", ("order",), _no_flush_of_logs
    ),
    "ledger-first": Broken(
        "the ledger is committed before its rows", ("order",), _ledger_first
    ),
    "glob": Broken(
        "tables are read by listing their folder, not by version",
        ("random",),
        _glob_instead_of_version,
    ),
    "clock": Broken(
        "a run is named by the time it was made",
        ("random", "prefect"),
        _clock_in_run_id,
    ),
    "no-checksums": Broken(
        "data files are not checked against their SHA-256", ("flips",), _no_checksums
    ),
    "no-crc": Broken("CRC-32 of members is not checked", ("flips",), _no_crc),
    "unchecked-logs": Broken(
        "logs are not checked against the hash in them",
        ("cuts",),  # of turned bits the ledger and the parser find most
        _unchecked_logs,
    ),
    "in-place": Broken(
        "pointers are written in place, not replaced by a rename",
        ("readers",),
        _written_in_place,
    ),
    "lost-races": Broken(
        "a commit that lost a race counts as successful", ("writers",), _lost_races_pass
    ),
    "no-look-back": Broken(
        "after a kill, what was revised is forgotten",
        ("named",),
        _forgets_what_it_revised,
    ),
    "withdraw-once": Broken(
        "an interrupted withdrawal counts as done", ("named",), _withdraws_only_once
    ),
}
