"""What a format of drops offers: its rows as they are read, and as they are erased.

One module does both, so a format that can be read can be erased as well.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
import pyarrow as pa

from transforms.errors import FileRejectedError
from transforms.feeds.files.csv_bytes import Coded
from transforms.feeds.force.mapping import ForceMapping
from transforms.reference.arrays import Lines


Row = dict[str, str]  # the text in each column that the mapping names


class Layout(Protocol):
    """What a mapping says of how its files are written."""

    @property
    def format(self) -> str:
        """The name of the format."""
        ...

    @property
    def encoding(self) -> str | None:
        """Of CSV; None for UTF-8."""
        ...

    @property
    def delimiter(self) -> str | None:
        """Of CSV; None for a comma."""
        ...

    @property
    def empty(self) -> str | None:
        """What a file without a row says; None where it is refused."""
        ...

    @property
    def without_rows(self) -> str:
        """What to do about a file that is refused because it has no row."""
        ...

    @property
    def names(self) -> list[str]:
        """The columns that are read, each once."""
        ...


@dataclass(frozen=True)
class Drop:
    """The rows of one file, and the lines that are not rows."""

    columns: dict[str, Coded]
    lines: Lines  # of each row; of Parquet, its number
    broken: dict[str, Lines]  # lines that are not rows, by rule
    has_lines: bool = True  # and with them byte offsets
    repairs: Sequence[str] = ()
    is_open: bool = False  # nothing ends its last line, which is a row
    left_out: Sequence[str] = ()  # columns of the file that the mapping does not name

    @property
    def rows_in(self) -> int:
        """Every line or row but the header."""
        return len(self.lines) + sum(map(len, self.broken.values()))


class RawRow(NamedTuple):
    """A row of a drop's stored bytes."""

    number: int  # its line; of Parquet, its place
    row: Row | None  # None for a line that is not a row
    texts: Sequence[str] = ()  # of such a line: all of it, then each word


class RawDrop(Protocol):
    """A drop's stored bytes, in which rows are blanked. It refuses nothing."""

    def rows(self) -> Iterator[RawRow]:
        """Each row and line that is not blank, in order."""
        ...

    def filled(self) -> tuple[bytes, int]:
        """The bytes without blank rows, and the number of the first row in them."""
        ...

    def blank(self, numbers: Sequence[int]) -> None:
        """Empty those rows; all others keep their numbers."""
        ...

    def cut(self, references: Sequence[str]) -> None:
        """Take references out of every row that mentions them.

        A row's own reference stays, even where it contains one of them.
        """
        ...

    def data(self) -> bytes:
        """The bytes as they are now; the very ones that came where nothing changed."""
        ...


@runtime_checkable
class DropFormat(Protocol):
    """What the module of a format offers."""

    KEYS: tuple[str, ...]  # of a mapping, those that only some formats take

    def read(self, data: bytes, mapping: Layout, where: str) -> Drop:
        """A file's bytes as columns; `FileRejectedError` if they are not such."""
        ...

    def raw(self, data: bytes, mapping: ForceMapping) -> RawDrop:
        """Bytes that were read once, as rows to erase."""
        ...


def coded(texts: pa.Array) -> Coded:
    """A column of texts, each text once."""
    encoded = texts.cast(pa.string()).dictionary_encode()
    return Coded(encoded.dictionary.to_pylist(), encoded.indices.to_numpy())


def no_rows(mapping: Layout, where: str, what: str) -> Drop:
    """A drop without a row, where the mapping says that such a drop is meant."""
    if mapping.empty is None:
        raise FileRejectedError(f"{where}: {what}; {mapping.without_rows}")
    none = np.zeros(0, dtype=np.int32)
    columns = {name: Coded([], none) for name in mapping.names}
    return Drop(columns, none, {}, has_lines=mapping.format != "parquet")


def check_columns(names: Sequence[str], wanted: Sequence[str], where: str) -> None:
    """Each wanted column is there once. Names are the mapping's, never the file's:
    a first line may be an incident."""
    for name in wanted:
        if names.count(name) != 1:
            times = "no" if name not in names else "more than one"
            raise FileRejectedError(
                f"{where}: {times} column {name!r}, which the mapping names; is it"
                " another feed's file, or without a header?"
            )
