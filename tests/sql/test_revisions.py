"""revisions.sql against following each id by hand."""

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.oracles.incidents import Placed, revised
from transforms.incidents.revisions import (
    COMPARED,
    REVISION,
    Differing,
    differing,
    revisions,
)


MONTH = "2024-01"
KINDS = [pa.binary(), pa.string(), pa.float64(), pa.float64(), pa.string()]
ONE: Placed = (b"1", "burglary", -1.5, 52.5, "under-investigation")
TWO: Placed = (b"2", "robbery", -1.6, 52.6, None)
ASB: Placed = (None, "anti-social-behaviour", -1.5, 52.5, None)
# few ids and many rows of each, in an order of text that is not that of numbers
ROWS = st.lists(
    st.tuples(
        st.sampled_from([None, b"1", b"2"]),
        st.sampled_from(["burglary", "drugs"]),
        st.sampled_from([None, -1.5, -1.25, 0.5, 10.5]),
        st.just(52.5),
        st.sampled_from([None, "fined", "fined again", "no-suspect"]),
    ),
    max_size=14,
)


# each with an id of its own, which the query is not asked about
OF_CLEAR_IDS = st.lists(
    st.tuples(
        st.sampled_from([b"1", b"2", b"3", b"4", b"5"]),
        st.sampled_from(["burglary", "drugs"]),
        st.sampled_from([None, -1.5, 0.5]),
        st.just(52.5),
        st.sampled_from([None, "fined", "no-suspect"]),
    ),
    max_size=5,
    unique_by=lambda row: row[0],
)


def _table(rows: list[Placed]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(COMPARED)
    arrays = [pa.array(c, k) for c, k in zip(columns, KINDS, strict=True)]
    return pa.table(arrays, names=COMPARED)


def _revision(before: list[Placed], after: list[Placed]) -> tuple[int, ...]:
    """Rows added, gone, moved and of another outcome, with and without alike ones."""
    rows = _table(before), _table(after)
    both = Differing(MONTH, *rows), differing(MONTH, *rows)
    found = [revisions([compared]) for compared in both]
    [whole, of_differing] = [_counts(counted, MONTH) for counted in found]
    assert whole == of_differing
    return whole


def _counts(counted: dict[str, dict[str, int]], month: str) -> tuple[int, ...]:
    of_month = counted.get(month, {})
    return tuple(of_month.get(name, 0) for name in REVISION)


@given(before=ROWS, after=ROWS)
@example(  # one outcome is the beginning of the other
    before=[(*ONE[:4], "fined"), (*ONE[:4], "fined again")],
    after=[(*ONE[:2], 0.5, 52.5, "fined"), (*ONE[:2], 10.5, 52.5, "fined again")],
)
@settings(max_examples=100)
def test_each_row_is_matched_followed_or_counted_alone(
    before: list[Placed], after: list[Placed]
) -> None:
    assert _revision(before, after) == revised(before, after)


@given(before=OF_CLEAR_IDS, after=OF_CLEAR_IDS)
@settings(max_examples=150)
def test_rows_that_each_have_an_id_of_their_own_are_counted_alike(
    before: list[Placed], after: list[Placed]
) -> None:
    assert _revision(before, after) == revised(before, after)


def test_only_ids_that_repeat_or_are_missing_cost_a_query(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sql.run", None)
    assert _revision([ONE, TWO], [TWO, (*ONE[:4], "fined")]) == (0, 0, 0, 1)
    for unclear in ([ONE, ONE], [ASB]):
        with pytest.raises(TypeError):
            _revision(unclear, [TWO])


@pytest.mark.parametrize(
    ("before", "after", "revision"),
    [
        ([ONE, TWO], [TWO, ONE], (0, 0, 0, 0)),
        ([ONE], [ONE, TWO], (1, 0, 0, 0)),
        ([ONE, TWO], [TWO], (0, 1, 0, 0)),
        ([ONE], [(*ONE[:2], -1.7, 52.5, ONE[4])], (0, 0, 1, 0)),
        ([ONE], [(*ONE[:4], "offender-fined")], (0, 0, 0, 1)),
        ([ONE], [(*ONE[:2], None, None, "offender-fined")], (0, 0, 1, 1)),
        ([ONE, ONE], [ONE, (*ONE[:4], None)], (0, 0, 0, 1)),
        ([ASB, ASB], [ASB], (0, 1, 0, 0)),
        ([ASB], [(*ASB[:2], -1.6, 52.6, None)], (1, 1, 0, 0)),
    ],
)
def test_each_kind_of_change_is_counted(
    before: list[Placed], after: list[Placed], revision: tuple[int, ...]
) -> None:
    assert _revision(before, after) == revision


@given(before=ROWS, after=ROWS)
@settings(max_examples=80)
def test_rows_gone_and_added_account_for_the_difference_in_number(
    before: list[Placed], after: list[Placed]
) -> None:
    added, gone, _, outcomes = _revision(before, after)
    assert added - gone == len(after) - len(before)
    back = _revision(after, before)
    assert (back[0], back[1], back[3]) == (gone, added, outcomes)
    assert _revision(before, before) == (0, 0, 0, 0)


@given(sides=st.lists(st.tuples(ROWS, ROWS), min_size=2, max_size=4))
@settings(max_examples=60)
def test_months_are_compared_each_with_itself(
    sides: list[tuple[list[Placed], list[Placed]]],
) -> None:
    months = {f"2024-{at:02}": side for at, side in enumerate(sides, start=1)}
    found = revisions(
        differing(month, _table(before), _table(after))
        for month, (before, after) in months.items()
    )
    for month, (before, after) in months.items():
        assert _counts(found, month) == revised(before, after)


def test_rows_that_are_alike_at_their_place_are_not_compared() -> None:
    changed = (*TWO[:4], "offender-fined")
    before, after = _table([ONE, ASB, TWO, ASB]), _table([ONE, ASB, changed])
    rows = differing(MONTH, before, after)
    assert rows.before.to_pylist() == _table([TWO, ASB]).to_pylist()
    assert rows.after.to_pylist() == _table([changed]).to_pylist()
