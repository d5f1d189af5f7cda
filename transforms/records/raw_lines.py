"""The lines of a raw text drop, each asked what it is a row of; nothing is refused.

Its lines and their bytes stay where they are: what is erased becomes spaces.
"""

import codecs
import csv
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from transforms.feeds.force.json_lines import fields_of, object_of
from transforms.feeds.force.mapping import ForceMapping


Row = dict[str, str]  # the wanted columns of a line that is a row

# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKED = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ROUND_TRIP = "surrogateescape"  # bytes that are no text come out as they went in
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')


@dataclass
class RawLines:
    """A raw text drop in lines, of which some may be blanked."""

    codec: str
    lines: list[str]
    first: int  # number of the first line that may be a row
    row_of: Callable[[str], Row | None]
    words_of: Callable[[str], list[str]]
    changed: set[int] = field(default_factory=set)

    def __iter__(self) -> Iterator[tuple[int, str]]:
        """Each line that holds anything, with its number."""
        for number in range(self.first, len(self.lines) + 1):
            if self.lines[number - 1].strip():
                yield number, self.lines[number - 1]

    def blank(self, number: int, text: str | None = None) -> None:
        """Overwrite a line by spaces, or that text wherever the line has it."""
        line = self.lines[number - 1]
        body, end = (line[:-1], "\r") if line.endswith("\r") else (line, "")
        gone = (
            self._spaces(body)
            if text is None
            else body.replace(text, self._spaces(text))
        )
        self.lines[number - 1] = gone + end
        self.changed.add(number)

    @property
    def data(self) -> bytes:
        """The bytes of all lines."""
        return "\n".join(self.lines).encode(self.codec, _ROUND_TRIP)

    def _spaces(self, text: str) -> str:
        unit = len(" ".encode(self.codec))
        return " " * (len(text.encode(self.codec, _ROUND_TRIP)) // unit)


def raw_lines(data: bytes, mapping: ForceMapping) -> RawLines:
    """The lines of a drop of CSV or JSON lines that was read once."""
    marked = (codec for mark, codec in _MARKED if data.startswith(mark))
    codec = next(marked, mapping.encoding or "utf-8")
    lines = data.decode(codec, _ROUND_TRIP).split("\n")
    if mapping.format == "csv":
        delimiter = mapping.delimiter or ","
        names = _fields(lines[0].lstrip("\ufeff"), delimiter)

        def row_of(line: str) -> Row | None:
            fields = _fields(line, delimiter)
            if len(fields) != len(names):
                return None
            return dict(zip(names, fields, strict=True))

        return RawLines(codec, lines, 2, row_of, lambda line: _fields(line, delimiter))

    def object_row(line: str) -> Row | None:
        found = object_of(line.lstrip("\ufeff"))
        return fields_of(found, mapping.names) if found is not None else None

    return RawLines(codec, lines, 1, object_row, _json_words)


def _fields(line: str, delimiter: str) -> list[str]:
    try:
        row = next(csv.reader([line.rstrip("\r")], delimiter=delimiter), [])
    except csv.Error:  # a field longer than any
        return line.split(delimiter)
    return row


def _json_words(line: str) -> list[str]:
    """The texts in a line that is no object of plain values, and its bare words."""
    texts = []
    for quoted in _QUOTED.findall(line):
        try:
            texts.append(json.loads(f'"{quoted}"'))
        except ValueError:
            texts.append(quoted)
    return texts + re.findall(r"[\w/.-]+", line)
