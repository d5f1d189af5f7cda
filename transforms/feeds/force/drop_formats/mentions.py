"""An erased reference that another row mentions: found by itself, and taken out.

What stands in the row's own reference is not a mention: that may be a longer one, by
which an erasure has to find the row again.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc


_NULL = "null"
_TOKEN = re.compile(r'"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^\s,:\[\]{}"]+)')
_CHARACTER = re.compile(
    r"\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|\\u[\da-fA-F]{4}|\\.|.",
    re.DOTALL,
)


@dataclass(frozen=True)
class Piece:
    """A text within a line, as it reads, and where each character of it stands."""

    text: str
    at: list[int]  # of each character, and of what follows
    is_bare: bool = False  # a number or word of JSON, which is one only as a whole

    def mentions(self, reference: str, own: str) -> Iterator[tuple[int, int, str]]:
        """Where the line mentions it, and what takes its place there."""
        for start, end in spans(self.text, reference, own):
            if not self.is_bare:
                yield self.at[start], self.at[end], ""
            elif (start, end) == (0, len(self.text)):
                yield self.at[start], self.at[end], _NULL


def spans(text: str, reference: str, own: str = "") -> Iterator[tuple[int, int]]:
    """Where a text holds the reference by itself, and not in the row's own one."""
    if reference in text:
        for found in _pattern(reference, own).finditer(text):
            if found[1] is not None:
                yield found.span(1)


@cache
def _one(reference: str) -> str:
    return rf"(?<!\w){re.escape(reference)}(?!\w)"


def _pattern(reference: str, own: str) -> re.Pattern[str]:
    first = f"{_one(own.strip())}|" if own.strip() else ""
    return re.compile(f"{first}({_one(reference)})")


def whole_line(line: str) -> list[Piece]:
    """A line whose characters stand for themselves."""
    return [Piece(line, list(range(len(line) + 1)))]


def json_pieces(line: str) -> list[Piece]:
    """The texts of a line of JSON without their escapes, and its bare words."""
    return [
        _unescaped(found["quoted"], found.start("quoted"))
        if found["quoted"] is not None
        else Piece(found[0], list(range(found.start(), found.end() + 1)), is_bare=True)
        for found in _TOKEN.finditer(line)
    ]


def _unescaped(quoted: str, start: int) -> Piece:
    text, at = "", []
    for found in _CHARACTER.finditer(quoted):
        try:
            character = json.loads(f'"{found[0]}"')
        except ValueError:
            character = found[0]
        text += character
        at += [start + found.start()] * len(character)
    return Piece(text, [*at, start + len(quoted)])


def without_mentions(column: pa.ChunkedArray, reference: str) -> pa.ChunkedArray | None:
    """The column without the reference; None where it does not mention it.

    Of a text the mention goes, of a number, a list or a structure all of it.
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind := kind.value_type)
    if any(test(kind) for test in _TEXTS):
        texts = column.cast(pa.large_string())
        if not pc.any(pc.match_substring(texts, reference)).as_py():
            return None
        rest = [text and _cut(text, reference) for text in texts.to_pylist()]
        found = pa.chunked_array([pa.array(rest, pa.large_string())])
        return None if found.equals(texts) else found
    if not any(test(kind) for test in _OTHERS):
        return None
    values = column.to_pylist()
    rest = [None if _holds(value, reference) else value for value in values]
    return pa.chunked_array([pa.array(rest, kind)]) if rest != values else None


_TEXTS = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
_OTHERS = (
    pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal,
    pa.types.is_nested, pa.types.is_binary, pa.types.is_large_binary,
)  # fmt: skip


def _cut(text: str, reference: str) -> str:
    for start, end in reversed(list(spans(text, reference))):
        text = text[:start] + text[end:]
    return text


def _holds(value: object, reference: str) -> bool:
    if isinstance(value, list | dict | bytes):
        text = value.decode(errors="replace") if isinstance(value, bytes) else value
        return any(spans(str(text), reference))
    return value is not None and str(value).removesuffix(".0") == reference
