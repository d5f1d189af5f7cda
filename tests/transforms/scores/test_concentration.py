"""How concentrated crime is: known answers, and the slow obvious twins."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles import scores as oracles
from transforms.reference.arrays import Floats
from transforms.scores.concentration import (
    generalised_gini,
    gini,
    share_of_cells_holding,
)


# Most cells have none.
COUNTS = st.lists(st.one_of(st.just(0), st.integers(0, 30)), min_size=1, max_size=40)
thorough = settings(max_examples=200)


def counts_of(*counts: int) -> Floats:
    return np.array(counts, dtype=np.float64)


@pytest.mark.parametrize(
    ("counts", "plain", "generalised"),
    [
        ((10, 8, 2, *[0] * 7), 0.78, 0.78),
        ((5, 2, 1, *[0] * 7), 0.80, 0.75),
    ],
)
def test_gini_has_its_published_values(
    counts: tuple[int, ...], plain: float, generalised: float
) -> None:
    assert gini(counts_of(*counts)) == pytest.approx(plain)
    assert generalised_gini(counts_of(*counts)) == pytest.approx(generalised)


@given(COUNTS)
@thorough
def test_gini_equals_the_plain_python_oracle(counts: list[int]) -> None:
    found = counts_of(*counts)
    assert gini(found) == pytest.approx(oracles.gini(counts), abs=1e-12)
    assert generalised_gini(found) == pytest.approx(
        oracles.generalised_gini(counts), abs=1e-12
    )


@given(COUNTS, st.integers(1, 100))
@thorough
def test_shares_of_cells_equal_the_plain_python_oracle(
    counts: list[int], percent: int
) -> None:
    found = share_of_cells_holding(counts_of(*counts), percent / 100)
    assert found == oracles.cells_holding(counts, percent)


def test_the_last_cell_counts_in_full() -> None:
    counts = counts_of(4, 3, 2, 1, 0)
    assert share_of_cells_holding(counts, 0.4) == 1 / 5
    assert share_of_cells_holding(counts, 0.41) == 2 / 5
    assert share_of_cells_holding(counts, 1.0) == 4 / 5


def test_seven_in_a_hundred_of_even_crime_lie_in_seven_in_a_hundred_cells() -> None:
    """As floats, 0.07 x 100 is above 7, and seven cells would not be enough."""
    assert 0.07 * 100 > 7
    assert share_of_cells_holding(counts_of(*[1] * 100), 0.07) == 0.07


def test_the_most_even_spread_of_few_crimes_is_not_concentrated() -> None:
    counts = counts_of(1, 1, 0, 0, 0)
    assert gini(counts) == pytest.approx(0.6)
    assert generalised_gini(counts) == pytest.approx(0.0)


@pytest.mark.parametrize("cells", [0, 1, 5])
def test_no_crime_is_neither_concentrated_nor_spread(cells: int) -> None:
    none = counts_of(*[0] * cells)
    assert share_of_cells_holding(none, 0.5) is None
    assert gini(none) is None
    assert generalised_gini(none) is None
