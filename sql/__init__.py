"""One SELECT per file, and the one function that runs them.

Only this module talks to DuckDB. Relations and values are bound, never pasted in:
a query names its inputs, and `run` gives each name an Arrow table or a list of
Parquet files.
"""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import TypeAlias

import duckdb
import pyarrow as pa


Relation: TypeAlias = pa.Table | Sequence[str]


def text(name: str) -> str:
    """The text of `<name>.sql`."""
    return files(__name__).joinpath(f"{name}.sql").read_text(encoding="utf-8")


def run(name: str, inputs: Mapping[str, Relation], **params: object) -> pa.Table:
    """Run `<name>.sql` over named relations with named parameters.

    A relation given as files is read as Delta data files: the partition values are
    in the paths, and stay text. Each call has a connection of its own, since a
    half-read result blocks the next query on the same one.
    """
    with duckdb.connect(config={"autoinstall_known_extensions": False}) as con:
        con.execute("set threads = 1")  # the callers are threads already
        for relation, source in inputs.items():
            if isinstance(source, pa.Table):
                con.register(relation, source)
            else:
                con.from_query(
                    "select * from read_parquet($files, hive_partitioning = true,"
                    " hive_types_autocast = false)",
                    params={"files": list(source)},
                ).create_view(relation)
        return con.sql(text(name), params=params or None).to_arrow_table()
