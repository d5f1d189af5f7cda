"""One file that a person names, read whole."""

from pathlib import Path

from transforms.errors import FileRejectedError, UsageError
from transforms.feeds.force.sources.still_growing import Look, is_settled


_MAX_BYTES = 2 << 30


def whole_file(path: Path) -> bytes:
    """The file's bytes, unless it was written to while they were read."""
    if not path.is_file():
        raise UsageError(f"{path}: no such file")
    before = _look(path)
    if before.size_bytes > _MAX_BYTES:
        raise FileRejectedError(f"{path.name}: over {_MAX_BYTES >> 30} GB")
    data = path.read_bytes()
    if not is_settled(before, _look(path)):
        raise FileRejectedError(f"{path.name}: still being written; read it again")
    return data


def _look(path: Path) -> Look:
    facts = path.stat()
    return Look(facts.st_size, facts.st_mtime_ns)
