"""Whatever bytes come: accepted, quarantined, or refused in one line."""

import tomllib
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.feeds.force.made_drops import (
    CSV_MAPPING,
    HANDS,
    in_hand,
    mapping,
    sifted,
    truths,
)
from transforms.errors import FileRejectedError, UsageError


thorough = settings(max_examples=400)

SOME = truths(12)
SEEDS = {form: in_hand(form, SOME) for form in HANDS}
DEBRIS = st.sampled_from(
    [b"", b'"', b";", b"\n", b"\r", b"\x00", b"\xff", b"{", b"}", b"\\u", b"1e999",
     b"-", "\u0661".encode(), b"PAR1", b"31/02/2026", b"25/10/2026"]
) | st.binary(max_size=6)  # fmt: skip


def whole(data: bytes, form: str) -> None:
    """Every row is accounted for, or there is one line that says why none is."""
    try:
        result = sifted(data, SEEDS[form][1])
    except FileRejectedError as error:
        assert "\n" not in str(error)
        assert str(error).startswith("drop")
        return
    assert result.rows_in == len(result.records) + result.quarantined.num_rows
    if HANDS[form].is_text:
        lines = data.count(b"\n") + (not data.endswith(b"\n"))
        assert result.rows_in == lines - (HANDS[form].first_line - 1)


@pytest.mark.parametrize("form", SEEDS)
@given(data=st.data())
@thorough
def test_a_damaged_file_is_accounted_for(form: str, data: st.DataObject) -> None:
    damaged = bytearray(SEEDS[form][0])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(damaged)))
        gone = data.draw(st.integers(0, 8))
        damaged[at : at + gone] = data.draw(DEBRIS)
    whole(bytes(damaged), form)


@pytest.mark.parametrize("form", SEEDS)
@given(data=st.binary(max_size=200))
@thorough
def test_bytes_at_random_are_accounted_for(form: str, data: bytes) -> None:
    whole(data, form)


@pytest.mark.parametrize("form", SEEDS)
@given(data=st.data())
@thorough
def test_a_damaged_mapping_is_a_line_or_a_mapping(
    form: str, data: st.DataObject
) -> None:
    text = SEEDS[form][1]
    at = data.draw(st.integers(0, len(text)))
    gone = data.draw(st.integers(0, 12))
    more = data.draw(st.text(st.sampled_from('"=[]{}#.\n *%aYI0-1é'), max_size=6))
    try:
        mapping(text[:at] + more + text[at + gone :])
    except UsageError as error:
        assert "\n" not in str(error)
        assert str(error).startswith("kent.toml: ")


LINES = [line for line in CSV_MAPPING.splitlines() if line]


@given(st.lists(st.sampled_from(LINES), max_size=len(LINES), unique=True))
@thorough
def test_any_lines_of_a_mapping_are_a_line_or_a_mapping(lines: list[str]) -> None:
    with suppress(tomllib.TOMLDecodeError, UsageError):
        mapping("\n".join(lines))
