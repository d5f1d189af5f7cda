"""JSON lines: one object a line, its numbers kept in the digits they came in."""

import json
import re
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
import pyarrow as pa

from transforms.errors import FileRejectedError
from transforms.feeds.files.csv_bytes import too_many
from transforms.feeds.files.text_bytes import NEWLINE, Text, read_text
from transforms.feeds.force.drop_formats.drop import (
    Drop,
    Layout,
    RawDrop,
    Row,
    check_columns,
    coded,
    no_rows,
)
from transforms.feeds.force.drop_formats.mentions import json_pieces
from transforms.feeds.force.drop_formats.raw_lines import RawLines, lines_of
from transforms.feeds.force.mapping import ForceMapping
from transforms.feeds.rules import UNREADABLE
from transforms.reference.arrays import Lines


KEYS: tuple[str, ...] = ()
NO_OBJECT = "json"
_BROKEN_SHARE = 0.001
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')


def read(data: bytes, mapping: Layout, where: str) -> Drop:
    """The objects of a file; a line that is not one is not a row."""
    if not data.strip():
        return no_rows(mapping, where, "the file is empty")
    text = read_text(data, where)
    found = read_objects(text, mapping.names, where)
    check_columns(found.keys, mapping.names, where)
    columns = {name: coded(pa.array(texts)) for name, texts in found.texts.items()}
    broken = {NO_OBJECT: found.broken_lines, UNREADABLE: text.unreadable_lines}
    left_out = sorted(set(found.keys) - set(mapping.names))
    return Drop(columns, found.lines, broken, repairs=text.repairs, left_out=left_out)


def raw(data: bytes, mapping: ForceMapping) -> RawDrop:
    """Its lines, the first included."""
    lines, codec = lines_of(data, mapping)

    def row_of(line: str) -> Row | None:
        row = object_of(line.lstrip("\ufeff"))
        return fields_of(row, mapping.names) if row is not None else None

    return RawLines(
        original=data,
        lines=lines,
        codec=codec,
        first=1,
        reference=mapping.columns.reference,
        row_of=row_of,
        words_of=_words,
        pieces_of=json_pieces,
    )


def _words(line: str) -> list[str]:
    """The texts in a line that is not an object of plain values, and its bare words."""
    texts = []
    for quoted in _QUOTED.findall(line):
        try:
            texts.append(json.loads(f'"{quoted}"'))
        except ValueError:
            texts.append(quoted)
    return texts + re.findall(r"[\w/.-]+", line)


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
            f"{where}, line {lines}: the last row is not a JSON object: cut off? get"
            " the file again"
        )
    if too_many(len(broken), lines, _BROKEN_SHARE):
        raise FileRejectedError(
            f"{where}, line {broken[0]}: {len(broken):,} of {lines:,} lines are not"
            " JSON objects of plain values"
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
    raise ValueError(f"{name} is not JSON")


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
    """Half a surrogate pair can be escaped in JSON, and is not a character."""
    return not any("\ud800" <= c <= "\udfff" for c in value)
