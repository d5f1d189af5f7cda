"""The columns of the ledger: one row for each file that a release offered."""

import pyarrow as pa

from transforms.lake.schemas.fields import TEXT, column


_NO_REVISION = "it replaced no rows of an earlier release"

COVERAGE = pa.schema(
    [
        column("force", TEXT, "Force: its police.uk id"),
        column("feed", TEXT, "Feed"),
        column("month", TEXT, "Month, YYYY-MM"),
        column("release", TEXT, "Release of the feed, YYYY-MM"),
        column("observed", TEXT, "What the release contained: supplied, missing, rejected, or superseded by a release already stored"),
        column("member", TEXT, "File in the release", null="missing"),
        column("crc32", pa.int64(), "CRC-32 of the file", null="missing"),
        column("size_bytes", pa.int64(), "Size of the file, in bytes", null="missing"),
        column("raw_sha256", TEXT, "SHA-256 of the file's bytes", null="missing or rejected"),
        column("scored_sha256", TEXT, "SHA-256 of what scores read of its rows: their categories, points and place labels, in any order", null="missing, rejected, of a feed that scores do not read, or read by an earlier hexbeat"),
        column("rows_in", pa.int64(), "Lines in the file, without the header", null="missing or rejected"),
        column("rows_accepted", pa.int64(), "Rows accepted", null="missing or rejected"),
        column("rows_quarantined", pa.int64(), "Rows quarantined by a rule", null="missing or rejected"),
        column("rows_located", pa.int64(), "Accepted rows with a place", null="missing or rejected"),
        column("reason", TEXT, "Why the file was rejected", null="not rejected"),
        column("repairs", TEXT, "Repairs made to the whole file", null="nothing"),
        column("rows_added", pa.int64(), "Rows that the earlier release did not have", null=_NO_REVISION),
        column("rows_gone", pa.int64(), "Rows of the earlier release that are gone", null=_NO_REVISION),
        column("rows_moved", pa.int64(), "Rows that the earlier release placed on another point", null=_NO_REVISION),
        column("rows_outcome_changed", pa.int64(), "Rows whose latest outcome differs from the earlier release", null=_NO_REVISION),
        column("received_at", pa.timestamp("us", "UTC"), "When hexbeat first read it"),
    ]
)  # fmt: skip
