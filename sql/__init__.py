"""One SELECT per file, and functions to use them: `run` now, `store` as views.

Only this module uses DuckDB. Relations and values are bound, never inserted as text: a
query names its inputs, and `run` gives each name an Arrow table or a list of Parquet
files. Arrow opens the files, not DuckDB, which would read a `*` or `[` in a path as a
pattern. All data stays in memory.
"""

import errno
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from threading import local
from typing import TypeAlias

import duckdb
import pyarrow as pa

from sql.delta_files import of_files


Relation: TypeAlias = pa.Table | Sequence[str]

_OF_THREAD = local()
# No extension, no stored secret, and no spilling, which would write incidents to a
# folder outside their home.
_SEALED: Mapping[str, str | bool] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,
    "temp_directory": "",
}


def text(name: str) -> str:
    """The text of `<name>.sql`."""
    return files(__name__).joinpath(f"{name}.sql").read_text(encoding="utf-8")


def run(name: str, inputs: Mapping[str, Relation], **params: object) -> pa.Table:
    """Run `<name>.sql` over named relations with named parameters.

    A relation given as files is read as Delta data files: the partition values are
    in the paths, and stay text. Each thread reuses one connection, because opening one
    takes longer than most queries; nothing stays registered on it.
    """
    con = _connection()
    con.begin()
    try:
        for relation, source in inputs.items():
            is_table = isinstance(source, pa.Table)
            con.register(relation, source if is_table else of_files(source))
        return con.sql(text(name), params=params or None).to_arrow_table()
    except duckdb.OutOfMemoryException as error:
        raise OSError(
            errno.ENOMEM, f"the query {name} needs more memory than there is"
        ) from error
    finally:
        con.rollback()
        for relation in inputs:
            con.unregister(relation)


def _connection() -> duckdb.DuckDBPyConnection:
    connection: duckdb.DuckDBPyConnection | None = getattr(
        _OF_THREAD, "connection", None
    )
    if connection is None:
        connection = _connected()
        _OF_THREAD.connection = connection
    return connection


def _connected(writes_in: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A connection locked to open no file, except in a folder that it writes to."""
    con = duckdb.connect(config=dict(_SEALED))
    if writes_in:
        folder = duckdb.ConstantExpression(str(writes_in.resolve()))
        con.execute(f"set allowed_directories = [{folder}]")
    # The callers are threads already; and hotspots.sql adds in the order of its rows.
    con.execute("set threads = 1")
    con.execute("set enable_progress_bar = false")  # it would be printed
    con.execute("set enable_external_access = false")
    con.execute("set lock_configuration = true")
    return con


def store(
    path: Path,
    tables: Mapping[str, pa.Table],
    views: Sequence[str],
    comments: Mapping[str, str],
) -> None:
    """Write a DuckDB file of those tables, with `<name>.sql` as a view for each name.

    `comments` are by table, view, or table and column with a dot between. The storage
    version can be read by DuckDB from 1.0 on. The bytes differ each time, because
    DuckDB does not write its blocks in a fixed order.
    """
    with _connected(path.parent) as con:
        con.execute(
            "attach $path as stored (storage_version 'v1.0.0')",
            {"path": str(path.resolve())},
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
    """A comment statement, quoted by DuckDB because it allows no parameters."""
    kind = kind or ("column" if "." in name else "table")
    target = duckdb.ColumnExpression(*name.split("."))
    return f"comment on {kind} {target} is {duckdb.ConstantExpression(words)}"
