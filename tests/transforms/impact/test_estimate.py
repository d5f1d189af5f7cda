"""The ratio, its interval and what past lists say, on published vectors and by hand."""

import math
import re
from itertools import pairwise
from statistics import stdev

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles import programmes as oracles
from transforms.impact.chart import chart
from transforms.impact.estimate import estimate
from transforms.impact.place_rows import drawn_to, place_likely, place_size
from transforms.programmes.past import Past
from transforms.programmes.sums import Sums
from transforms.programmes.usual import Usual, usual_of
from transforms.reference.days import Day
from transforms.reference.student import student_95
from transforms.scores.table.intervals import negative_binomial_quantiles


def usual(bias: float, factor: float, spread: float = 0.1) -> Usual:
    return Usual((bias - 0.1, bias, bias + 0.1), bias, spread, factor)


def test_a_look_of_known_numbers() -> None:
    """V20."""
    found = estimate(Sums(210, 250, 9800, 10_000), usual(-0.02, 3.4))
    assert found.ratio == pytest.approx(0.874458, abs=5e-7)
    assert (found.low, found.high) == pytest.approx((0.679636, 1.125128), abs=5e-7)
    assert found.z == pytest.approx(-1.04318, abs=5e-6)
    assert found.without == pytest.approx(240.149, abs=5e-4)
    assert found.prevented == pytest.approx(30.15, abs=5e-3)
    assert found.prevented_low == pytest.approx(-30.05, abs=5e-3)
    assert found.prevented_high == pytest.approx(76.93, abs=5e-3)


def test_the_size_and_interval_of_a_place() -> None:
    """V20: shape 10 of the rate, size 5 of a month."""
    sizes = [place_size(10, 5, months) for months in (1, 3, 12)]
    assert sizes == pytest.approx([3.3333, 6, 8.5714], abs=5e-5)
    low, high = negative_binomial_quantiles(
        np.array([36.0]), np.array([6.0]), (0.025, 0.975)
    )
    assert (low[0], high[0]) == (11, 73)


@pytest.mark.parametrize(
    ("observed", "likely"), [(30, 26.667), (20, 18.333), (2, 3.333)]
)
def test_a_count_is_drawn_to_what_was_expected(observed: int, likely: float) -> None:
    """V20: mean 10, size 2."""
    assert drawn_to(10, 2, observed) == pytest.approx(likely, abs=5e-4)


@given(st.integers(0, 60), st.floats(0.5, 40), st.floats(1.5, 20), st.floats(1.5, 20))
@settings(max_examples=30)
def test_what_is_likely_at_a_place_is_the_mean_of_the_rates_that_it_may_have(
    observed: int, mean: float, shape: float, month: float
) -> None:
    """Of the gamma of its rates, each weighed by how well it explains the count."""
    place = {"rate_shape": shape, "month_size": month}
    size = place_size(shape, month, 3)
    rates = np.linspace(1e-4, 8 * (mean + observed + 5), 100_001)
    log = (size - 1 + observed) * np.log(rates) - rates * (size / mean + 1)
    weight = np.exp(log - log.max())
    by_hand = float((rates * weight).sum() / weight.sum())
    assert place_likely(place, mean, 3, observed) == pytest.approx(by_hand, rel=1e-3)


@pytest.mark.parametrize(
    ("spread", "fall"),
    [(0.055, 0.1428), (0.144, 0.3320), (0.18, 0.3961), (0.062, 0.1594)],
)
def test_the_fall_that_a_look_can_show(spread: float, fall: float) -> None:
    """V32."""
    assert usual(0, 1, spread).smallest_fall == pytest.approx(fall, abs=1e-4)


SUMS = st.tuples(
    st.integers(0, 50), st.floats(1, 60), st.integers(0, 4000), st.floats(100, 4000)
)


@given(st.lists(SUMS, min_size=12, max_size=30))
@settings(max_examples=100)
def test_past_lists_against_adding_up_by_hand(
    lists: list[tuple[int, float, int, float]],
) -> None:
    past = [
        Past(f"f{at % 4}", "2025-01", 3, Sums(*s), 0.0) for at, s in enumerate(lists)
    ]
    found = usual_of(past, "elsewhere")
    assert found is not None
    bias, factor = oracles.bias_and_factor(lists)
    assert found.bias == pytest.approx(bias)
    assert found.variance_factor == pytest.approx(factor)
    assert found.log_ratios == pytest.approx(tuple(map(oracles.log_ratio, lists)))


def lists_of(*forces: str) -> list[Past]:
    return [
        Past(force, "2025-01", 3, Sums(10 + at, 10, 100, 100), 10.0)
        for at, force in enumerate(forces)
    ]


@pytest.mark.parametrize(
    ("forces", "enough"),
    [
        (["kent"] * 8, True),
        (["kent"] * 7, False),
        (["a", "b", "c"] * 4, True),
        (["a", "b"] * 6, False),
        (["a", "b", "c", "d"] * 2, False),
    ],
)
def test_a_short_past_tells_nothing(forces: list[str], enough: bool) -> None:
    assert (usual_of(lists_of(*forces), "kent") is not None) == enough


def test_p_counts_the_past_lists_that_were_as_low() -> None:
    past = usual_of(lists_of(*["kent"] * 9), "kent")
    assert past is not None
    found = estimate(Sums(11, 10, 100, 100), past)
    assert found.as_low == 2  # of 10, 11, … 18 by 10
    assert found.p_fall == pytest.approx(3 / 10)


def test_without_any_incident_half_a_one_is_added_on_both_sides() -> None:
    found = Sums(0, 4, 100, 100)
    assert found.log_ratio == pytest.approx(math.log((0.5 / 4) / (100.5 / 100)))
    assert found.poisson_variance == pytest.approx(1 / 0.5 + 1 / 100.5)


@pytest.mark.parametrize(
    ("freedom", "half"),
    [(1, 12.706), (2, 4.303), (3, 3.182), (5, 2.571), (10, 2.228), (30, 2.042)],
)
def test_half_an_interval_of_student_s_t(freedom: int, half: float) -> None:
    """As tables print it, and by adding up the density."""
    assert student_95(freedom) == pytest.approx(half, abs=5e-4)
    inside = oracles.share_within(student_95(freedom), freedom)
    assert inside == pytest.approx(0.95, abs=1e-6)


FIRST_DAY = Day.parse("2025-01-06")
WEEKLY = st.lists(
    st.tuples(st.integers(0, 40), SUMS),
    min_size=12,
    max_size=30,
    unique_by=lambda one: one[0],
)


@given(WEEKLY, st.sampled_from([1, 2, 4, 8]))
@settings(max_examples=60)
def test_lists_of_weeks_tell_as_much_as_those_apart(
    lists: list[tuple[int, tuple[int, float, int, float]]], weeks: int
) -> None:
    """Bias and interval by as many degrees of freedom as lists share no day, less 1."""
    past = [
        Past("f", str(FIRST_DAY + 7 * week), 7 * weeks, Sums(*sums), None)
        for week, sums in lists
    ]
    found = usual_of(past, "f")
    independent = oracles.lists_without_a_common_day(
        [(7 * week, 7 * weeks) for week, _ in lists]
    )
    if independent < 3:
        assert found is None
        return
    assert found is not None
    sums = [one for _, one in lists]
    bias, factor = oracles.bias_and_factor(sums)
    spread = stdev(map(oracles.log_ratio, sums))
    now = sums[0]
    more = 0.5 if now[0] == 0 or now[2] == 0 else 0.0
    chance = factor * (1 / (now[0] + more) + 1 / (now[2] + more))
    error = math.sqrt(chance + spread**2 / independent)
    said = estimate(Sums(*now), found)
    ratio = oracles.log_ratio(now) - bias
    assert math.log(said.ratio) == pytest.approx(ratio, abs=1e-9)
    half = (math.log(said.high) - math.log(said.low)) / 2 / error
    freedom = independent - 1
    assert oracles.share_within(half, freedom, 2000) == pytest.approx(0.95, abs=1e-4)
    shown = -math.log(1 - found.smallest_fall)
    unsure = spread * math.sqrt(1 + 1 / independent)
    assert shown == pytest.approx((half + 0.842) * unsure)


def test_past_lists_steadier_than_chance_do_not_narrow_an_interval() -> None:
    same = [Past("kent", "2025-01", 3, Sums(50, 50, 900, 900), 50.0) for _ in range(9)]
    found = usual_of(same, "kent")
    assert found is not None and found.variance_factor == 1.0


@pytest.mark.parametrize("spread", [0.02, 0.1, 0.3, 0.6])
def test_labels_of_the_picture_do_not_run_into_each_other(spread: float) -> None:
    """However wide an interval is; and the one of no change is always there."""
    of = usual(0.0, spread * spread / (1 / 100 + 1 / 9800), spread)
    picture = chart(estimate(Sums(100, 100, 9800, 9800), of), [], of)
    labels = re.findall(r'<text x="([0-9.]+)" y="112"[^>]*>([^<]+)<', picture)
    places = [float(at) for at, _ in labels]
    assert all(later - earlier >= 55 for earlier, later in pairwise(places))
    assert "0 %" in [label for _, label in labels] and len(labels) >= 3
