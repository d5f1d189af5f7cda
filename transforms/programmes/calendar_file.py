"""Files for calendars (RFC 5545): short lines, and text that is only text."""

from collections.abc import Sequence


_LINE_BYTES = 75


def calendar(about: str, lines: Sequence[str]) -> bytes:
    """A calendar of those events, each from its BEGIN to its END."""
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//hexbeat//{about}//EN"]
    return b"".join(map(_folded, [*head, *lines, "END:VCALENDAR"]))


def escaped(text: str) -> str:
    """A text as a value of a property."""
    for mark in "\\;,":
        text = text.replace(mark, f"\\{mark}")
    return text


def _folded(line: str) -> bytes:
    """A line, continued where it is too long."""
    parts, part = [], b""
    for letter in line:
        encoded = letter.encode()
        if len(part) + len(encoded) > _LINE_BYTES:
            parts.append(part)
            part = b" "
        part += encoded
    return b"\r\n".join([*parts, part]) + b"\r\n"
