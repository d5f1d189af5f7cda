"""A drop's bytes without the rows that go: the rest, and its line numbers, stay."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from transforms.feeds.force.mapping import ForceMapping
from transforms.feeds.force.parquet_drop import column_texts, open_parquet
from transforms.feeds.force.times import read_moment
from transforms.records.doomed import LONDON, Doomed, names
from transforms.records.raw_lines import RawLines, Row, raw_lines


_LEAST_MENTION = 4  # characters: a shorter one stands in too many other things


@dataclass(frozen=True)
class Blanked:
    """A drop without the rows that went."""

    data: bytes
    lines: list[int]  # that were blanked whole, this time
    first_day: date | None  # the earliest on which a row that stays began


def blanked(data: bytes, mapping: ForceMapping, doomed: Doomed) -> Blanked:
    """The drop's bytes with every row blanked that goes; the same where none does."""
    began = _began(mapping)
    if mapping.format == "parquet":
        return _parquet(data, mapping, doomed, began)
    text, gone, first = raw_lines(data, mapping), [], None
    for number, line in text:
        row = text.row_of(line)
        if row is None:
            if doomed.takes_text(line, text.words_of(line)):
                gone.append(number)
            continue
        at = began(row)
        if doomed.takes(row.get(mapping.columns.reference, ""), at):
            gone.append(number)
        else:
            first = _earlier(first, at)
            _blank_mentions(text, number, line, doomed)
    for number in gone:
        text.blank(number)
    return Blanked(text.data if text.changed else data, gone, first)


def _began(mapping: ForceMapping) -> Callable[[Row], datetime | None]:
    """When a row says it began, as far as it says."""
    columns, times = mapping.columns, mapping.times

    @cache
    def read(day: str, clock: str) -> datetime | None:
        moment = read_moment(day, clock, times)
        return moment.first if moment else None

    def began(row: Row) -> datetime | None:
        clock = columns.occurred_from_time
        return read(row.get(columns.occurred_from, ""), row.get(clock or "", ""))

    return began


def _earlier(first: date | None, at: datetime | None) -> date | None:
    day = at.astimezone(LONDON).date() if at else None
    return min((d for d in (first, day) if d), default=None)


def _blank_mentions(text: RawLines, number: int, line: str, doomed: Doomed) -> None:
    """Another record may name an erased one, in a column that nobody maps."""
    for reference in doomed.mentions:
        if len(reference) >= _LEAST_MENTION and names(line, reference):
            text.blank(number, reference)


def _parquet(
    data: bytes,
    mapping: ForceMapping,
    doomed: Doomed,
    began: Callable[[Row], datetime | None],
) -> Blanked:
    file = open_parquet(data, "a raw drop")
    texts = column_texts(file, mapping.names, "a raw drop")
    columns = {name: column.to_pylist() for name, column in texts.items()}
    gone, first = [], None
    for number, values in enumerate(zip(*columns.values(), strict=True), start=1):
        row = dict(zip(columns, values, strict=True))
        at = began(row)
        if not any(values):  # blanked before
            continue
        if doomed.takes(row[mapping.columns.reference], at):
            gone.append(number)
        else:
            first = _earlier(first, at)
    table = _without_mentions(file.read(use_threads=False), doomed)
    if not gone and table is None:
        return Blanked(data, [], first)
    table = table or file.read(use_threads=False)
    return Blanked(_rewritten(table, set(gone)), gone, first)


def _without_mentions(table: pa.Table, doomed: Doomed) -> pa.Table | None:
    """The table without erased references in its texts; None where there is none."""
    changed = None
    for reference in doomed.mentions:
        for index, field in enumerate(table.schema):
            if not pa.types.is_string(field.type) or len(reference) < _LEAST_MENTION:
                continue
            column = pc.replace_substring(table[index], reference, "")
            if not column.equals(table[index]):
                table = table.set_column(index, field, column)
                changed = table
    return changed


def _rewritten(table: pa.Table, gone: set[int]) -> bytes:
    """Written anew with those rows null; a dictionary would keep what they held."""
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
