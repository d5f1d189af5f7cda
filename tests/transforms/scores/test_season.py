"""The season of anti-social behaviour: of a calendar, and of whole earlier years."""

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
from transforms.scores.methods.point_exposure import expect
from transforms.scores.methods.season import CALENDARS, season
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
@settings(max_examples=150)
def test_the_season_equals_the_plain_python_oracle(
    numbers: list[int], holes: list[tuple[int, int]], as_of: tuple[int, int]
) -> None:
    counts = dict(zip(LONG_MONTHS, numbers, strict=True))
    supplied = [m for m in LONG_MONTHS if m not in holes]
    found = season(seen_at(as_of, counts, supplied), ASB)
    assert found == pytest.approx(oracles.season(counts, supplied, as_of), rel=1e-9)


def steady_but_for(*busy: tuple[int, int]) -> Counts:
    return {month: 6 if month in busy else 3 for month in LONG_MONTHS}


def test_the_calendar_compares_next_month_with_the_months_of_the_record() -> None:
    usual = CALENDARS[ASB]
    assert np.mean(np.log(usual)) == pytest.approx(0, abs=0.01)
    year = [(2024, month) for month in range(1, 13)]
    seen = seen_at((2024, 12), dict.fromkeys(year, 3), year)
    weight = 0.5 ** (np.arange(12, 0, -1) / 6)
    expected = usual[0] / np.average(usual, weights=weight)
    assert season(seen, ASB) == pytest.approx(expected)
    # in July after a winter more is to come than after half a summer
    winter = [(2024, month) for month in (1, 2, 3)]
    after = season(seen_at((2024, 6), dict.fromkeys(winter, 3), winter), ASB)
    assert after == pytest.approx(usual[6] / np.mean(usual[:3]), rel=0.02)
    spring = year[:6]
    assert 1 < season(seen_at((2024, 6), dict.fromkeys(spring, 3), spring), ASB) < after


def test_earlier_years_of_the_force_weigh_as_much_as_the_calendar_each() -> None:
    counts = steady_but_for((2022, 3), (2023, 3), (2024, 3))
    seen = seen_at((2025, 2), counts, LONG_MONTHS)
    calendar = season(seen_at((2025, 2), counts, LONG_MONTHS[-14:]), ASB)
    own = [m for m in (2022, 2023, 2024) if (m - 1, 3) >= LONG_MONTHS[0]]
    expected = (2.0 ** len(own) * calendar) ** (1 / (1 + len(own)))
    assert season(seen, ASB) == pytest.approx(expected, rel=0.1)
    calm = steady_but_for((2022, 8), (2023, 8), (2024, 8))
    assert season(seen_at((2025, 2), calm, LONG_MONTHS), ASB) < season(seen, ASB)


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
def test_without_a_whole_year_before_the_same_month_there_is_the_calendar_alone(
    supplied: list[tuple[int, int]],
) -> None:
    counts = steady_but_for((2023, 3), (2024, 3))
    found = season(seen_at(AS_OF, counts, supplied), ASB)
    steady = season(seen_at(AS_OF, steady_but_for(), supplied), ASB)
    assert found == steady == pytest.approx(0.94 / 0.95, abs=0.06)


def test_a_year_without_any_in_that_month_is_passed_over() -> None:
    counts = {**steady_but_for((2023, 3)), (2024, 3): 0}
    found = season(seen_at(AS_OF, counts, LONG_MONTHS), ASB)
    more = season(seen_at(AS_OF, steady_but_for((2023, 3)), LONG_MONTHS), ASB)
    assert np.isfinite(found)
    assert found > more


def test_it_is_one_number_for_all_cells_so_ranks_do_not_move() -> None:
    seen = seen_at(AS_OF, steady_but_for((2023, 3), (2024, 3)), LONG_MONTHS)
    found = expect(seen)[ASB]
    assert found.level is not None
    assert len(found.mean) == 49
    assert found.mean.tolist() == (found.level * season(seen, ASB)).tolist()
