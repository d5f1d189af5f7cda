"""A briefing's page: its words and its map, set by Typst."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from transforms.publications.edition.edition import Edition
from transforms.publications.formats.briefing_map import LANDSCAPE, PORTRAIT, draw_map
from transforms.publications.formats.typeset import typeset


def write_page(
    edition: Edition,
    cells: pa.Table,
    spots: Sequence[dict[str, Any]],
    words: dict[str, Any],
    page: Path,
) -> None:
    """Write a page with a map of those cells and hot spots."""
    size = LANDSCAPE if words.get("landscape") else PORTRAIT
    pictures = {"map.svg": draw_map(cells, spots, size)}
    set_pages(edition, "briefing", pictures, words, page)


def set_pages(
    edition: Edition,
    name: str,
    pictures: Mapping[str, bytes],
    words: dict[str, Any],
    page: Path,
) -> None:
    """Write what the template of that name makes of those words and pictures."""
    template = f"transforms.publications.formats:typst/{name}.typ"
    typeset(template, words, edition.as_of.last_day, page, pictures)


def footer(edition: Edition) -> str:
    """What stands at the foot of each briefing."""
    return (
        f"Run {edition.run_id}. {edition.method.LABEL}. {edition.attribution}."
        " Places, not people: being in a hot spot is not a reason to suspect anyone."
    )


def named(spot: dict[str, Any]) -> str:
    """A hot spot's name, or its highest cell where it has none."""
    return str(spot["name"] or spot["top_cell"])
