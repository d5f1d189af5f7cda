"""Parquet: typed columns as the text that a CSV would have: one rule reads both.

Sizes are checked in the footer before a page is unpacked: a small file can hold a huge
one.
"""

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from transforms.errors import FileRejectedError


_MAX_ROWS = 10_000_000
_MAX_BYTES = 2 << 30
_UTC_MICROSECONDS = pa.timestamp("us", "UTC")


def open_parquet(data: bytes, where: str) -> pq.ParquetFile:
    """The file, of which so far only the footer is read."""
    try:
        file = pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True)
        groups = range(file.metadata.num_row_groups)
        size = sum(file.metadata.row_group(g).total_byte_size for g in groups)
        rows = file.metadata.num_rows
        file.schema_arrow  # noqa: B018 (a broken schema shows only when looked at)
    except _BROKEN as error:
        raise FileRejectedError(f"{where}: not readable as Parquet") from error
    if not 0 < rows <= _MAX_ROWS or size > _MAX_BYTES:
        raise FileRejectedError(
            f"{where}: {rows:,} rows of {size / 1e6:,.0f} MB unpacked; from 1 to"
            f" {_MAX_ROWS:,} rows and {_MAX_BYTES >> 30} GB are read"
        )
    return file


_BROKEN = (pa.ArrowException, OSError, ValueError, KeyError, MemoryError)


def column_texts(
    file: pq.ParquetFile, names: list[str], where: str
) -> dict[str, pa.Array]:
    """Those columns as text, empty where there is no value."""
    for name in names:
        kind = file.schema_arrow.field(name).type
        if not _is_plain(kind):
            raise FileRejectedError(f"{where}: column {name!r} is of type {kind}")
    try:
        table = file.read(columns=names, use_threads=False)
        table.validate(full=True)
        found = {name: _as_text(table[name]) for name in names}
    except _BROKEN as error:
        raise FileRejectedError(f"{where}: not readable as Parquet") from error
    if any(len(texts) != file.metadata.num_rows for texts in found.values()):
        raise FileRejectedError(f"{where}: not readable as Parquet")
    return found


def _is_plain(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    tests = (
        pa.types.is_string, pa.types.is_large_string, pa.types.is_integer,
        pa.types.is_floating, pa.types.is_boolean, pa.types.is_timestamp,
        pa.types.is_date32, pa.types.is_decimal, pa.types.is_null,
    )  # fmt: skip
    return any(test(kind) for test in tests)


def _as_text(column: pa.ChunkedArray) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_timestamp(column.type):
        # with a zone it is an instant, and says so by its Z; finer digits are cut off
        zoned = column.type.tz is not None
        kind = _UTC_MICROSECONDS if zoned else pa.timestamp("us")
        column = column.cast(kind, safe=False)
    texts = pc.fill_null(column.cast(pa.string()), "")
    return texts.combine_chunks()
