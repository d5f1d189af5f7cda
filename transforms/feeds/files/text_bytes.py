"""Bytes to text that is safe to parse: encoding, line ends and lines, checked.

What can be repaired for a whole file without a guess is repaired and reported: a byte
order mark, UTF-16 with its mark. A line that is not UTF-8 is blanked out and reported
by its number, since a parser would stop at it or quote it.
"""

import codecs
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transforms.errors import FileRejectedError
from transforms.reference.arrays import Integers


NEWLINE = b"\n"
_MAX_LINE_BYTES = 1 << 20
_UNREADABLE_SHARE = 0.001
_A_FEW_LINES = 5
# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True)
class Text:
    """A file as UTF-8 bytes in lines."""

    data: bytes
    lines: int  # the header's included
    unreadable_lines: NDArray[np.int32]
    repairs: Sequence[str]

    @property
    def first_line(self) -> bytes:
        """The first line, without its end."""
        return self.data[: _end_of_first(self.data)].rstrip(b"\r")


def read_text(data: bytes, where: str) -> Text:
    """The file's bytes as text; `FileRejectedError` if it is not a text file."""
    if not data:
        raise FileRejectedError(f"{where}: the file is empty")
    data, repairs = _unmarked(data, where)
    characters = np.frombuffer(data, dtype=np.uint8)
    ends = np.flatnonzero(characters == NEWLINE[0])
    if (returns := data.count(b"\r")) and returns != _before(characters, ends):
        raise FileRejectedError(f"{where}: a carriage return within a line")
    lines = len(ends) + (not data.endswith(NEWLINE))
    _check_length(ends, len(data), where)
    data, unreadable = _blanked(data)
    if len(unreadable) > max(_A_FEW_LINES, _UNREADABLE_SHARE * lines):
        raise FileRejectedError(
            f"{where}, line {unreadable[0]}: {len(unreadable):,} of {lines:,} lines are"
            " not UTF-8"
        )
    return Text(data, lines, np.array(unreadable, dtype=np.int32), repairs)


def marked_encoding(data: bytes) -> str | None:
    """The encoding that a byte order mark gives, if there is one other than UTF-8's.

    It keeps the mark when it decodes, as the first character.
    """
    return next((codec for mark, codec in _MARKS if data.startswith(mark)), None)


def _unmarked(data: bytes, where: str) -> tuple[bytes, list[str]]:
    if data.startswith(codecs.BOM_UTF8):
        return data.removeprefix(codecs.BOM_UTF8), ["byte order mark removed"]
    if (encoding := marked_encoding(data)) is None:
        return data, []
    name = encoding[: len("utf-16")]
    try:
        return data.decode(name).encode(), [f"{name.upper()} read as UTF-8"]
    except UnicodeDecodeError as error:
        raise FileRejectedError(f"{where}: broken {name.upper()}") from error


def _before(characters: NDArray[np.uint8], ends: Integers) -> int:
    """How many lines end with a carriage return and a newline."""
    return int((characters[ends[ends > 0] - 1] == ord("\r")).sum())


def _check_length(ends: Integers, size_bytes: int, where: str) -> None:
    lengths = np.diff(ends, prepend=-1, append=size_bytes)
    if lengths.max() > _MAX_LINE_BYTES:
        line = int(lengths.argmax()) + 1
        raise FileRejectedError(f"{where}, line {line}: over {_MAX_LINE_BYTES:,} bytes")


def _blanked(data: bytes) -> tuple[bytes, list[int]]:
    """The bytes with each line that is not UTF-8 emptied, and those lines' numbers."""
    try:
        data.decode()
        return data, []
    except UnicodeDecodeError:
        pass
    kept = data.split(NEWLINE)
    unreadable = []
    for number, line in enumerate(kept, start=1):
        try:
            line.decode()
        except UnicodeDecodeError:
            unreadable.append(number)
            kept[number - 1] = b""
    return NEWLINE.join(kept), unreadable


def _end_of_first(data: bytes) -> int:
    end = data.find(NEWLINE)
    return len(data) if end < 0 else end
