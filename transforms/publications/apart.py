"""Writes documents independently: one that cannot be written does not stop others."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from transforms.errors import HexbeatError
from transforms.lake.storage import is_store_error


Write = Callable[[Path], None]


class UnwrittenError(Exception):
    """Some documents could not be written; all others were."""

    def __init__(self, why: Mapping[str, Exception]) -> None:
        super().__init__(", ".join(sorted(why)))
        self.why = dict(why)


def write_apart(
    folder: Path,
    documents: Mapping[str, Write],
    left_out: Collection[str] = (),
    needed: Collection[str] = (),
    several: Collection[str] = (),
) -> None:
    """Write each document into the folder; raise `UnwrittenError` for those that fail.

    Skips those left out, except in `several`: these write further documents, and skip
    what is left out themselves. Raises at once if a needed document fails, or if the
    cause is not the document's own: a full disk, or a lake that cannot be read.
    """
    why: dict[str, Exception] = {}
    for name, write in documents.items():
        if name in left_out and name not in several:
            continue
        before = set(folder.iterdir())
        try:
            write(folder / name)
        except UnwrittenError as error:  # of several documents, some
            why |= error.why
        except Exception as error:
            if name in needed or _is_of_all(error):
                raise
            for part in set(folder.iterdir()) - before:
                part.unlink()
            if name not in left_out:  # else it fails as a whole, as it did before
                why[name] = error
    if why:
        raise UnwrittenError(why)


def _is_of_all(error: Exception) -> bool:
    return isinstance(error, (OSError, MemoryError, HexbeatError)) or is_store_error(
        error
    )
