"""A file that is still being written is told by two looks at it."""

import os
from pathlib import Path

from transforms.feeds.force.sources.still_growing import Look, is_settled


def look(path: Path) -> Look:
    told = path.stat()
    return Look(told.st_size, told.st_mtime_ns)


def test_a_file_left_alone_is_settled(tmp_path: Path) -> None:
    path = tmp_path / "drop.csv"
    path.write_bytes(b"one")
    assert is_settled(look(path), look(path))


def test_a_file_that_grows_or_is_written_over_is_not(tmp_path: Path) -> None:
    path = tmp_path / "drop.csv"
    path.write_bytes(b"one")
    before = look(path)
    path.write_bytes(b"one more")
    assert not is_settled(before, look(path))
    path.write_bytes(b"two")
    os.utime(path, ns=(0, before.modified_ns + 1))
    assert not is_settled(before, look(path))
