"""Rows that are not for everyone, and a type that says so.

A force's own records place people at their doors. Wrapped, they are no table: nothing
that takes a table takes them, least of all the public tier, and whoever wants to look
has to write `reveal`, which can be searched for.
"""

from typing import NoReturn

import pyarrow as pa


class Restricted:
    """A table that only what stays inside may look at."""

    __slots__ = ("__rows",)

    def __init__(self, rows: pa.Table) -> None:
        self.__rows = rows

    def __repr__(self) -> str:
        """Never a row: this may end in a log."""
        return f"Restricted({self.__rows.num_rows} rows)"

    def __len__(self) -> int:
        """How many rows: a number is no secret here."""
        return int(self.__rows.num_rows)

    def __reduce__(self) -> NoReturn:
        """Pickled it would lie open in another's files."""
        raise TypeError("restricted rows are not pickled")

    def reveal(self) -> pa.Table:
        """The rows themselves, for work whose results are restricted as well."""
        return self.__rows
