"""What the fonts of a PDF can show: a document that must be readable has no gaps.

Typst brings its fonts along, so that a page is the same everywhere; PDF/UA refuses a
character that none of them has.
"""

import unicodedata
from typing import Any


# Latin, Greek and Cyrillic letters, marks that are put on letters, punctuation, minus.
_SHOWN = (
    (0x20, 0x45F),
    (0x1E00, 0x1EFF),
    (0x2010, 0x203F),
    (0x20AC, 0x20AC),
    (0x2212, 0x2212),
)
_UNKNOWN = "\ufffd"  # the sign for a character that is not shown


def shown(text: str) -> str:
    """The text with a similar character, or a sign, for each that no font has."""
    return "".join(c if has_glyph(c) else _like(c) for c in text)


def all_shown(content: Any) -> Any:
    """The same for every text in lists and mappings."""
    if isinstance(content, str):
        return shown(content)
    if isinstance(content, dict):
        return {name: all_shown(value) for name, value in content.items()}
    return (
        [all_shown(value) for value in content]
        if isinstance(content, list)
        else content
    )


def has_glyph(character: str) -> bool:
    """Whether a font of the PDF has that character."""
    number = ord(character)
    return character.isprintable() and any(a <= number <= b for a, b in _SHOWN)


def _like(character: str) -> str:
    parts = unicodedata.normalize("NFKD", character)
    known = "".join(part for part in parts if has_glyph(part))
    return known.strip() or (" " if character.isspace() else _UNKNOWN)
