"""A briefing's page: its words and its map, set by Typst."""

import json
from collections.abc import Sequence
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
    source = files("transforms.publications.formats").joinpath("typst/briefing.typ")
    with TemporaryDirectory() as folder:
        work = Path(folder)
        (work / "briefing.typ").write_bytes(source.read_bytes())
        (work / "map.svg").write_bytes(draw_map(cells, spots, edition.run_id))
        (work / "briefing.json").write_text(json.dumps(all_shown(words)))
        typst.compile(
            work / "briefing.typ",
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
