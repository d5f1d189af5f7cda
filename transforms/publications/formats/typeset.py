"""Pages set by Typst: tagged (PDF/UA), and the same bytes for the same words."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from transforms.publications.formats.glyphs import all_shown


_STANDARD: Literal["ua-1"] = (
    "ua-1"  # PDF/UA: tagged, with a title and words for the picture
)


_DRAWN = """#set page(width: auto, height: auto, margin: 0pt)
#image("picture.svg")
"""
_DOTS_AN_INCH = 200.0


def drawn(svg: str) -> bytes:
    """A picture as PNG, for formats that take no SVG: the same bytes for the same."""
    import typst  # slow to load: only whoever makes a page needs it

    with TemporaryDirectory() as folder:
        work = Path(folder)
        (work / "picture.svg").write_text(svg, encoding="utf-8")
        (work / "picture.typ").write_text(_DRAWN)
        png = typst.compile(
            work / "picture.typ",
            root=work,
            ignore_system_fonts=True,  # the same letters on every machine
            format="png",
            ppi=_DOTS_AN_INCH,
        )
    return bytes(png)


def typeset(
    template: str,
    words: Mapping[str, Any],
    dated: date,
    path: Path,
    pictures: Mapping[str, bytes] | None = None,
) -> None:
    """Write what a template, `package:folder/name.typ`, makes of words and pictures.

    The template reads the words as `name.json`, never as markup.
    """
    import typst  # slow to load: only whoever makes a page needs it

    package, _, file = template.partition(":")
    source = files(package).joinpath(file)
    name = Path(file).stem
    with TemporaryDirectory() as folder:
        work = Path(folder)
        (work / f"{name}.typ").write_bytes(source.read_bytes())
        for picture, drawn in (pictures or {}).items():
            (work / picture).write_bytes(drawn)
        (work / f"{name}.json").write_text(json.dumps(all_shown(dict(words))))
        typst.compile(
            work / f"{name}.typ",
            output=path,
            root=work,
            ignore_system_fonts=True,  # the same page on every machine
            pdf_standards=_STANDARD,
            timestamp=int(datetime.combine(dated, time(), UTC).timestamp()),
        )
