"""Whether a file still holds the bytes that were written."""

from collections.abc import Iterable
from hashlib import file_digest
from pathlib import Path

from transforms.errors import ForceError
from transforms.lake.data_files import DataFile
from transforms.lake.storage import located


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def damage(file: DataFile) -> str | None:
    """What is wrong with a data file of the lake; None where it is as written."""
    path = located(file.path)
    if not path.exists():
        return "the data file is gone"
    size = path.stat().st_size
    if size != file.size_bytes:
        return f"the data file has {size:,} bytes; {file.size_bytes:,} were written"
    if file_sha256(path) != file.sha256:
        return "the data file does not hold the bytes that were written (SHA-256)"
    return None


def refuse_damaged(table: str, files: Iterable[DataFile]) -> None:
    """Raise `ForceError` at the first file of a force that is not as written.

    Neither DuckDB nor Parquet checks this: they return wrong numbers.
    """
    for file in files:
        if what := damage(file):
            raise ForceError(
                f"{where(file)} {table}: {what}; bring the home back from a backup,"
                " or build a new one from the source"
            )


def where(file: DataFile) -> str:
    """The force and month of a data file, as a message names them."""
    return " ".join(file.partition.values())
