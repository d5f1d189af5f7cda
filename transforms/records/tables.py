"""The records of a force in the lake: read, and replaced by whole months."""

import pyarrow as pa
import pyarrow.compute as pc

from transforms.lake.lake import Lake
from transforms.lake.schemas import plain
from transforms.records.latest import ORDER
from transforms.reference.days import LONDON
from transforms.restricted import Restricted


RECORDS_TABLE = "records"
QUARANTINE_TABLE = "records_quarantine"
DAY_SCORES_TABLE = "day_scores"
PINGS_TABLE = "pings"
DELETED = "deleted"  # the month of those


def stored_records(lake: Lake, force: str, *columns: str) -> Restricted:
    """The state: each reference once, the deleted among them; all columns, or some."""
    return Restricted(lake.read(RECORDS_TABLE, force, columns))


def months_of(records: pa.Table) -> pa.Array:
    """The month of each, on the clock in Great Britain; of the deleted, that word."""
    zoned = pa.timestamp("us", LONDON.key)
    local = pc.local_timestamp(records["occurred_from"].cast(zoned))
    months = pc.strftime(local, format="%Y-%m")
    return pc.if_else(records["deleted"], DELETED, months)


def replace_months(
    lake: Lake, force: str, records: Restricted, months: list[str]
) -> None:
    """Make those months what the state says, in one commit."""
    if not months:
        return
    # a dictionary would bring along values of other months, or of erased rows
    rows = _plain(records.reveal())
    added = []
    for month in months:
        of_month = rows.filter(pc.equal(rows["month"], month))
        if len(of_month):
            # in a stable order: the same state makes the same file
            keys = [(name, "ascending") for name in ("reference", *ORDER[1:3])]
            ordered = of_month.take(pc.sort_indices(of_month, sort_keys=keys))
            partition = {"force": force, "month": month}
            added.append(lake.write(RECORDS_TABLE, partition, ordered))
    lake.commit(RECORDS_TABLE, force, added, months)


def quarantined_rows(lake: Lake, force: str) -> pa.Table:
    """The quarantined rows: drop, line and rule, never a text."""
    return lake.read(QUARANTINE_TABLE, force)


def replace_quarantine(
    lake: Lake, force: str, rows: pa.Table, before: pa.Table
) -> None:
    """Make the quarantine those rows, where it is not."""
    keys = [("raw_sha256", "ascending"), ("raw_line", "ascending")]
    ordered = rows.take(pc.sort_indices(_plain(rows), sort_keys=keys))
    if not _plain(ordered).equals(_plain(before)):
        file = lake.write(QUARANTINE_TABLE, {"force": force}, ordered)
        lake.commit(QUARANTINE_TABLE, force, [file])


def _plain(rows: pa.Table) -> pa.Table:
    """Without dictionaries, which neither sort nor compare across files."""
    return rows.cast(pa.schema([plain(field) for field in rows.schema]))


def without_drops(rows: pa.Table, digests: set[str]) -> pa.Table:
    """The rows but for those of some raw drops."""
    return rows.filter(pc.invert(of_drops(rows, digests))) if digests else rows


def of_drops(rows: pa.Table, digests: set[str]) -> pa.ChunkedArray:
    """Which rows are of those raw drops."""
    named = pa.array(sorted(digests), pa.string())
    return pc.is_in(rows["raw_sha256"].cast(pa.string()), value_set=named)
