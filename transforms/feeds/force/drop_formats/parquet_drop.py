"""Parquet: typed columns as the text that a CSV would have: one rule reads both.

Sizes are checked in the footer before a page is unpacked: a small file can hold a huge
one.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from transforms.errors import FileRejectedError
from transforms.feeds.force.drop_formats.drop import (
    Drop,
    Layout,
    RawDrop,
    RawRow,
    check_columns,
    coded,
    no_rows,
)
from transforms.feeds.force.drop_formats.mentions import without_mentions
from transforms.feeds.force.mapping import ForceMapping


KEYS: tuple[str, ...] = ()
_MAX_ROWS = 10_000_000
_MAX_BYTES = 2 << 30
_UTC_MICROSECONDS = pa.timestamp("us", "UTC")
_RAW = "a raw drop"


def read(data: bytes, mapping: Layout, where: str) -> Drop:
    """The rows of a file, numbered from one."""
    file = open_parquet(data, where)
    check_columns(file.schema_arrow.names, mapping.names, where)
    if not file.metadata.num_rows:
        return no_rows(mapping, where, "no rows")
    texts = column_texts(file, mapping.names, where)
    columns = {name: coded(column) for name, column in texts.items()}
    lines = np.arange(1, file.metadata.num_rows + 1, dtype=np.int32)
    there = file.schema_arrow.names
    left_out = [name for name in there if name not in mapping.names]
    return Drop(columns, lines, {}, has_lines=False, left_out=left_out)


def raw(data: bytes, mapping: ForceMapping) -> RawDrop:
    """Its rows, numbered from one."""
    return _RawTable(data, mapping)


class _RawTable:
    """A Parquet drop's stored bytes: a `RawDrop`. A blanked row is null throughout."""

    def __init__(self, data: bytes, mapping: ForceMapping) -> None:
        self._original, self._mapping = data, mapping
        self._file = open_parquet(data, _RAW)
        self._gone: set[int] = set()
        self._cut: pa.Table | None = None

    def rows(self) -> Iterator[RawRow]:
        """Each row of which the mapping reads anything."""
        texts = column_texts(self._file, self._mapping.names, _RAW)
        columns = [column.to_pylist() for column in texts.values()]
        for number, values in enumerate(zip(*columns, strict=True), start=1):
            if any(values):
                yield RawRow(number, dict(zip(texts, values, strict=True)))

    def filled(self) -> tuple[bytes, int]:
        """The table without blank rows."""
        kept = pa.array([row.number - 1 for row in self.rows()], pa.int64())
        sink = pa.BufferOutputStream()
        pq.write_table(self._file.read(use_threads=False).take(kept), sink)
        return bytes(sink.getvalue().to_pybytes()), 1

    def blank(self, numbers: Sequence[int]) -> None:
        """Make rows null."""
        self._gone.update(numbers)

    def cut(self, references: Sequence[str]) -> None:
        """Take mentions out of every column but the rows' own references.

        A number that the mapping reads is not a mention.
        """
        table = self._file.read(use_threads=False)
        for reference in references:
            for index, field in enumerate(table.schema):
                is_number = pa.types.is_primitive(field.type)
                if field.name == self._mapping.columns.reference or (
                    is_number and field.name in self._mapping.names
                ):
                    continue
                column = without_mentions(table[index], reference)
                if column is not None:
                    field = field.with_type(column.type)
                    self._cut = table = table.set_column(index, field, column)

    def data(self) -> bytes:
        """The same bytes, or the table written again."""
        if not self._gone and self._cut is None:
            return self._original
        table = self._cut or self._file.read(use_threads=False)
        return _rewritten(table, self._gone)


def _rewritten(table: pa.Table, gone: set[int]) -> bytes:
    """Written again with those rows null; a dictionary would keep their values."""
    numbers = range(1, len(table) + 1)
    kept = pa.array([None if n in gone else n - 1 for n in numbers], pa.int64())
    fields = []
    for field in table.schema:
        is_coded = pa.types.is_dictionary(field.type)
        kind = field.type.value_type if is_coded else field.type
        fields.append(pa.field(field.name, kind, nullable=True))
    schema = pa.schema(fields)  # and none of the file's own notes
    columns = [
        table[index].cast(field.type).take(kept) for index, field in enumerate(schema)
    ]
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_arrays(columns, schema=schema), sink)
    return bytes(sink.getvalue().to_pybytes())


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
    if rows > _MAX_ROWS or size > _MAX_BYTES:
        raise FileRejectedError(
            f"{where}: {rows:,} rows of {size / 1e6:,.0f} MB unpacked; up to"
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
