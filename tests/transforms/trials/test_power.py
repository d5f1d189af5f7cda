"""What a trial can show: known numbers, and halves of past lists by hand."""

import math
from hashlib import sha256
from statistics import fmean

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles import trials as oracles
from transforms.programmes.past_lists import PastPlaces
from transforms.trials.halves import SPLITS, drift
from transforms.trials.power import (
    crossover_days,
    crossover_error,
    crossover_power,
    crossover_smallest_fall,
    parallel_smallest_fall,
    shown_share,
    smallest_fall,
)


@pytest.mark.parametrize(
    ("events", "by_chance", "twice"),
    [
        (50, 0.606, 0.790),
        (100, 0.461, 0.606),
        (200, 0.344, 0.461),
        (500, 0.229, 0.312),
        (1000, 0.166, 0.229),
        (2000, 0.120, 0.166),
    ],
)
def test_halves_before_and_after(events: float, by_chance: float, twice: float) -> None:
    """V15."""
    assert parallel_smallest_fall(events, 1) == pytest.approx(by_chance, abs=1e-3)
    assert parallel_smallest_fall(events, 2) == pytest.approx(twice, abs=1e-3)


@pytest.mark.parametrize(
    ("rate", "sixteen", "seven"),
    [
        (0.02, 2997, 16225),
        (0.05, 1199, 6490),
        (0.1, 599, 3245),
        (0.2, 300, 1623),
        (0.5, 120, 649),
        (1, 60, 325),
    ],
)
def test_days_of_a_crossover(rate: float, sixteen: int, seven: int) -> None:
    """V16."""
    days = [crossover_days(fall, rate, 20, 0.4, 1) for fall in (0.16, 0.07)]
    assert days == pytest.approx([sixteen, seven], rel=2e-3)


@pytest.mark.parametrize(
    ("rate", "fall", "power"),
    [
        (0.05, 0.16, 0.097),
        (0.05, 0.4, 0.493),
        (0.05, 0.735, 0.992),
    ],
)
def test_power_of_few_events_is_exact(rate: float, fall: float, power: float) -> None:
    """V17, below 200 expected incidents."""
    found = crossover_power(fall, rate, 20 * 90, 0.4, 1)
    assert found == pytest.approx(power, abs=5e-4)


def test_power_of_many_events() -> None:
    """V17: the bell curve gives .404 with twice the variance, .675 and .320 exactly."""
    assert crossover_power(0.16, 0.5, 1800, 0.4, 2) == pytest.approx(0.404, abs=5e-4)
    for rate, fall, exact in (
        (0.5, 0.16, 0.675),
        (0.2, 0.16, 0.320),
        (0.2, 0.4, 0.985),
    ):
        found = crossover_power(fall, rate, 1800, 0.4, 1)
        assert found == pytest.approx(exact, abs=0.02)
        mean = rate * 1800 * (0.4 * (1 - fall) + 0.6)
        by_hand = oracles.exact_power(mean, 1 - fall, 0.4)
        assert by_hand == pytest.approx(exact, abs=5e-4)


def test_a_spread_and_what_it_can_show() -> None:
    """V32, and its inverse: the smallest fall is shown by 80 of 100."""
    for spread, fall in ((0.055, 0.1428), (0.144, 0.3320), (0.18, 0.3961)):
        assert smallest_fall(spread) == pytest.approx(fall, abs=1e-4)
        assert shown_share(smallest_fall(spread), spread) == pytest.approx(
            0.8, abs=1e-3
        )


@given(
    rate=st.floats(0.05, 3),
    place_days=st.floats(2000, 20_000),
    share=st.floats(0.2, 0.8),
    factor=st.floats(1, 3),
)
@settings(max_examples=60)
def test_the_smallest_fall_of_a_crossover_is_shown_by_80_of_100(
    rate: float, place_days: float, share: float, factor: float
) -> None:
    fall = crossover_smallest_fall(rate, place_days, share, factor)
    if fall < 1:
        error = crossover_error(fall, rate, place_days, share, factor)
        assert shown_share(fall, error) == pytest.approx(0.8, abs=1e-3)
        less = crossover_error(fall * 0.9, rate, place_days, share, factor)
        assert shown_share(fall * 0.9, less) < 0.8


PLACES = st.lists(
    st.tuples(st.integers(0, 40), st.floats(1, 40)), min_size=6, max_size=11
)


@given(st.lists(PLACES, min_size=8, max_size=10))
@settings(max_examples=20)
def test_halves_against_splitting_by_hand(
    lists: list[list[tuple[int, float]]],
) -> None:
    past = [
        PastPlaces(
            force="kent",
            as_of=f"2025-{at:02d}",
            length=3,
            observed=np.array([observed for observed, _ in places]),
            expected=np.array([expected for _, expected in places]),
        )
        for at, places in enumerate(lists, start=1)
    ]
    found = drift(past, "kent", "autumn-0123")
    assert found is not None
    pairs = max(map(len, lists)) // 2
    key = sha256(b"autumn-0123").digest() + b":halves"
    stream = oracles.words(key)
    coins = [[oracles.below(2, stream) for _ in range(pairs)] for _ in range(SPLITS)]
    logs = [oracles.half_log_ratios(places, coins) for places in lists]
    squares = [fmean(log * log for log, _ in one) for one in logs]
    assert found.error == pytest.approx(math.sqrt(fmean(squares)))
    factors = [fmean(log * log / chance for log, chance in one) for one in logs]
    assert found.variance_factor == pytest.approx(max(1, fmean(factors)))


def test_a_short_past_tells_nothing_of_halves() -> None:
    one = PastPlaces(
        force="kent",
        as_of="2025-01",
        length=3,
        observed=np.arange(8),
        expected=np.ones(8),
    )
    assert drift([one] * 7, "kent", "x") is None
    assert drift([one] * 8, "kent", "x") is not None
