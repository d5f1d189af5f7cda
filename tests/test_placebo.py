"""The study of lists that nobody patrolled, on lists whose truth is known."""

import math

import numpy as np
import pytest

from benchmarks import placebo
from transforms.programmes.past import Past, apart
from transforms.programmes.sums import Sums
from transforms.reference.months import Month


FORCES, AS_OFS = 20, 10
SPREAD = 0.1  # of the log ratio beyond Poisson, as places drift
BIAS = -0.05


def drifting(seed: int, at_places: float = 800, ratio: float = 1.0) -> list[Past]:
    """Lists of forces whose places drift by more than chance, and regress."""
    rng = np.random.default_rng(seed)
    return [
        Past(
            force=f"force-{force:02d}",
            as_of=str(Month(2025, 1) + as_of),
            length=3,
            sums=Sums(
                float(rng.poisson(at_places * ratio * math.exp(drift))),
                at_places,
                float(rng.poisson(20_000)),
                20_000.0,
            ),
            before=at_places * 1.1,
        )
        for force in range(FORCES)
        for as_of, drift in enumerate(rng.normal(BIAS, SPREAD, AS_OFS))
    ]


def test_tracking_cries_few_falls_that_nobody_caused() -> None:
    """200 programmes with no effect: 1 to 7 % are called a fall, nominally 2.5 %."""
    found = placebo.tracked(drifting(seed=1), seed=1)
    assert (found.lists, found.forces) == (FORCES * AS_OFS, FORCES)
    assert 0.01 <= found.false_falls <= 0.07


def test_a_larger_fall_is_found_more_often() -> None:
    steady = [
        Past("kent", "2025-01", 3, Sums(n, 800, 20_000, 20_000), 880)
        for n in (670, 640, 560)
    ]
    past = drifting(seed=2)
    assert [placebo.is_fall(one, past) for one in steady] == [False, False, True]


def test_comparing_with_the_months_before_cries_falls_that_nobody_caused() -> None:
    found = placebo.naive(drifting(seed=3))
    by_hand = [one.sums.observed / 880 - 1 for one in drifting(seed=3)]
    assert found.change == pytest.approx(sum(by_hand) / len(by_hand))
    assert found.falls > 0.5


def test_a_list_whose_months_before_are_unknown_is_left_out() -> None:
    known, unknown = Sums(10, 10, 9, 9), Sums(30, 10, 9, 9)
    lists = [
        Past("kent", "2025-01", 3, known, 40.0),
        Past("kent", "2025-02", 3, unknown, None),
    ]
    assert placebo.naive(lists) == placebo.Naive(lists=1, change=-0.75, falls=1.0)


def test_of_too_few_other_forces_nothing_is_said() -> None:
    own = [one for one in drifting(seed=4) if one.force == "force-00"]
    found = placebo.tracked(own, seed=4)
    assert math.isnan(found.false_falls) and math.isnan(found.found)


def test_lists_apart_share_no_month() -> None:
    months = [str(Month(2025, 1) + step) for step in (0, 1, 2, 3, 5, 6)]
    lists = [Past("kent", month, 3, Sums(1, 1, 1, 1), 1.0) for month in months]
    assert [one.as_of for one in apart(lists)] == ["2025-01", "2025-04", "2025-07"]
