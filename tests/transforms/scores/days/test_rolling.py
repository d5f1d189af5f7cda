"""Rolling counts: the slow twin, gaps, jumps, and sums that outlive their scale."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles import days as oracles
from transforms.scores.days.rolling import RollingCounts


WINDOWS = (1, 7, 28)
# The shortest outgrows a float within some days, so that its scale moves on.
HALF_LIVES = (0.01, 3.5, 28.0)
SLOTS = 5
FIRST = -20  # 1970 began between

events = st.lists(st.tuples(st.integers(FIRST, 60), st.integers(0, SLOTS - 1)))
gaps = st.sets(st.integers(FIRST, 60), max_size=30)
visits = st.lists(st.integers(FIRST - 5, 70), min_size=1, max_size=6).map(sorted)


def rolling(
    found: list[tuple[int, int]],
    supplied: set[int],
    windows: tuple[int, ...] = WINDOWS,
    half_lives: tuple[float, ...] = HALF_LIVES,
) -> RollingCounts:
    """Counts of those incidents, whatever their order."""
    days, slots = np.array(sorted(found), dtype=np.int64).reshape(-1, 2).T
    return RollingCounts(
        days, slots, SLOTS, np.array(sorted(supplied)), windows, half_lives
    )


def agrees(
    counts: RollingCounts, found: list[tuple[int, int]], supplied: set[int], day: int
) -> None:
    """Every count and sum is what the plain recount of the day says."""
    for window in WINDOWS:
        known = oracles.rolling_slots(found, day, supplied, window)
        assert counts.counts(window).tolist() == [known[s] for s in range(SLOTS)]
        within = oracles.days_within(list(supplied), day, window)
        assert counts.days(window) == len(within)
    for half_life in HALF_LIVES:
        by_slot = [
            [d for d, slot in found if slot == number and d in supplied]
            for number in range(SLOTS)
        ]
        known_sums = [oracles.decayed_weight(d, day, half_life) for d in by_slot]
        assert counts.decayed(half_life) == pytest.approx(
            known_sums, rel=1e-9, abs=1e-200
        )
        exposure = oracles.decayed_weight(list(supplied), day, half_life)
        assert counts.decayed_days(half_life) == pytest.approx(
            exposure, rel=1e-9, abs=1e-200
        )


@given(events, gaps, visits)
@settings(max_examples=150)
def test_it_equals_the_plain_recount_at_each_day(
    found: list[tuple[int, int]], missing: set[int], days: list[int]
) -> None:
    """Over jumps of any length, with days not supplied, and to the same day again."""
    supplied = set(range(FIRST, 61)) - missing
    counts = rolling(found, supplied)
    for day in days:
        counts.advance(day)
        agrees(counts, found, supplied, day)


def test_every_day_in_turn_is_as_one_leap() -> None:
    rng = np.random.default_rng(5)
    found = list(zip(rng.integers(0, 40, 90).tolist(), [0, 1, 2] * 30, strict=True))
    supplied = set(range(40)) - {7, 8, 30}
    steps, leap = rolling(found, supplied), rolling(found, supplied)
    for day in range(-3, 45):
        steps.advance(day)
        agrees(steps, found, supplied, day)
    leap.advance(44)
    agrees(leap, found, supplied, 44)


def test_a_window_holds_its_as_of_day_and_not_the_day_that_it_ends_after() -> None:
    counts = rolling([(3, 0), (10, 0)], set(range(20)))
    for day, held in ((2, 0), (3, 1), (9, 1), (10, 1), (16, 1), (17, 0)):
        counts.advance(day)
        assert counts.counts(7)[0] == held


def test_a_half_life_halves_and_a_day_not_supplied_is_no_exposure() -> None:
    counts = rolling([(0, 1), (28, 1), (14, 1)], set(range(29)) - {14})
    counts.advance(28)
    assert counts.decayed(28.0)[1] == pytest.approx(1.5)
    assert counts.decayed(28.0, np.array([1, 0])).tolist() == [1.5, 0.0]
    assert counts.days(7) == 7
    assert counts.days(28) == 27
    counts.advance(40)
    assert counts.days(28) == 15


def test_a_sum_is_right_after_its_scale_has_moved_on() -> None:
    """A half-life of a day, kept for ten years: the scale moves on several times."""
    found = [(day, day % SLOTS) for day in range(0, 3650, 3)]
    supplied = set(range(3650))
    counts = rolling(found, supplied, (7,), (1.0,))
    for day in range(3650):
        counts.advance(day)
    known = [
        oracles.decayed_weight([d for d, s in found if s == slot], 3649, 1.0)
        for slot in range(SLOTS)
    ]
    assert counts.decayed(1.0) == pytest.approx(known, rel=1e-12)


def test_what_is_kept_cannot_be_written_to() -> None:
    counts = rolling([(0, 0)], {0})
    with pytest.raises(ValueError, match="read-only"):
        counts.counts(7)[0] = 5


def test_without_incidents_there_are_zeros() -> None:
    counts = rolling([], set(range(3)))
    counts.advance(400)
    assert not counts.counts(28).any()
    assert not counts.decayed(28.0).any()
    assert counts.days(28) == 0


def test_it_never_goes_back() -> None:
    counts = rolling([(0, 0)], {0})
    with pytest.raises(ValueError, match="no as-of day"):
        counts.days(7)
    counts.advance(5)
    with pytest.raises(ValueError, match="day 5 to 4"):
        counts.advance(4)


@pytest.mark.parametrize(
    ("days", "slots"), [([2, 1], [0, 0]), ([1], [0, 0]), ([1], [SLOTS]), ([1], [-1])]
)
def test_incidents_out_of_order_or_without_slot_are_refused(
    days: list[int], slots: list[int]
) -> None:
    with pytest.raises(ValueError, match=r"rising day|numbered"):
        RollingCounts(np.array(days), np.array(slots), SLOTS, np.arange(3))


@pytest.mark.parametrize(("window", "half_life"), [(0, 1.0), (7, 0.0), (7, -1.0)])
def test_windows_and_half_lives_last(window: int, half_life: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        rolling([], {0}, (window,), (half_life,))
