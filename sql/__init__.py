"""One SELECT per file, and what runs them: `run` at once, `store` as views of a file.

Only this module talks to DuckDB. Relations and values are bound, never pasted in:
a query names its inputs, and `run` gives each name an Arrow table or a list of
Parquet files.
"""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from threading import local
from typing import TypeAlias

import duckdb
import pyarrow as pa


Relation: TypeAlias = pa.Table | Sequence[str]

_OF_THREAD = local()


def text(name: str) -> str:
    """The text of `<name>.sql`."""
    return files(__name__).joinpath(f"{name}.sql").read_text(encoding="utf-8")


def run(name: str, inputs: Mapping[str, Relation], **params: object) -> pa.Table:
    """Run `<name>.sql` over named relations with named parameters.

    A relation given as files is read as Delta data files: the partition values are
    in the paths, and stay text. Each thread has a connection of its own, which nothing
    is left on: to make one takes longer than most queries.
    """
    con = _connection()
    tables = [name for name, source in inputs.items() if isinstance(source, pa.Table)]
    con.begin()
    try:
        for relation, source in inputs.items():
            if isinstance(source, pa.Table):
                con.register(relation, source)
            else:
                if any("://" in file for file in source):
                    _see_the_store(con)
                con.from_query(
                    "select * from read_parquet($files, hive_partitioning = true,"
                    " hive_types_autocast = false)",
                    params={"files": list(source)},
                ).create_view(relation)
        return con.sql(text(name), params=params or None).to_arrow_table()
    finally:
        con.rollback()
        for relation in tables:
            con.unregister(relation)


def _connection() -> duckdb.DuckDBPyConnection:
    held: duckdb.DuckDBPyConnection | None = getattr(_OF_THREAD, "connection", None)
    if held is None:
        held = _connected()
        _OF_THREAD.connection = held
    return held


def _see_the_store(con: duckdb.DuckDBPyConnection) -> None:
    """Let a connection read from an object store; once is enough, and all it takes."""
    if not con.filesystem_is_registered("s3"):
        from fsspec import filesystem  # with its store, an extra

        con.register_filesystem(filesystem("s3", use_listings_cache=False))


def _connected() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(config={"autoinstall_known_extensions": False})
    con.execute("set threads = 1")  # the callers are threads already
    con.execute("set enable_progress_bar = false")  # it would go to the output
    return con


def store(
    path: Path,
    tables: Mapping[str, pa.Table],
    views: Sequence[str],
    comments: Mapping[str, str],
) -> None:
    """Write a DuckDB file of those tables, with `<name>.sql` as a view for each name.

    `comments` are by table, view, or table and column with a dot between. The storage
    version is one that DuckDB reads from 1.0 on. The bytes are not the same each time:
    DuckDB lays out its blocks as they come.
    """
    with _connected() as con:
        con.execute(
            "attach $path as stored (storage_version 'v1.0.0')", {"path": str(path)}
        )
        con.execute("use stored")
        for name, rows in tables.items():
            con.from_arrow(rows).create(name)
        for name in views:
            con.execute(f"create view {name} as {text(name)}")
        for name, words in comments.items():
            con.execute(_comment(name, words, "view" if name in views else None))
        con.execute("use memory")
        con.execute("detach stored")


def _comment(name: str, words: str, kind: str | None) -> str:
    """A comment's statement. It takes no parameters, so DuckDB's own quoting serves."""
    kind = kind or ("column" if "." in name else "table")
    target = duckdb.ColumnExpression(*name.split("."))
    return f"comment on {kind} {target} is {duckdb.ConstantExpression(words)}"
