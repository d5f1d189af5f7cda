"""A briefing's page: its words and its map, set by Typst."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import pyarrow as pa
import typst

from transforms.publications.edition.edition import Edition
from transforms.publications.formats.briefing_map import draw_map
from transforms.publications.formats.glyphs import all_shown


_STANDARD: Literal["ua-1"] = (
    "ua-1"  # PDF/UA: tagged, with a title and words for the picture
)


def write_page(
    edition: Edition,
    cells: pa.Table,
    spots: Sequence[dict[str, Any]],
    words: dict[str, Any],
    page: Path,
) -> None:
    """Write a page with a map of those cells and hot spots."""
    pictures = {"map.svg": draw_map(cells, spots, edition.run_id)}
    set_pages(edition, "briefing", pictures, words, page)


def set_pages(
    edition: Edition,
    name: str,
    pictures: Mapping[str, bytes],
    words: dict[str, Any],
    page: Path,
) -> None:
    """Write what the template of that name makes of those words and pictures."""
    source = files("transforms.publications.formats").joinpath(f"typst/{name}.typ")
    with TemporaryDirectory() as folder:
        work = Path(folder)
        (work / f"{name}.typ").write_bytes(source.read_bytes())
        for picture, drawn in pictures.items():
            (work / picture).write_bytes(drawn)
        (work / f"{name}.json").write_text(json.dumps(all_shown(words)))
        typst.compile(
            work / f"{name}.typ",
            output=page,
            root=work,
            ignore_system_fonts=True,  # the same page on every machine
            pdf_standards=_STANDARD,
            timestamp=int(
                datetime.combine(edition.as_of.last_day, time(), UTC).timestamp()
            ),
        )


def footer(edition: Edition) -> str:
    """What stands at the foot of each briefing."""
    return (
        f"Run {edition.run_id}. {edition.method.LABEL}. {edition.attribution}."
        " Places, not people: being in a hot spot is not a reason to suspect anyone."
    )


def named(spot: dict[str, Any]) -> str:
    """A hot spot's name, or its highest cell where it has none."""
    return str(spot["name"] or spot["top_cell"])
