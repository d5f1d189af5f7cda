"""Whole numbers in few bytes: one column after another, each as planes of bytes.

A plane has the same byte of every number, so small or similar numbers become runs of
equal bytes, which compress well. A null is 0, and every other number is one higher.
"""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from transforms.reference.arrays import Integers


NULL = -1
_LEVEL = 7  # 9 takes four times as long, for 2 % less


@dataclass
class Columns:
    """Columns in the order in which a page will read them."""

    head: list[list[object]] = field(default_factory=list)
    parts: list[bytes] = field(default_factory=list)

    def plain(self, name: str, values: Integers) -> None:
        """Numbers as they are."""
        self._add(name, "plain", values + 1)

    def steps(self, name: str, values: Integers) -> None:
        """Numbers as the step from the previous one: for those that mostly rise."""
        self._add(name, "steps", _zigzag(np.diff(values + 1, prepend=0)))

    def changes(self, name: str, values: Integers, before: Integers) -> None:
        """Numbers as the change from another column: the last one of that kind."""
        self._add(name, "changes", _zigzag(values - before))

    def ids(self, name: str, values: NDArray[np.uint64]) -> None:
        """Cell ids, lowest first: 64 bits, more than a JavaScript number has."""
        steps = np.diff(values, prepend=np.uint64(0))
        self._planes(name, "ids", steps, 8)

    def _add(self, name: str, kind: str, coded: Integers) -> None:
        if len(coded) and (coded.min() < 0 or coded.max() >= 2**31):
            raise ValueError(f"{name} does not fit the map")
        highest = int(coded.max()) if len(coded) else 0
        self._planes(name, kind, coded, max(1, (highest.bit_length() + 7) // 8))

    def _planes(
        self, name: str, kind: str, coded: NDArray[np.integer], planes: int
    ) -> None:
        octets = coded.astype("<u8").view(np.uint8).reshape(-1, 8)
        self.head.append([name, kind, planes, len(coded)])
        self.parts += [octets[:, at].tobytes() for at in range(planes)]


def _zigzag(steps: Integers) -> Integers:
    return np.where(steps < 0, -2 * steps - 1, 2 * steps)


def packed(head: dict[str, Any], columns: Columns) -> str:
    """Head and columns as text: length of the head, the head as JSON, the planes."""
    words = json.dumps(
        head | {"columns": columns.head},
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
    ).encode()
    raw = b"".join([len(words).to_bytes(4, "little"), words, *columns.parts])
    # zlib's own wrapper: gzip's header also holds a clock and an operating system.
    return base64.b64encode(zlib.compress(raw, _LEVEL)).decode()
