"""One drop file as columns of text, each row with the line it came from.

CSV, JSON lines and Parquet end up alike, so that one set of rules reads them all. Only
the columns that the mapping names are kept: the rest is nobody's business here.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from transforms.csv_bytes import Coded, Lines, read_named
from transforms.errors import FileRejectedError
from transforms.feeds.force.json_lines import NO_OBJECT, read_objects
from transforms.feeds.force.mapping import ForceMapping
from transforms.feeds.force.parquet_drop import column_texts, open_parquet
from transforms.incidents import MISSHAPEN, UNREADABLE
from transforms.text_bytes import read_text


@dataclass(frozen=True)
class Drop:
    """The rows of one file, and the lines that are none."""

    columns: dict[str, Coded]
    lines: Lines  # of each row; of Parquet, its number
    held: dict[str, Lines]  # lines that are no row, by rule
    has_lines: bool = True  # and with them byte offsets
    repairs: Sequence[str] = ()

    @property
    def rows_in(self) -> int:
        """Every line or row but the header."""
        return len(self.lines) + sum(map(len, self.held.values()))


def read_drop(data: bytes, mapping: ForceMapping, where: str) -> Drop:
    """A file's bytes as columns; `FileRejectedError` if it is no such file."""
    return _READERS[mapping.format](data, mapping, where)


def _csv(data: bytes, mapping: ForceMapping, where: str) -> Drop:
    text = read_text(_as_utf8(data, mapping.encoding or "utf-8", where), where)
    delimiter = mapping.delimiter or ","
    names = _header(text.first_line, delimiter)
    _check_columns(names, mapping.names, f"{where}, line 1")
    rows = read_named(text, names, mapping.names, where, delimiter=delimiter)
    held = {MISSHAPEN: rows.misshapen_lines, UNREADABLE: rows.unreadable_lines}
    return Drop(rows.coded, rows.lines, held, repairs=text.repairs)


def _header(line: bytes, delimiter: str) -> list[str]:
    """The names in a header, which may be quoted."""
    try:
        text = line.decode("utf-8", "replace")
        return next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error:  # a name longer than any
        return []


def _as_utf8(data: bytes, encoding: str, where: str) -> bytes:
    if encoding == "utf-8":
        return data
    try:
        return data.decode(encoding).encode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileRejectedError(f"{where}, line {line}: not {encoding}") from error


def _json_lines(data: bytes, mapping: ForceMapping, where: str) -> Drop:
    text = read_text(data, where)
    found = read_objects(text, mapping.names, where)
    _check_columns(found.keys, mapping.names, where)
    columns = {name: _coded(pa.array(texts)) for name, texts in found.texts.items()}
    held = {NO_OBJECT: found.broken_lines, UNREADABLE: text.unreadable_lines}
    return Drop(columns, found.lines, held, repairs=text.repairs)


def _parquet(data: bytes, mapping: ForceMapping, where: str) -> Drop:
    file = open_parquet(data, where)
    _check_columns(file.schema_arrow.names, mapping.names, where)
    texts = column_texts(file, mapping.names, where)
    columns = {name: _coded(column) for name, column in texts.items()}
    lines = np.arange(1, file.metadata.num_rows + 1, dtype=np.int32)
    return Drop(columns, lines, {}, has_lines=False)


def _coded(texts: pa.Array) -> Coded:
    encoded = texts.cast(pa.string()).dictionary_encode()
    return Coded(encoded.dictionary.to_pylist(), encoded.indices.to_numpy())


def _check_columns(names: Sequence[str], wanted: Sequence[str], where: str) -> None:
    """Each wanted column is there once. Names are the mapping's, never the file's:
    a first line may be an incident."""
    for name in wanted:
        if names.count(name) != 1:
            times = "no" if name not in names else "more than one"
            raise FileRejectedError(
                f"{where}: {times} column {name!r}, which the mapping names; is it"
                " another feed's file, or without a header?"
            )


_READERS = {
    "csv": _csv,
    "jsonl": _json_lines,
    "parquet": _parquet,
    "sql": _json_lines,  # as which a database's answer is written down
}
