"""Delta data files as one relation, their partition values as columns of text."""

from collections.abc import Sequence
from pathlib import PurePosixPath

import pyarrow as pa
import pyarrow.dataset as ds
from pyarrow.fs import FileSystem, FSSpecHandler, LocalFileSystem, PyFileSystem


_PARQUET = ds.ParquetFileFormat()


def of_files(files: Sequence[str]) -> ds.Dataset:
    """The rows of those files, in their order; at least one file, all of one schema."""
    store = _store(files)
    paths = [file.removeprefix("s3://") for file in files]
    fragments = [
        _PARQUET.make_fragment(path, store, _equal(partition_of(path)))
        for path in paths
    ]
    schema = pa.schema([_plain(field) for field in fragments[0].physical_schema])
    for name in partition_of(paths[0]):
        schema = schema.append(pa.field(name, pa.string()))
    return ds.FileSystemDataset(fragments, schema, _PARQUET, store)


def partition_of(path: str) -> dict[str, str]:
    """The partition values in a data file's path: its folders up to the table's own.

    The folders above are the user's and may have any name.
    """
    values: dict[str, str] = {}
    for folder in PurePosixPath(path).parents:
        name, equals, value = folder.name.partition("=")
        if not equals:
            break
        values = {name: value} | values
    return values


def _equal(partition: dict[str, str]) -> ds.Expression | None:
    every: ds.Expression | None = None
    for name, value in partition.items():
        equal = ds.field(name) == value
        every = equal if every is None else every & equal
    return every


def _plain(field: pa.Field) -> pa.Field:
    """The field as plain text: a dictionary-encoded one cannot be filtered by text."""
    if pa.types.is_dictionary(field.type):
        return pa.field(field.name, field.type.value_type)
    return pa.field(field.name, field.type)


def _store(files: Sequence[str]) -> FileSystem:
    if not any(file.startswith("s3://") for file in files):
        return LocalFileSystem()
    from fsspec import filesystem  # with its store, an extra

    return PyFileSystem(FSSpecHandler(filesystem("s3", use_listings_cache=False)))
