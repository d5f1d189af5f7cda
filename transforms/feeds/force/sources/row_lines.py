"""Rows of a database as JSON lines, the same row always as the same bytes."""

import json
import math
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from transforms.errors import FileRejectedError


def header(names: list[str]) -> list[str]:
    """The names of an answer's columns, each once."""
    if twice := sorted(name for name in set(names) if names.count(name) > 1):
        raise FileRejectedError(f"database: two columns {twice[0]!r}; name each once")
    return names


def row_line(names: Sequence[str], row: Sequence[Any]) -> bytes:
    """A row as one line, its keys in the query's order."""
    plain = {n: _plain(n, value) for n, value in zip(names, row, strict=True)}
    return json.dumps(plain, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def _plain(name: str, value: Any) -> Any:
    """Numbers in all their digits, times in ISO; with an offset where they have one.

    A time that knows its offset is put in UTC: the session's own zone shall not show.
    """
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else str(value)
        case Decimal():
            return f"{value:f}"
        case datetime() if value.tzinfo:
            return value.astimezone(UTC).isoformat()
        case date() | time():
            return value.isoformat()
        case UUID():
            return str(value)
    raise FileRejectedError(
        f"database: column {name!r} is of type {type(value).__name__}; select it as a"
        " text, a number or a time"
    )
