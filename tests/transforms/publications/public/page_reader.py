"""A slow reader of the public page, and of the tables beside it."""

import base64
import csv
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any


Row = dict[str, Any]
CELL = re.compile(r"\b8[0-9a-f]{14}\b")


def data_of(page: Path) -> Row:
    """The data that a page carries."""
    text = page.read_text(encoding="utf-8")
    packed = re.search(r'<script id="payload" type="text/plain">([^<]*)<', text)
    assert packed
    raw = zlib.decompress(base64.b64decode(packed[1]))
    length = int.from_bytes(raw[:4], "little")
    assert len(raw) == 4 + length, "nothing is behind the words"
    return dict(json.loads(raw[4:]))


def table_of(file: Path) -> list[Row]:
    """The rows of a public CSV file, with numbers and absences as such."""
    with file.open(newline="", encoding="utf-8") as source:
        return [_row(row) for row in csv.DictReader(source)]


def _row(row: Mapping[str, str]) -> Row:
    found: Row = {name: value or None for name, value in row.items()}
    if "suppressed" in row:
        found["suppressed"] = row["suppressed"] == "true"
    if row.get("incidents_rounded"):
        found["incidents_rounded"] = int(row["incidents_rounded"])
    return found


def counts_in(data: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Every count of a page, with its quarter; the ± beside a sum is none."""
    for shown in data["maps"]:
        yield from ((shown["period"], count) for _, count, _ in shown["cells"])
    for trend in data["trends"]:
        for sums in trend["areas"].values():
            counts = (count for count, _ in sums)
            yield from zip(trend["quarters"], counts, strict=True)
    for row in data["totals"]:
        yield row["period"], row["published"]
