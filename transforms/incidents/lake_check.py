"""The ledger compared with the lake: what each force's months count as, checked.

A month whose rows in the lake are not what the ledger says is unfinished. It must never
pass for a missing one, so every reader of a force gets an error instead.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from transforms.errors import ForceError, UsageError
from transforms.feeds import EVERY_FEED
from transforms.incidents.coverage import (
    Entry,
    MonthCoverage,
    coverage,
    deciding,
    entries,
)
from transforms.lake.data_files import DataFile, read_files
from transforms.lake.lake import Lake
from transforms.lake.tables import TABLES
from transforms.reference.forces import Force
from transforms.reference.months import Month


Partitions = Mapping[str, tuple[str | None, int]]


class Ledger(NamedTuple):
    """A force's entries, and the files they stand in: others once anything is added."""

    entries: list[Entry]
    files: list[DataFile]


def ledger_of(lake: Lake, force: str) -> Ledger:
    """The ledger of a force."""
    files = lake.files("coverage", force)
    return Ledger(entries(read_files(files, TABLES["coverage"])), files)


def partitions_of(lake: Lake, force: str, table: str = "incidents") -> Partitions:
    """The mark and the rows of each month of a force in that table."""
    files = lake.files(table, force)
    return {file.partition["month"]: (file.mark, file.rows) for file in files}


def of_table(ledger: Iterable[Entry], table: str) -> list[Entry]:
    """The ledger's rows about that table: files of one kind know nothing of another."""
    return [entry for entry in ledger if table == EVERY_FEED[entry.feed].TABLE]


def is_whole(entry: Entry, partitions: Partitions) -> bool:
    """Whether the lake contains what this ledger entry says."""
    mark, rows = partitions.get(entry.month, (None, -1))
    return rows == entry.rows_accepted and (mark == entry.raw_sha256 or not rows)


def other_quarantine(
    lake: Lake, force: str, table: str, known: Iterable[Entry]
) -> set[str]:
    """The months whose quarantined rows are not those of the ledger."""
    stored = partitions_of(lake, force, table)
    wanted = {
        entry.month: (entry.raw_sha256, entry.rows_quarantined)
        for entry in known
        if entry.rows_quarantined
    }
    months = wanted.keys() | stored.keys()
    return {month for month in months if stored.get(month) != wanted.get(month)}


def force_coverage(
    lake: Lake, force: Force, table: str = "incidents"
) -> dict[Month, MonthCoverage]:
    """What each month of a force counts as; `ForceError` if one is unfinished."""
    ledger = of_table(entries(lake.read("coverage", force.id)), table)
    partitions = partitions_of(lake, force.id, table)
    for month, entry in deciding(ledger).items():
        if not is_whole(entry, partitions):
            raise ForceError(
                f"{force.id} {month}: the lake's rows are not those of its ledger;"
                " ingest this force again"
            )
    if unknown := partitions.keys() - {str(month) for month in deciding(ledger)}:
        raise ForceError(
            f"{force.id} {min(unknown)}: the lake has rows that its ledger does not"
            " know; ingest this force again"
        )
    return coverage(ledger, force)


def unfinished(lake: Lake, registry: Mapping[str, Force]) -> dict[str, str]:
    """The forces whose rows of any kind are not those of their ledger, and why.

    This is also how an ingest looks between its commits, or one that was cut off.
    """
    found = {}
    tables = sorted({feed.TABLE for feed in EVERY_FEED.values()})
    for force in stored_forces(lake, registry):
        try:
            for table in tables:
                force_coverage(lake, force, table)
        except ForceError as error:
            found[force.id] = str(error)
    return found


def refuse_newer(lake: Lake, release: str) -> None:
    """`UsageError` where the lake contains anything of a later release."""
    newest = max((e.release for e in entries(lake.read("coverage"))), default=release)
    if newest > release:
        raise UsageError(
            f"--until-release {release}: the lake in {lake.root} contains release"
            f" {newest}; rebuild what was known then in a home of its own"
        )


def stored_forces(lake: Lake, registry: Mapping[str, Force]) -> list[Force]:
    """The forces that the ledger knows, in order of their ids."""
    ids = {file.partition["force"] for file in lake.files("coverage")}
    if strange := sorted(ids - set(registry)):
        raise UsageError(
            f"the lake in {lake.root} contains {', '.join(strange)}, which this home's"
            " registry does not know"
        )
    return [registry[force] for force in sorted(ids)]
