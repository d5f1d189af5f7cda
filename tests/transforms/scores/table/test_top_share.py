"""How likely a cell is among the highest: near the exact answer, adding up to k."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.oracles import scores
from tests.oracles.rates import Rate
from transforms.scores.methods.expectation import Expectation
from transforms.scores.table.top_share import cutoffs, top_probability


KIND = 2 ** (1 / 16)  # half an eighth of a doubling: as far as a cell is moved
# Most cells expect next to nothing and rest on little.
QUIET = st.tuples(st.floats(1e-9, 0.01), st.floats(0.05, 1.0))
BUSY = st.tuples(st.floats(0.01, 30.0), st.floats(0.1, 40.0))
EMPTY = st.tuples(st.just(0.0), st.floats(0.05, 1.0))
CELLS = st.lists(st.one_of(QUIET, BUSY, EMPTY), min_size=2, max_size=60)
thorough = settings(max_examples=100)


def expectation(rates: list[Rate]) -> Expectation:
    mean, shape = zip(*rates, strict=True)
    return Expectation(np.array(mean), np.array(shape))


@given(CELLS, st.integers(1, 10))
@thorough
def test_the_cutoff_is_as_exact_as_kinds_of_cells_allow(
    rates: list[Rate], places: int
) -> None:
    """Cells moved to one end of their kind pass it too seldom, to the other too often.

    Of so many cells as there are places, or fewer, all do.
    """
    assume(any(mean for mean, _ in rates))
    [found] = cutoffs(expectation(rates), places)
    least, most = (
        sum(scores.blurred(extreme, KIND)(found, rate) for rate in rates)
        for extreme in (min, max)
    )
    above = min(places, sum(mean > 0 for mean, _ in rates))
    assert least - 1e-4 <= above <= most + 1e-4


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_in_a_universe_of_many_kinds_they_are_nearly_exact_and_add_up(
    seed: int,
) -> None:
    generator = np.random.default_rng(seed)
    mean = generator.lognormal(-4.0, 2.0, 3000)
    shape = 0.25 * (generator.lognormal(0.0, 1.0, 3000) + 12 * mean)
    found = top_probability(Expectation(mean, shape), 30)
    rates = list(zip(mean.tolist(), shape.tolist(), strict=True))
    exact = scores.top_cutoff(rates, 30)
    expected = np.array([scores.chance_above(exact, rate) for rate in rates])
    assert found == pytest.approx(expected, abs=0.01)
    assert found.sum() == pytest.approx(30, rel=0.01)


def test_cells_that_are_alike_share_the_places() -> None:
    alike = expectation([(0.4, 1.3)] * 200)
    # all of one kind, which lies a little beside them
    assert top_probability(alike, 2) == pytest.approx(np.full(200, 0.01), rel=0.3)


def test_of_two_equal_means_the_surer_one_is_likelier_to_be_high() -> None:
    """At a cutoff below both; far above them it is the unsure one."""
    quiet = [(0.01, 1.0)] * 97
    found = top_probability(expectation([(5.0, 50.0), (5.0, 0.5), *quiet]), 2)
    assert found[0] > 0.95 > found[1] > found[2]
    far = top_probability(expectation([(50.0, 50.0), (5.0, 50.0), (5.0, 0.5)]), 1)
    assert far[0] > far[2] > far[1]


def test_more_expected_of_a_cell_never_makes_it_less_likely() -> None:
    rates = [(0.05 * 1.2**i, 2.0) for i in range(40)]
    found = top_probability(expectation(rates), 3)
    assert (np.diff(found) >= 0).all()
    assert found[-1] > 0.6
    assert found[0] < 1e-6


def test_no_cell_is_likely_where_nothing_is_expected() -> None:
    nothing = expectation([(0.0, 1.0)] * 5)
    assert np.isnan(top_probability(nothing, 1)).all()


def test_every_cell_with_crime_is_high_where_there_are_places_for_all() -> None:
    found = top_probability(expectation([(3.0, 2.0), (1e-6, 0.1), (0.0, 0.1)]), 2)
    assert found.tolist() == [1.0, 1.0, 0.0]


def test_hardly_known_cells_do_not_all_become_certain() -> None:
    """Nearly all chance of such a shape lies next to zero; but not all at zero."""
    rates = [(2.0, 1.5), *[(1e-9, 0.000_18)] * 1010]
    found = top_probability(expectation(rates), 11)
    assert found[0] > 0.999
    assert found[1:] == pytest.approx(np.full(1010, 10 / 1010), rel=0.05)


@given(st.lists(st.tuples(BUSY, QUIET, EMPTY), min_size=3, max_size=9))
@thorough
def test_groups_at_once_are_each_as_alone(cells: list[tuple[Rate, Rate, Rate]]) -> None:
    mean, shape = np.array(cells).transpose(2, 1, 0)
    wanted = np.arange(mean.size).reshape(mean.shape) % 4 > 0
    alone = [
        top_probability(Expectation(m, s), 2, w)
        for m, s, w in zip(mean, shape, wanted, strict=True)
    ]
    found = top_probability(Expectation(mean, shape), 2, wanted)
    assert found.tobytes() == np.concatenate(alone).tobytes()
    assert np.isnan(alone[2]).all()
