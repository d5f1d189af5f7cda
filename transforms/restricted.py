"""Rows that are not for everyone, and a type that says so.

A force's own records place people at their doors. Wrapped, they are not a table:
nothing that takes a table takes them, least of all the public tier, and reading them
needs `reveal`, which can be searched for.
"""

from typing import NoReturn

import pyarrow as pa


class Restricted:
    """A table whose rows stay in the home."""

    __slots__ = ("__rows",)

    def __init__(self, rows: pa.Table) -> None:
        self.__rows = rows

    def __repr__(self) -> str:
        """Never a row: this may end in a log."""
        return f"Restricted({self.__rows.num_rows} rows)"

    def __len__(self) -> int:
        """How many rows: a number is not a secret here."""
        return int(self.__rows.num_rows)

    def __reduce__(self) -> NoReturn:
        """A pickle would lie open in another program's files."""
        raise TypeError("restricted rows are not pickled")

    def reveal(self) -> pa.Table:
        """The rows themselves, for work whose results are restricted as well."""
        return self.__rows
