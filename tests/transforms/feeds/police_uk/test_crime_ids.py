"""Crime IDs are packed to 32 bytes and nothing that is none passes for one."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.feeds.police_uk.crime_ids import read_crime_ids


GOOD = "0123456789abcdef" * 4
MALFORMED = [
    pytest.param(GOOD.upper(), id="upper case"),
    pytest.param(GOOD[:-1], id="63 characters"),
    pytest.param(GOOD + "0", id="65 characters"),
    pytest.param("g" + GOOD[1:], id="no hexadecimal"),
    pytest.param("é" + GOOD[2:], id="64 bytes, not all ASCII"),
    pytest.param(" ", id="a space"),
]


@given(st.lists(st.binary(min_size=32, max_size=32) | st.just(b""), max_size=20))
@settings(max_examples=100)
def test_ids_come_back_as_the_bytes_they_spell(ids: list[bytes]) -> None:
    read = read_crime_ids(pa.array([i.hex() for i in ids], pa.string()))
    assert read.values.to_pylist() == [i or None for i in ids]
    assert not read.malformed.any()


@pytest.mark.parametrize("text", MALFORMED)
def test_a_malformed_id_is_told_and_kept_nowhere(text: str) -> None:
    read = read_crime_ids(pa.array([GOOD, text, "", GOOD]))
    good = bytes.fromhex(GOOD)
    assert read.values.to_pylist() == [good, None, None, good]
    assert read.malformed.tolist() == [False, True, False, False]
