"""Calibration: equals the plain twins, adds up, and knows a true forecast."""

from fractions import Fraction
from math import isnan, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles import backtests as oracles
from transforms.backtests.calibration import (
    coverage_by_band,
    jaccard,
    log_score,
    pit_inside,
    reliability,
)


CELLS = st.lists(
    st.tuples(st.floats(0, 60), st.floats(0.02, 50), st.integers(0, 80)),
    min_size=1,
    max_size=30,
)
# Sixteenths add up without rounding, so that both sides cut at the same cell.
SIXTEENTHS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 6)), min_size=1, max_size=40
)

Cell = tuple[float, float, int]


@given(CELLS)
@settings(max_examples=150)
def test_the_log_score_equals_the_plain_python_oracle(cells: list[Cell]) -> None:
    mean, _, outcome = (
        np.array(column, dtype=float) for column in zip(*cells, strict=True)
    )
    known = oracles.poisson_log_score([c[0] for c in cells], [c[2] for c in cells])
    assert log_score(mean, outcome) == pytest.approx(known, rel=1e-9, abs=1e-9)


def test_an_incident_where_none_was_expected_costs_much_but_not_everything() -> None:
    assert log_score(np.zeros(1), np.ones(1)) == pytest.approx(log(1e-6), rel=1e-6)
    assert isnan(log_score(np.zeros(0), np.zeros(0)))


@given(SIXTEENTHS)
@settings(max_examples=200)
def test_tenths_equal_the_plain_python_oracle(cells: list[tuple[int, int]]) -> None:
    mean, outcome = ([cell[i] for cell in cells] for i in (0, 1))
    expected, observed = reliability(
        np.array(mean) / 16, np.array(outcome, dtype=float)
    )
    known = oracles.tenths_of_expected([Fraction(m, 16) for m in mean], outcome)
    assert expected.tolist() == [float(e) for e in known[0]]
    assert observed.tolist() == known[1]


def test_tenths_hold_about_as_much_expected_crime_and_all_that_was_observed() -> None:
    generator = np.random.default_rng(1)
    mean = generator.gamma(0.1, 2.0, 20_000)
    outcome = generator.poisson(mean).astype(float)
    expected, observed = reliability(mean, outcome)
    assert expected == pytest.approx(mean.sum() / 10, abs=mean.max())
    assert observed.sum() == outcome.sum()
    assert observed == pytest.approx(expected, rel=0.2)  # means are the true ones


def test_tenths_of_nothing_are_nothing_but_for_what_was_observed() -> None:
    expected, observed = reliability(np.zeros(0), np.zeros(0))
    assert expected.tolist() == observed.tolist() == [0.0] * 10
    expected, observed = reliability(np.zeros(3), np.array([0.0, 2.0, 0.0]))
    assert expected.sum() == 0
    assert observed.tolist() == [2.0] + [0.0] * 9
    least = np.array([5e-324])  # half of it rounds to nothing
    assert reliability(least, np.ones(1))[1].tolist() == [0.0] * 9 + [1.0]


@given(CELLS)
@settings(max_examples=100)
def test_the_part_inside_equals_the_plain_python_oracle(cells: list[Cell]) -> None:
    mean, size, outcome = (np.array(c, dtype=float) for c in zip(*cells, strict=True))
    inside = pit_inside(mean, size, outcome)
    known = [oracles.pit_inside(*cell) for cell in cells]
    # far out the step is a difference of two numbers near 1: both sides lose digits
    assert inside == pytest.approx(known, abs=1e-6)


def test_the_part_inside_is_how_often_a_random_draw_would_be() -> None:
    mean, size, outcome = np.array([0.3]), np.array([1.5]), np.array([2.0])
    (part,) = pit_inside(mean, size, outcome)
    of_none = (1.5 / 1.8) ** 1.5
    below = of_none * (1 + 1.5 / 6)  # a further incident costs 0.3 / 1.8 = 1 / 6
    above = below + of_none * 1.5 * 2.5 / 2 / 36
    drawn = np.random.default_rng(2).uniform(below, above, 200_000)
    assert ((drawn >= 0.025) & (drawn <= 0.975)).mean() == pytest.approx(part, abs=5e-3)
    assert 0.1 < part < 0.9


def test_where_nothing_is_expected_nothing_is_inside_and_anything_is_not() -> None:
    inside = pit_inside(np.zeros(2), np.ones(2), np.array([0.0, 1.0]))
    assert inside == pytest.approx([0.95, 0.0])


def test_true_forecasts_hold_95_of_100_cells_in_every_band() -> None:
    generator = np.random.default_rng(3)
    mean = generator.gamma(0.5, 4.0, 60_000)
    size = generator.uniform(0.3, 5.0, len(mean))
    outcome = generator.negative_binomial(size, size / (size + mean)).astype(float)
    cells, inside = coverage_by_band(mean, size, outcome)
    assert inside / cells == pytest.approx(0.95, abs=0.006)
    narrow = coverage_by_band(mean, 50 * size, outcome)[1]
    assert (narrow[1:] / cells[1:] < 0.9).all()


def test_a_band_begins_at_its_lower_bound_and_ends_before_its_upper_one() -> None:
    mean = np.array([0.0, 0.19, 0.2, 0.99, 1.0, 4.99, 5.0, 500.0])
    cells, inside = coverage_by_band(mean, np.ones(8), np.zeros(8))
    assert cells.tolist() == [2, 2, 2]
    assert (inside <= cells).all()
    empty = coverage_by_band(np.zeros(0), np.zeros(0), np.zeros(0))
    assert [counts.tolist() for counts in empty] == [[0.0] * 3] * 2


@given(st.sets(st.integers(0, 9)), st.sets(st.integers(0, 9)))
@settings(max_examples=100)
def test_jaccard_equals_that_of_plain_sets(a: set[int], b: set[int]) -> None:
    found = jaccard(*(np.array(sorted(s), dtype=np.int64) for s in (a, b)))
    if a | b:
        assert found == len(a & b) / len(a | b)
    else:
        assert isnan(found)
