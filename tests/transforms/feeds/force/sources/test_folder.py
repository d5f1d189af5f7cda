"""Drops in a folder are offered once they are whole, and told of until then."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.transforms.feeds.force.made_drops import CSV_MAPPING, RECEIVED, mapping
from transforms.errors import FileRejectedError, SourceError, UsageError
from transforms.feeds.force.sources.access import Access
from transforms.feeds.force.sources.folder import DropFolder
from transforms.feeds.force.sources.offered import DropSource
from transforms.feeds.force.sources.opening import open_source
from transforms.feeds.force.sources.settling import BETWEEN_LOOKS_SECONDS


def no_wait(_: float) -> None:
    raise AssertionError("nothing was to be waited for")


def names(source: DropFolder) -> list[str]:
    return [offered.name for offered in source.offered()]


def put(folder: Path, *files: str) -> None:
    for name in files:
        (folder / name).write_bytes(name.encode())


def test_what_lies_still_is_offered_in_order(tmp_path: Path) -> None:
    put(tmp_path, "b.csv", "a.csv", ".hidden", "c.csv.part", "d.tmp", "a.csv.done")
    (tmp_path / "folder").mkdir()
    waited: list[float] = []
    source = DropFolder(tmp_path, waited.append)
    assert [(o.name, o.read()) for o in source.offered()] == [
        ("a.csv", b"a.csv"),
        ("b.csv", b"b.csv"),
    ]
    assert (waited, source.growing) == ([BETWEEN_LOOKS_SECONDS], [])


def test_a_mark_beside_each_drop_saves_the_wait(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", "a.csv.done", "x.part")
    assert names(DropFolder(tmp_path, no_wait)) == ["a.csv"]


def grow(path: Path) -> Callable[[float], None]:
    def sleep(_: float) -> None:
        with path.open("ab") as file:
            file.write(b"more")

    return sleep


def test_what_grows_is_told_and_offered_once_it_lies_still(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", "b.csv")
    source = DropFolder(tmp_path, grow(tmp_path / "b.csv"))
    assert (names(source), source.growing) == (["a.csv"], ["b.csv"])
    source.sleep = lambda _: None
    assert (names(source), source.growing) == (["a.csv", "b.csv"], [])


def test_what_is_written_to_before_it_is_read_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", "a.csv.done")
    [offered] = DropFolder(tmp_path, no_wait).offered()
    grow(tmp_path / "a.csv")(0)
    with pytest.raises(FileRejectedError, match="written to since"):
        offered.read()


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="No such file or directory"):
        DropFolder(tmp_path / "none").offered()
    with pytest.raises(UsageError, match="no such folder"):
        opened(tmp_path / "none")
    assert isinstance(opened(tmp_path), DropFolder)


def opened(folder: Path) -> DropSource:
    return open_source(str(folder), mapping(CSV_MAPPING), Access(), RECEIVED)
