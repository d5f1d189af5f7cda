"""A worksheet of one table, whose columns become XML as wholes.

XlsxWriter writes cell by cell, which for the lists of a nation is a sixth of a
publication. The bytes are those that it writes itself.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet


_ROWS_A_SPAN = 16  # of the hint in each row at which columns are used


@dataclass(frozen=True)
class _Column:
    at: int
    values: pa.Array  # as the file has them: null where a cell is empty
    kind: str  # the attribute that says what they are
    look: Format | None


class TableSheet(Worksheet):  # type: ignore[misc]  # the library has no types
    """A sheet with headings in its first row, and below it columns of equal length."""

    def __init__(self) -> None:
        super().__init__()
        self._columns: list[_Column] = []

    def write_numbers(
        self, at: int, values: pa.Array, look: Format | None = None
    ) -> None:
        """The numbers of a column below its heading; null leaves a cell empty."""
        if pa.types.is_null(values.type):
            return
        if pc.all(pc.is_finite(values)).as_py() is False:
            raise ValueError("a cell of a workbook takes finite numbers only")
        if pa.types.is_integer(values.type):
            texts = values.cast(pa.string())
        else:
            known = (None if v is None else f"{v:.16G}" for v in values.to_pylist())
            texts = pa.array(known, pa.string())
        self._add(_Column(at, texts, "", look))

    def write_texts(self, at: int, values: pa.Array) -> None:
        """The texts of a column below its heading; null leaves a cell empty."""
        coded = values.dictionary_encode()
        numbers = map(
            self.str_table._get_shared_string_index, coded.dictionary.to_pylist()
        )
        texts = pa.array(map(str, numbers), pa.string()).take(coded.indices)
        of_cells = len(values) - values.null_count
        self.str_table.count += of_cells - len(coded.dictionary)
        self._add(_Column(at, texts, ' t="s"', None))

    def _add(self, column: _Column) -> None:
        if column.values.null_count < len(column.values):
            known = np.flatnonzero(pc.is_valid(column.values))
            self._check_dimensions(int(known[-1]) + 1, column.at)
            self._columns.append(column)

    def _write_rows(self) -> None:
        super()._write_rows()  # the headings
        if not self._columns:
            return
        rows = len(self._columns[0].values)
        filled = np.zeros((rows, self.dim_colmax + 1), dtype=bool)
        for column in self._columns:
            known = pc.is_valid(column.values)
            filled[:, column.at] = known.to_numpy(zero_copy_only=False)
        names = pa.array(range(2, rows + 2)).cast(pa.string())
        looks = self._looks(filled)
        opened = pc.binary_join_element_wise(
            '<row r="', names, '" spans="', self._spans(filled), '">', ""
        )
        drawn = [
            pc.fill_null(
                pc.binary_join_element_wise(
                    f'<c r="{xl_col_to_name(column.at)}',
                    names,
                    f'"{looks[column.at]}{column.kind}><v>',
                    column.values,
                    "</v></c>",
                    "",
                ),
                "",
            )
            for column in self._columns
        ]
        lines = pc.binary_join_element_wise(opened, *drawn, "</row>", "")
        self.fh.write("".join(lines.filter(pa.array(filled.any(axis=1))).to_pylist()))

    def _looks(self, filled: np.ndarray) -> dict[int, str]:
        """The attribute of each column's format: numbered as cells first use them."""
        firsts = filled.argmax(axis=0)
        order = sorted(self._columns, key=lambda column: (firsts[column.at], column.at))
        return {c.at: f' s="{c.look._get_xf_index()}"' if c.look else "" for c in order}

    def _spans(self, filled: np.ndarray) -> pa.Array:
        """The first and the last column that are used about each row."""
        used = np.insert(filled, 0, True, axis=0)  # the headings
        starts = np.arange(0, len(used), _ROWS_A_SPAN)
        together = np.logical_or.reduceat(used, starts, axis=0)
        first = together.argmax(axis=1) + 1
        last = together.shape[1] - together[:, ::-1].argmax(axis=1)
        spans = pa.array([f"{a}:{b}" for a, b in zip(first, last, strict=True)])
        return spans.take(pa.array(np.arange(1, len(used)) // _ROWS_A_SPAN))
