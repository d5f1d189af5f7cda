"""How much busy cells vary from month to month, for places judged over several."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles import programmes as oracles
from tests.transforms.scores.table.test_intervals import MONTHS_OF_A_CELL, drawn
from transforms.programmes.month_size import (
    MONTHLY_SIZE_BOUNDS,
    USUAL_MONTHLY_SIZE,
    monthly_size,
)
from transforms.reference.arrays import Floats


@given(st.lists(MONTHS_OF_A_CELL, min_size=1, max_size=60), st.integers(0, 12))
@settings(max_examples=150)
def test_monthly_size_equals_the_plain_python_oracle(
    cells: list[list[int]], supplied: int
) -> None:
    months = [row[:supplied] for row in cells]
    steps = np.array(months, dtype=float).reshape(len(cells), supplied)
    found = monthly_size(steps)
    assert found == pytest.approx(oracles.monthly_size(months))
    low, high = MONTHLY_SIZE_BOUNDS
    assert low <= found <= high


def test_monthly_size_is_what_busy_cells_were_drawn_with() -> None:
    assert monthly_size(drawn(4.0, 8.0)) == pytest.approx(8.0, rel=0.1)


def test_monthly_size_is_bounded_where_months_vary_by_nothing_or_by_too_much() -> None:
    assert monthly_size(np.full((40, 12), 5.0)) == 20.0
    assert monthly_size(drawn(4.0, None)) == 20.0
    assert monthly_size(drawn(4.0, 0.3)) == 2.0


@pytest.mark.parametrize(
    "steps",
    [
        drawn(4.0, 9.0, cells=19),  # too few cells
        drawn(4.0, 9.0, months=2),  # too few months
        drawn(0.2, 9.0),  # none of them busy
        np.zeros((40, 0)),
        np.zeros((0, 12)),
    ],
)
def test_monthly_size_is_the_usual_one_where_it_cannot_be_told(steps: Floats) -> None:
    assert monthly_size(steps) == USUAL_MONTHLY_SIZE == 5.0
