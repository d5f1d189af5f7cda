"""Crime IDs: 64 hexadecimal characters in the feed, 32 raw bytes in the lake.

They are nearly all of a file's entropy, so the short form halves the lake. They never
leave it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from transforms.reference.arrays import Mask


_HEX_LENGTH = 64
_NOT_HEX = 255
_NIBBLE = np.full(256, _NOT_HEX, dtype=np.uint8)
for _value, _character in enumerate(b"0123456789abcdef"):
    _NIBBLE[_character] = _value


@dataclass(frozen=True)
class CrimeIds:
    """A file's Crime IDs."""

    values: pa.Array  # 32 bytes each; null where empty or malformed
    malformed: Mask


def read_crime_ids(texts: pa.Array) -> CrimeIds:
    """The Crime IDs of a column of text."""
    _, offsets, characters = texts.buffers()
    ends = np.frombuffer(offsets, dtype=np.int32)[: len(texts) + 1]
    lengths = np.diff(ends)
    whole = lengths == _HEX_LENGTH
    nibbles = _NIBBLE[_of_whole(characters, ends, whole)]
    hexadecimal = nibbles.max(axis=1, initial=0) != _NOT_HEX
    good = np.zeros(len(texts), dtype=bool)
    good[whole] = hexadecimal
    packed = np.zeros((len(texts), _HEX_LENGTH // 2), dtype=np.uint8)
    packed[good] = (nibbles[:, ::2] << 4 | nibbles[:, 1::2])[hexadecimal]
    return CrimeIds(_binary(packed, good), ~good & (lengths > 0))


def _of_whole(
    characters: Any, ends: NDArray[np.int32], whole: Mask
) -> NDArray[np.uint8]:
    """The characters of those texts that have the right length."""
    if not whole.any():
        return np.empty((0, _HEX_LENGTH), dtype=np.uint8)
    text: NDArray[np.uint8]
    text = np.frombuffer(characters, dtype=np.uint8)[ends[0] : ends[-1]]
    if len(text) == whole.sum() * _HEX_LENGTH:  # and all others are empty
        return text.reshape(-1, _HEX_LENGTH)
    at = ends[:-1][whole, None] - ends[0] + np.arange(_HEX_LENGTH)
    return np.asarray(text[at])


def _binary(packed: NDArray[np.uint8], good: Mask) -> pa.Array:
    fixed = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(packed.shape[1]),
        len(packed),
        [pa.array(good).buffers()[1], pa.py_buffer(np.ascontiguousarray(packed))],
    )
    return fixed.cast(pa.binary())
