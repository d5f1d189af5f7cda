"""Cells across a renewal of the map points: nothing is compared, and little carried."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import Phase, given, settings

from tests.builders import panel_of
from tests.oracles import methods
from tests.oracles.universe import universe
from tests.strategies import MONTHS, histories
from tests.transforms.scores.test_against_oracle import History, exactly
from transforms.reference import clocks
from transforms.reference.cells import as_text
from transforms.reference.months import Month
from transforms.reference.score_settings import Scoring
from transforms.scores.hotspots import named
from transforms.scores.methods import DEFAULT_METHOD, METHODS, methods_for
from transforms.scores.panel import Panel
from transforms.scores.score_months import score_month
from transforms.scores.view import View, view_at


AS_OF, EPOCH = MONTHS[13], MONTHS[10]
BROKEN = histories().filter(
    lambda of: bool(universe(of[0], AS_OF) and min(of[1]) <= AS_OF)
)


def renewed(history: History, *epochs: tuple[int, int]) -> Panel:
    """A panel whose points were renewed in those months."""
    return replace(panel_of(history[0]), epochs=[Month(*month) for month in epochs])


def seen(panel: Panel, history: History) -> View:
    return view_at(panel, [Month(*month) for month in history[1]], Month(*AS_OF))


@pytest.mark.parametrize("name", methods_for(clocks.MONTHS))
@given(BROKEN)
@settings(exactly(8), phases=[Phase.generate])
def test_a_method_equals_the_plain_twin_across_a_renewal(
    name: str, history: History
) -> None:
    looked = seen(renewed(history, EPOCH), history)
    cells = as_text(looked.cells)
    found = METHODS[name].expect(looked)
    twin = methods.METHODS[name](*history, AS_OF, epoch=EPOCH)
    for slug, rates in twin.items():
        mean, shape = zip(*(rates[cell] for cell in cells), strict=True)
        assert found[slug].mean == pytest.approx(np.array(mean), rel=1e-9, abs=1e-12)
        assert found[slug].rate_shape == pytest.approx(np.array(shape), rel=1e-9)


@given(BROKEN)
@exactly(20)
def test_a_renewal_that_is_not_yet_known_changes_nothing(history: History) -> None:
    later = seen(renewed(history, MONTHS[14]), history)
    plain = seen(renewed(history), history)
    for method in methods_for(clocks.MONTHS).values():
        ours, theirs = method.expect(later), method.expect(plain)
        for slug, expected in theirs.items():
            assert (ours[slug].mean == expected.mean).all()
    assert later.spans == plain.spans


def scored(history: History, *epochs: tuple[int, int], as_of: int = 15) -> pa.Table:
    table, _ = score_month(
        renewed(history, *epochs),
        [Month(*month) for month in history[1]],
        Month(*MONTHS[as_of]),
        METHODS[DEFAULT_METHOD],
        Scoring(),
        "kent",
        {},
    )
    return table


HISTORY: History = (
    [
        (cell, month, "burglary")
        for cell in universe([("8919548d9a3ffff", MONTHS[0], "")] * 5, AS_OF)
        for month in MONTHS
    ],
    list(MONTHS),
)


def test_windows_begin_where_the_points_were_renewed() -> None:
    [before], [after] = (
        {tuple(row[name] for name in _ASKED) for row in table.to_pylist()}
        for table in (scored(HISTORY), scored(HISTORY, MONTHS[10]))
        for table in [table.filter(pa.compute.equal(table["crime_group"], "burglary"))]
    )
    assert before == (12, 12, 16, 4, 4, 3)
    assert after == (6, 6, 6, 0, None, 3)


_ASKED = (
    "n_12m", "months_12m", "n_36m", "months_prev_12m", "n_prev_12m", "months_3m",
)  # fmt: skip


def test_what_lies_after_the_renewal_is_still_compared() -> None:
    rows = scored(HISTORY, MONTHS[2]).to_pylist()
    assert {row["months_prev_12m"] for row in rows} == {2}
    assert {row["n_prev_12m"] for row in rows if row["n_12m"]} == {2}


def test_a_class_needs_ten_months_on_the_same_points() -> None:
    assert (
        scored(HISTORY, MONTHS[10])["hotspot_class"].null_count
        == scored(HISTORY, MONTHS[10]).num_rows
    )
    assert scored(HISTORY, MONTHS[6])["hotspot_class"].null_count == 0


def test_no_hot_spot_lives_on_over_a_renewal() -> None:
    spot = np.array([0x8919548D9A3FFFF])
    before = {"kent-burglary-8919548d9a3ffff": frozenset(spot.tolist())}
    assert list(named("kent-burglary", [spot], before)) == list(before)
    [new] = named("kent-burglary", [spot], before, keep_ids=False)
    assert new not in before
