"""The formulas that evaluators know, on published numbers and by hand."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.oracles import impact as oracles
from transforms.impact.textbook import (
    common_poisson_z,
    displaced,
    e_test,
    poisson_z,
    rirr,
)
from transforms.impact.wdd import Change, wdd


TREATED, CONTROL = Change(207, 110), Change(308, 318)


def test_a_ratio_beside_control_places() -> None:
    """V6: V1's counts, as Poisson says and with twice its variance."""
    found = rirr(TREATED, CONTROL)
    assert found is not None
    assert found.value == pytest.approx(0.514690, abs=5e-7)
    assert found.error == pytest.approx(0.142525, abs=5e-7)
    assert found.interval == pytest.approx((0.389250, 0.680555), abs=5e-7)
    wider = rirr(TREATED, CONTROL, variance_factor=2)
    assert wider is not None
    assert wider.interval == pytest.approx((0.346719, 0.764037), abs=5e-7)
    assert wider.z == pytest.approx(found.z / math.sqrt(2))


def test_a_ratio_of_underground_platforms() -> None:
    """V5."""
    once, twice = (rirr(Change(88, 63), Change(64, 74), factor) for factor in (1, 2))
    assert once is not None and twice is not None
    assert once.value == pytest.approx(0.61916, abs=5e-6)
    assert once.interval == pytest.approx((0.38878, 0.98608), abs=5e-6)
    assert twice.interval == pytest.approx((0.3206, 1.1957), abs=5e-5)


def test_no_ratio_of_nothing() -> None:
    assert rirr(Change(5, 0), CONTROL) is None
    assert displaced(Change(5, 2), Change(5, 2), Change(0, 3)) is None


def test_displacement_by_quotient() -> None:
    """V7: more fell next door; some moved there; no quotient of a rise."""
    fell = displaced(TREATED, Change(178, 157), CONTROL)
    assert fell is not None
    assert fell.quotient == pytest.approx(0.258186, abs=5e-7)
    assert fell.net_effect == pytest.approx(130.5, abs=0.05)
    moved = displaced(Change(100, 70), Change(80, 95), Change(200, 210))
    assert moved is not None
    assert moved.quotient == pytest.approx(-0.314286, abs=5e-7)
    assert moved.net_effect == pytest.approx(24)
    rose = displaced(Change(100, 120), Change(80, 80), Change(200, 200))
    assert rose is not None and rose.quotient is None


@pytest.mark.parametrize(
    ("change", "p"),
    [
        (Change(3, 0), 0.088379),
        (Change(6, 2), 0.174875),
        (Change(10, 5), 0.206164),
        (Change(20, 10), 0.068832),
        (Change(15, 5), 0.025035),
        (Change(100, 25, time=2), 0.001538),  # 100 in 10 by 25 in 5
    ],
)
def test_two_counts_of_one_rate(change: Change, p: float) -> None:
    """V8."""
    assert e_test(change) == pytest.approx(p, abs=5e-7)


def test_of_unequal_times_the_e_test_has_two_forms() -> None:
    """V8: ours is the score form; Wald's is of the paper, and of other programs."""
    assert oracles.e_test(100, 25, 2) == pytest.approx(0.001538, abs=5e-7)
    assert oracles.e_test(100, 25, 2, wald=True) == pytest.approx(0.000575, abs=5e-7)
    assert e_test(Change(100, 25, time=2)) == pytest.approx(0.001538, abs=5e-7)
    # of equal times they are one
    for before, after in ((3, 0), (10, 5), (15, 5)):
        score, wald = (oracles.e_test(before, after, 1, form) for form in (False, True))
        assert wald == pytest.approx(score)


def test_two_counts_in_standard_errors() -> None:
    """V31: the right form, and the one that is mostly printed."""
    change = Change(142, 74)
    assert poisson_z(change) == pytest.approx(-4.687, abs=5e-4)
    assert poisson_z(change, variance_factor=4) == pytest.approx(-4.687 / 2, abs=5e-4)
    assert common_poisson_z(change) == pytest.approx(-6.628, abs=5e-4)


def test_the_common_form_cries_wolf() -> None:
    """V31: of quiet pairs 3.6 % are beyond 3, where .3 % should be."""
    mean, most = 20, 70
    chance = [
        math.exp(n * math.log(mean) - mean - math.lgamma(n + 1)) for n in range(most)
    ]
    both = np.outer(chance, chance)
    pairs = [[Change(before, after) for after in range(most)] for before in range(most)]
    common = np.array([[abs(common_poisson_z(c)) > 3 for c in row] for row in pairs])
    right = np.array([[abs(poisson_z(c)) > 3 for c in row] for row in pairs])
    assert both[common].sum() == pytest.approx(0.0356, abs=5e-5)
    assert both[right].sum() == pytest.approx(0.0033, abs=5e-5)


def test_a_longer_time_before_brings_the_root_of_a_count_its_own_error() -> None:
    """By the delta method: a root varies by a quarter of its count's share."""
    change = Change(240, 30, time=6)
    by_hand = (math.sqrt(30) - math.sqrt(40)) / math.sqrt((1 + 1 / 6) / 4)
    assert poisson_z(change) == pytest.approx(by_hand)


COUNT = st.integers(0, 40)


@given(COUNT, COUNT, st.sampled_from([0.5, 1.0, 2.0, 3.5]))
@settings(max_examples=60)
def test_an_e_test_against_adding_up_pairs(
    before: int, after: int, time: float
) -> None:
    found = e_test(Change(before, after, time=time))
    assert found == pytest.approx(min(1, oracles.e_test(before, after, time)), abs=1e-9)


WEIGHT = st.floats(0.2, 9)
CHANGE = st.builds(Change, COUNT, COUNT, WEIGHT, WEIGHT, WEIGHT)


@given(st.lists(CHANGE, min_size=1, max_size=4), st.lists(CHANGE, max_size=4))
@settings(max_examples=60)
def test_a_weighted_difference_against_writing_it_out(
    treated: list[Change], control: list[Change]
) -> None:
    rows = [
        (sign, c.before, c.after, c.time, c.area, c.harm)
        for sign, changes in ((1, treated), (-1, control))
        for c in changes
    ]
    found = wdd(treated, control)
    assert (found.incidents, found.error) == pytest.approx(oracles.wdd(rows))


SOME = st.tuples(st.integers(1, 400), st.integers(1, 400))


@given(SOME, SOME, SOME, st.floats(1, 5))
@settings(max_examples=60)
def test_ratios_and_net_effects_against_writing_them_out(
    here: tuple[int, int], around: tuple[int, int], far: tuple[int, int], factor: float
) -> None:
    found = rirr(Change(*here), Change(*far), factor)
    assert found is not None
    assert (found.value, *found.interval) == pytest.approx(
        oracles.rirr(here, far, factor)
    )
    moved = displaced(Change(*here), Change(*around), Change(*far))
    assert moved is not None
    assert moved.net_effect == pytest.approx(oracles.net_effect(here, around, far))


@given(SOME, SOME, st.floats(0.5, 6))
@settings(max_examples=40)
def test_a_longer_time_before_changes_no_ratio(
    here: tuple[int, int], far: tuple[int, int], time: float
) -> None:
    assume(here[0] > 1)
    one = rirr(Change(*here), Change(*far))
    other = rirr(Change(*here, time=time), Change(*far, time=time))
    assert one is not None and other is not None
    assert one.value == pytest.approx(other.value)
