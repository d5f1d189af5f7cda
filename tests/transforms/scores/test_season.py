"""The season of anti-social behaviour: from whole earlier years, or none at all."""

import h3
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import panel_of
from tests.oracles import methods as oracles
from tests.oracles.incidents import Incident
from tests.oracles.methods import ASB
from tests.strategies import LONG_MONTHS, MONTHS
from transforms.reference.months import Month
from transforms.scores.methods.point_exposure import expect, season
from transforms.scores.view import View, view_at


CELL = h3.latlng_to_cell(52.5, -1.5, 9)
AS_OF = MONTHS[13]
COUNTS = st.lists(
    st.integers(0, 6), min_size=len(LONG_MONTHS), max_size=len(LONG_MONTHS)
)

Counts = dict[tuple[int, int], int]


def seen_at(
    as_of: tuple[int, int], counts: Counts, supplied: list[tuple[int, int]]
) -> View:
    """A force with so much anti-social behaviour in each month, all in one cell."""
    incidents: list[Incident] = [
        (CELL, m, ASB) for m, n in counts.items() for _ in range(n)
    ]
    incidents += [(CELL, supplied[0], "burglary")] * 5
    return view_at(panel_of(incidents), [Month(*m) for m in supplied], Month(*as_of))


@given(
    COUNTS, st.lists(st.sampled_from(LONG_MONTHS), max_size=4), st.sampled_from(MONTHS)
)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_the_season_equals_the_plain_python_oracle(
    numbers: list[int], holes: list[tuple[int, int]], as_of: tuple[int, int]
) -> None:
    counts = dict(zip(LONG_MONTHS, numbers, strict=True))
    supplied = [m for m in LONG_MONTHS if m not in holes]
    found = season(seen_at(as_of, counts, supplied), ASB)
    assert found == pytest.approx(oracles.season(counts, supplied, as_of), rel=1e-9)


def steady_but_for(*busy: tuple[int, int]) -> Counts:
    return {month: 6 if month in busy else 3 for month in LONG_MONTHS}


def test_a_month_that_is_always_busy_doubles_what_is_expected() -> None:
    counts = steady_but_for((2022, 3), (2023, 3), (2024, 3))
    calm = steady_but_for((2022, 8), (2023, 8), (2024, 8))
    before_march = season(seen_at((2025, 2), counts, LONG_MONTHS), ASB)
    assert before_march == pytest.approx(2.0, rel=0.1)
    assert season(seen_at((2025, 2), calm, LONG_MONTHS), ASB) < 1.0


def test_it_moves_the_level_of_that_category_alone_and_no_shape() -> None:
    busy = steady_but_for((2023, 3), (2024, 3))
    seen = seen_at(AS_OF, busy, LONG_MONTHS)
    mean = expect(seen)[ASB].mean
    memory = seen.memory(6.0)
    recorded = seen.of(memory.sums, (ASB,)).sum() / memory.exposure_terms
    assert mean.sum() == pytest.approx(recorded * season(seen, ASB))
    burglary = seen.of(seen.memory(9.0).sums, ("burglary",)).sum()
    assert expect(seen)["burglary"].mean.sum() == pytest.approx(
        burglary / seen.memory(9.0).exposure_terms
    )


@pytest.mark.parametrize(
    "supplied",
    [
        LONG_MONTHS[-20:],  # the March before has no twelve months before it
        [m for m in LONG_MONTHS if m not in [(2024, 3), (2023, 3)]],  # no such March
        [m for m in LONG_MONTHS if m not in [(2023, 6), (2022, 9)]],  # a hole before it
        [m for m in LONG_MONTHS if m != (2023, 3)],  # the twelfth month before it
    ],
)
def test_without_a_whole_year_before_the_same_month_there_is_no_season(
    supplied: list[tuple[int, int]],
) -> None:
    counts = steady_but_for((2023, 3), (2024, 3))
    assert season(seen_at(AS_OF, counts, supplied), ASB) == 1.0


def test_a_year_without_any_in_that_month_is_passed_over() -> None:
    counts = {**steady_but_for((2023, 3)), (2024, 3): 0}
    only = season(seen_at(AS_OF, counts, LONG_MONTHS), ASB)
    assert only == pytest.approx(2.0, rel=0.1)
    assert np.isfinite(only)
