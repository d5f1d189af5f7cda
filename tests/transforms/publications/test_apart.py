"""One document that cannot be written takes no other along."""

from collections.abc import Callable
from pathlib import Path

import pytest

from transforms.errors import LakeError
from transforms.publications.apart import UnwrittenError, Write, write_apart


def says(text: str) -> Write:
    return lambda path: path.write_text(text) and None


def fails(error: BaseException, *parts: str) -> Write:
    """Writes a part of a document, and those beside it, and then fails."""

    def write(path: Path) -> None:
        for part in (path.name, *parts):
            (path.parent / part).write_text("half")
        raise error

    return write


def test_the_others_are_written_and_nothing_is_left_of_those_that_failed(
    tmp_path: Path,
) -> None:
    bad = ValueError("no such glyph")

    def several(path: Path) -> None:
        pages = {"p-one.pdf": says("1"), "p-two.pdf": fails(bad)}
        write_apart(path.parent, pages)

    documents = {
        "a.csv": says("a"), "b.gpkg": fails(bad, "b.gpkg-wal"), "p.pdf": several,
        "c.csv": says("c"), "d.csv": says("d"),
    }  # fmt: skip
    with pytest.raises(UnwrittenError) as failed:
        write_apart(tmp_path, documents, left_out=["d.csv"])
    assert failed.value.why == {"b.gpkg": bad, "p-two.pdf": bad}
    assert sorted(f.name for f in tmp_path.iterdir()) == ["a.csv", "c.csv", "p-one.pdf"]


@pytest.mark.parametrize(
    "error",
    [
        OSError(28, "No space left"),
        MemoryError(),
        LakeError("damaged"),
        KeyboardInterrupt(),
    ],
)
def test_what_is_no_documents_own_fault_ends_it_all(
    tmp_path: Path, error: BaseException
) -> None:
    with pytest.raises(type(error)):
        write_apart(tmp_path, {"a": fails(error), "b": says("b")})
    assert not (tmp_path / "b").exists()


def test_a_needed_document_ends_it_all(tmp_path: Path) -> None:
    failing: Callable[[Path], None] = fails(ValueError("why"))
    with pytest.raises(ValueError, match="why"):
        write_apart(tmp_path, {"a": failing, "b": says("b")}, needed=["a"])
