"""The state is the latest word on each reference, in whatever order words come."""

from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.records.made_homes import NOW
from transforms.lake.schemas import RECORDS
from transforms.records.latest import latest
from transforms.restricted import Restricted


Word = tuple[str, int | None, str, int, bool]  # reference, updated, drop, line, deleted


def row(word: Word) -> dict[str, Any]:
    reference, updated, drop, line, deleted = word
    return dict.fromkeys(RECORDS.names) | {
        "force": "kent",
        "raw_sha256": drop * 3,
        "raw_line": line,
        "reference": reference,
        "deleted": deleted,
        "updated_at": None if updated is None else NOW.replace(second=updated),
        "place_label": None if deleted else f"{updated} {drop} {line}",
        "month": "deleted" if deleted else f"2026-0{1 + line % 3}",
        "drop": drop,
    }


def table(words: list[Word]) -> Restricted:
    return Restricted(pa.Table.from_pylist([row(w) for w in words], schema=RECORDS))


def oracle(words: list[Word]) -> dict[str, Word]:
    """The twin in plain Python."""
    best: dict[str, Word] = {}
    for word in words:
        reference, updated, drop, line, deleted = word
        key = (-1 if updated is None else updated, drop, line, deleted)
        held = best.get(reference)
        if held is None or key > (-1 if held[1] is None else held[1], *held[2:]):
            best[reference] = word
    return best


WORDS = st.lists(
    st.tuples(
        st.sampled_from("abcd"),
        st.one_of(st.none(), st.integers(0, 3)),
        st.sampled_from(["d1", "d2", "d3", "é4"]),
        st.integers(1, 4),
        st.booleans(),
    ),
    max_size=14,
)


@given(words=WORDS, data=st.data())
@settings(max_examples=60)
def test_any_order_any_split_and_any_repetition_come_to_the_same(
    words: list[Word], data: st.DataObject
) -> None:
    wanted = {ref: row(word) for ref, word in oracle(words).items()}
    shuffled = data.draw(st.permutations(words + words[:3]))
    state = table([])
    while shuffled:
        size = data.draw(st.integers(1, len(shuffled)))
        before = {r["reference"]: r for r in state.reveal().to_pylist()}
        found = latest(state, table(shuffled[:size]))
        state, shuffled = found.records, shuffled[size:]
        after = {r["reference"]: r for r in state.reveal().to_pylist()}
        changed = {
            side[ref]["month"]
            for ref in after
            if before.get(ref) != after[ref]
            for side in (before, after)
            if ref in side
        }
        assert found.months == sorted(changed)
    assert {r["reference"]: r for r in state.reveal().to_pylist()} == wanted


def test_what_is_held_stays_where_it_is_said_again() -> None:
    words: list[Word] = [("a", 1, "d1", 1, False), ("b", None, "d1", 2, True)]
    assert latest(table(words), table(words)).months == []
