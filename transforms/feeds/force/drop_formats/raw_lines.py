"""The lines of a raw text drop, whatever is a row in them.

Its lines and their bytes stay where they are: what is erased becomes spaces.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from transforms.feeds.files.text_bytes import marked_encoding
from transforms.feeds.force.drop_formats.drop import RawRow, Row
from transforms.feeds.force.drop_formats.mentions import Piece
from transforms.feeds.force.mapping import ForceMapping


_ROUND_TRIP = "surrogateescape"  # bytes that are not text come out as they went in


def lines_of(data: bytes, mapping: ForceMapping) -> tuple[list[str], str]:
    """A text drop's lines, and the codec that they were decoded by."""
    codec = marked_encoding(data) or mapping.encoding or "utf-8"
    return data.decode(codec, _ROUND_TRIP).split("\n"), codec


@dataclass(kw_only=True)
class RawLines:
    """A text drop's stored bytes in lines: a `RawDrop`."""

    original: bytes
    lines: list[str]
    codec: str
    first: int  # number of the first line that may be a row
    reference: str  # the column of a row's own reference
    row_of: Callable[[str], Row | None]
    words_of: Callable[[str], list[str]]
    pieces_of: Callable[[str], list[Piece]]  # that may mention a reference
    changed: bool = False

    def rows(self) -> Iterator[RawRow]:
        """Each line that is not blank."""
        for number, line in self._filled():
            row = self.row_of(line)
            texts = [line, *self.words_of(line)] if row is None else []
            yield RawRow(number, row, texts)

    def filled(self) -> tuple[bytes, int]:
        """The bytes without blank lines."""
        kept = [*self.lines[: self.first - 1], *(line for _, line in self._filled())]
        if not self.lines[-1]:  # a newline ends the last line
            kept.append("")
        return "\n".join(kept).encode(self.codec, _ROUND_TRIP), self.first

    def blank(self, numbers: Sequence[int]) -> None:
        """Overwrite lines by spaces."""
        for number in numbers:
            line = self.lines[number - 1]
            self._overwrite(number, [(0, len(line) - line.endswith("\r"), "")])

    def cut(self, references: Sequence[str]) -> None:
        """Overwrite mentions; an escape (a backslash) may hide one."""
        for number, line in self._filled():
            if "\\" in line or any(reference in line for reference in references):
                row = self.row_of(line)
                if row is not None:
                    self._cut(number, references, row.get(self.reference, ""))

    def data(self) -> bytes:
        """The bytes of all lines."""
        if not self.changed:
            return self.original
        return "\n".join(self.lines).encode(self.codec, _ROUND_TRIP)

    def _filled(self) -> Iterator[tuple[int, str]]:
        for number in range(self.first, len(self.lines) + 1):
            if self.lines[number - 1].strip():
                yield number, self.lines[number - 1]

    def _cut(self, number: int, references: Sequence[str], own: str) -> None:
        for reference in references:
            line = self.lines[number - 1]
            if reference in line or "\\" in line:
                pieces = self.pieces_of(line)
                spans = [s for p in pieces for s in p.mentions(reference, own)]
                self._overwrite(number, spans)

    def _overwrite(self, number: int, spans: list[tuple[int, int, str]]) -> None:
        """Put another text over parts of a line, filled up with spaces."""
        line = self.lines[number - 1]
        for start, end, text in sorted(spans, reverse=True):
            gone = self._spaces(line[start:end])
            line = line[:start] + text + gone[len(text) :] + line[end:]
            self.changed = True
        self.lines[number - 1] = line

    def _spaces(self, text: str) -> str:
        unit = len(" ".encode(self.codec))
        return " " * (len(text.encode(self.codec, _ROUND_TRIP)) // unit)
