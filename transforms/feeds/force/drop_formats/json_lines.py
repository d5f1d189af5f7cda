"""JSON lines: one object a line, its numbers kept in the digits they came in."""

import json
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from transforms.csv_bytes import Lines, too_many
from transforms.errors import FileRejectedError
from transforms.text_bytes import NEWLINE, Text


NO_OBJECT = "json"
_BROKEN_SHARE = 0.001


@dataclass(frozen=True)
class Objects:
    """The lines that are objects, and those that are not."""

    texts: dict[str, list[str]]  # of the wanted keys; empty where one is absent
    keys: list[str]  # that any object has
    lines: Lines
    broken_lines: Lines


def read_objects(text: Text, names: list[str], where: str) -> Objects:
    """The wanted keys of each line's object."""
    if text.data.lstrip().startswith(b"["):
        raise FileRejectedError(f"{where}: a JSON list; write one object a line")
    unreadable = set(text.unreadable_lines.tolist())
    texts: dict[str, list[str]] = {name: [] for name in names}
    keys: dict[str, None] = {}
    good: list[int] = []
    broken: list[int] = []
    lines = text.data.split(NEWLINE)[: text.lines]
    for number, line in enumerate(lines, start=1):
        if number in unreadable:
            continue
        row = object_of(line)
        fields = row and fields_of(row, names)
        if row is None or fields is None:
            broken.append(number)
            continue
        keys |= dict.fromkeys(row)
        good.append(number)
        for name in names:
            texts[name].append(fields[name])
    _check_broken(broken, text.lines, where)
    return Objects(
        texts, list(keys), np.array(good, np.int32), np.array(broken, np.int32)
    )


def _check_broken(broken: list[int], lines: int, where: str) -> None:
    if broken and broken[-1] == lines:
        raise FileRejectedError(
            f"{where}, line {lines}: the last row is no JSON object: cut off? get the"
            " file again"
        )
    if too_many(len(broken), lines, _BROKEN_SHARE):
        raise FileRejectedError(
            f"{where}, line {broken[0]}: {len(broken):,} of {lines:,} lines are no JSON"
            " object of plain values"
        )


def object_of(line: bytes | str) -> dict[str, Any] | None:
    """The object that a line is; None where it is none."""
    try:
        found = json.loads(
            line,
            parse_int=str,
            parse_float=str,
            parse_constant=_refuse,
            object_pairs_hook=_once,
        )
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key twice")
    return found


def fields_of(row: dict[str, Any], names: list[str]) -> dict[str, str] | None:
    """The wanted values as text; None where one is a list or object, or no Unicode."""
    found = {}
    for name in names:
        match row.get(name):
            case None:
                found[name] = ""
            case bool(value):
                found[name] = "true" if value else "false"
            case str(value) if value.isascii() or _encodes(value):
                found[name] = value
            case _:
                return None
    return found


def _encodes(value: str) -> bool:
    """Half a surrogate pair can be escaped in JSON, and is no character."""
    return not any("\ud800" <= c <= "\udfff" for c in value)
