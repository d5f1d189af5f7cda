"""A page about a programme, for print and for a screen, from the same words."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template

from transforms.publications.formats.typeset import typeset


@dataclass(frozen=True)
class Part:
    """A heading, and what is said under it."""

    title: str
    lines: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """All words of a page, and its picture."""

    title: str
    subtitle: str
    headline: str
    sections: Sequence[Part]  # four: the first and third stand on the left
    table_title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    footer: str
    picture: str = ""  # SVG
    picture_alt: str = ""
    marked: Sequence[bool] = ()  # rows that stand out
    last_faint: bool = False  # whether the last column is beside the point


def write_pdf(sheet: Sheet, last_day: date, path: Path) -> None:
    """Write the page for print: tagged, and the same bytes for the same sheet."""
    picture = {"picture.svg": sheet.picture.encode()}
    typeset("transforms.programmes:sheet.typ", asdict(sheet), last_day, path, picture)


def html(sheet: Sheet) -> str:
    """The page for a screen: it loads nothing, and fits a phone."""
    parts = list(map(_section, sheet.sections))
    head = "".join(f"<th scope=col>{escape(word)}</th>" for word in sheet.header)
    marked = sheet.marked or [False] * len(sheet.rows)
    rows = "".join(
        f"<tr{' class=marked' * mark}>"
        + "".join(f"<td>{escape(cell)}</td>" for cell in row)
        for row, mark in zip(sheet.rows, marked, strict=True)
    )
    page = files("transforms.programmes").joinpath("sheet.html").read_text()
    return Template(page).substitute(
        title=escape(sheet.title),
        subtitle=escape(sheet.subtitle),
        headline=escape(sheet.headline),
        picture=sheet.picture,
        left="".join(parts[0::2]),
        right="".join(parts[1::2]),
        table_title=escape(sheet.table_title),
        head=head,
        rows=rows,
        faint="faint" if sheet.last_faint else "whole",
        footer=escape(sheet.footer),
    )


def _section(part: Part) -> str:
    lines = "".join(f"<li>{escape(line)}</li>" for line in part.lines)
    return f"<section><h2>{escape(part.title)}</h2><ul>{lines}</ul></section>"
