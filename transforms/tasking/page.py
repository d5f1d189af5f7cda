"""A page of a pack as words and tables: one set of them, for print and for a desk."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from transforms.publications.formats.typeset import typeset


_TEMPLATE = "transforms.tasking:typst/tasking.typ"


@dataclass(frozen=True)
class Box:
    """What a reader finds in ten seconds: a heading, and a few sentences."""

    title: str
    lines: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Section:
    """A heading, what is said under it, and a table."""

    title: str
    lines: Sequence[str] = ()
    header: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    texts: Sequence[int] = (0,)  # columns of words; the rest are figures
    wide: int | None = None  # the column that takes the room that is left
    marked: Sequence[bool] = ()  # rows that stand out


@dataclass(frozen=True, kw_only=True)
class Page:
    """All words of a document, of one page or more."""

    title: str
    subtitle: str
    boxes: Sequence[Box]  # four
    sections: Sequence[Section]
    footer: str
    picture: str = ""  # SVG
    picture_alt: str = ""


def write_pdf(page: Page, last_day: date, path: Path) -> None:
    """Write it for print: tagged, and the same bytes for the same words."""
    words = asdict(page)
    pictures = {"picture.svg": str(words.pop("picture")).encode()}
    typeset(_TEMPLATE, words, last_day, path, pictures)
