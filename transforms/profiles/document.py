"""A problem profile as a document: one set of words, as PDF and as Markdown."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from transforms.plain_text import plain
from transforms.publications.formats.typeset import typeset


_TEMPLATE = "transforms.profiles:profile.typ"
# What Markdown reads as a link, HTML, code, emphasis or a cell: names are the feed's.
_MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>|#"})


@dataclass(frozen=True, kw_only=True)
class Block:
    """A heading, and what stands under it, in this order."""

    title: str
    lines: Sequence[str] = ()
    header: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    texts: int = 1  # columns of words, on the left; the rest are figures
    blanks: Sequence[str] = ()  # to be filled in by hand


@dataclass(frozen=True, kw_only=True)
class Document:
    """All words of a profile, and its picture."""

    title: str
    subtitle: str
    headline: str
    picture: str  # SVG
    picture_alt: str
    blocks: Sequence[Block]
    footer: str


def write_pdf(document: Document, last_day: date, path: Path) -> None:
    """Write it for print: tagged, and the same bytes for the same words."""
    words = asdict(document)
    picture = str(words.pop("picture")).encode()
    typeset(_TEMPLATE, words, last_day, path, {"picture.svg": picture})


def markdown(document: Document) -> str:
    """The same as Markdown, to be edited further; without the picture."""
    return "\n".join([*_markdown(document), ""])


def _markdown(document: Document) -> Iterator[str]:
    yield f"# {_escaped(document.title)}"
    yield ""
    yield _escaped(document.subtitle)
    yield ""
    yield f"**{_escaped(document.headline)}**"
    for block in document.blocks:
        yield ""
        yield f"## {_escaped(block.title)}"
        yield ""
        yield from (f"- {_escaped(line)}" for line in block.lines)
        if block.rows:
            if block.lines:
                yield ""
            yield _row(block.header)
            yield _row(["---"] * len(block.header))
            yield from map(_row, ([_escaped(c) for c in row] for row in block.rows))
        yield from (f"- {_escaped(prompt)}: …" for prompt in block.blanks)
    yield ""
    yield _escaped(document.footer)


def _row(values: Sequence[str]) -> str:
    return f"| {' | '.join(values)} |"


def _escaped(words: str) -> str:
    return plain(words).translate(_MARKS)
