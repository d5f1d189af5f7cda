"""Crossovers, halves, looks: known numbers, and plain twins on random input."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from tests.oracles import trials as oracles
from transforms.programmes.sums import Sums
from transforms.reference.arrays import Integers, Mask
from transforms.reference.strata import Strata
from transforms.trials.adjusted import bound, complier_ratio, holm
from transforms.trials.analysis import Finding
from transforms.trials.chart import forest
from transforms.trials.crossover import (
    effect,
    exact_interval,
    not_after_patrol,
    strata_of,
)
from transforms.trials.design import Design
from transforms.trials.reference import all_halves, halves_p, p_value, scores
from transforms.trials.schedule import Stratum, simple


def strata(*rows: tuple[int, int, int, int]) -> Strata:
    return Strata(*np.array(rows, dtype=float).T)


def test_five_strata_of_one_size() -> None:
    """V14."""
    found = strata(
        (5, 36, 12, 54), (2, 36, 7, 54), (4, 36, 6, 54), (0, 36, 3, 54), (3, 36, 9, 54)
    )
    assert found.ratio == pytest.approx(0.567568, abs=5e-7)
    assert math.sqrt(found.variance) == pytest.approx(0.313776, abs=5e-7)
    assert found.score == pytest.approx(-1.829318, abs=5e-7)
    error = 1.959964 * math.sqrt(found.variance)
    ends = [found.ratio * math.exp(sign * error) for sign in (-1, 1)]
    assert ends == pytest.approx([0.306853, 1.049795], abs=5e-6)


def test_five_strata_of_other_sizes() -> None:
    """V14."""
    found = strata(
        (5, 40, 12, 50), (2, 20, 7, 70), (4, 36, 6, 54), (0, 30, 3, 60), (3, 45, 9, 45)
    )
    assert found.ratio == pytest.approx(0.556724, abs=5e-7)
    assert math.sqrt(found.variance) == pytest.approx(0.311565, abs=5e-7)


def test_few_events() -> None:
    """V9: 14 in 720 and 40 in 1,080 place-days; none and 12."""
    found = exact_interval(14, 720, 40, 1080)
    assert found == pytest.approx((0.263827, 0.985685), abs=1e-6)
    assert exact_interval(0, 720, 12, 1080) == pytest.approx((0, 0.539841), abs=1e-6)
    assert exact_interval(0, 720, 0, 1080) == (0, math.inf)
    # the exact test of the same share says so too, where the interval leaves out 1
    share = 720 / (720 + 1080)
    assert binomtest(14, 14 + 40, share).pvalue == pytest.approx(0.037076, abs=1e-6)
    assert binomtest(0, 12, share).pvalue == pytest.approx(0.002496, abs=1e-6)


def test_the_draws_have_the_distribution_of_all_schedules() -> None:
    """V18: 216 ways to patrol two of four places on three days."""
    counts = np.array([[0, 2, 1], [1, 0, 3], [0, 1, 0], [2, 0, 1]])
    exact = {t: n / 216 for t, n in enumerate([2, 9, 21, 34, 42, 42, 34, 21, 9, 2], 1)}
    names = [f"p{row}" for row in range(4)]
    days = [date(2026, 12, 7 + day) for day in range(3)]
    draws = 3000
    seen: Counter[int] = Counter()
    for number in range(draws):
        total = 0
        for column, day in enumerate(days):
            drawn = simple([Stratum(tuple(names), 2)], day, b"%d" % number)
            total += sum(int(counts[names.index(place), column]) for place in drawn)
        seen[total] += 1
    assert set(seen) <= set(exact)
    for total, share in exact.items():
        error = math.sqrt(share * (1 - share) / draws)
        assert abs(seen[total] / draws - share) < 4 * error
    mean = sum(total * number for total, number in seen.items()) / draws
    assert mean == pytest.approx(5.5, abs=4 * math.sqrt(3.416667 / draws))


def test_a_lowest_total_has_the_p_of_all_schedules() -> None:
    """V18: a total of 1 of 11, of all 216 ways."""
    by_day = [(0, 1, 0, 2), (2, 0, 1, 0), (1, 3, 0, 1)]
    sums = [[a + b for a, b in combinations(day, 2)] for day in by_day]
    totals = np.array([sum(one) for one in product(*sums)])
    assert (len(totals), totals.mean()) == (216, 5.5)
    assert totals.var() == pytest.approx(3.416667, abs=1e-6)
    found = halves_p(1 - 5.5, totals - 5.5, is_all=True)
    assert found == pytest.approx((0.0092593, 0.0185185), abs=1e-7)


PAIRED = {
    "a": (18, 24), "b": (26, 25), "c": (11, 15), "d": (14, 14),
    "e": (9, 10), "f": (8, 9), "g": (5, 9), "h": (12, 9.5),
}  # fmt: skip
PAIRS = [("a", "b"), ("c", "d"), ("e", "f"), ("g", "h")]


def log_ratio(treated: Sequence[str]) -> float:
    one = [PAIRED[place] for place in treated]
    other = [PAIRED[place] for place in PAIRED if place not in treated]
    observed, expected = (sum(values) for values in zip(*one, strict=True))
    rest = [sum(values) for values in zip(*other, strict=True)]
    return Sums(observed, expected, *rest).log_ratio


def test_four_pairs() -> None:
    """V19."""
    found = log_ratio(["a", "c", "e", "g"])
    assert math.exp(found) == pytest.approx(0.710489, abs=5e-7)
    references, is_all = all_halves(PAIRS, log_ratio, b"seed")
    assert is_all and len(references) == 16
    assert halves_p(found, references, is_all) == (2 / 16, 4 / 16)


def test_many_pairs_are_drawn() -> None:
    pairs = [(f"a{n}", f"b{n}") for n in range(15)]
    value = {name: float(at) for at, pair in enumerate(pairs) for name in pair[:1]}

    def total(treated: Sequence[str]) -> float:
        return sum(value.get(place, 0) for place in treated) - sum(value.values()) / 2

    references, is_all = all_halves(pairs, total, b"seed")
    assert not is_all and len(references) == 9_999
    assert halves_p(-1e9, references, is_all) == (1 / 10_000, 1 / 10_000)
    assert abs(float(references.mean())) < 4 * float(references.std()) / 100


def test_bounds_of_looks() -> None:
    """V19, and what they are for: 5 % in all, by integrating look after look."""
    assert [bound(n, n) for n in (2, 3, 4, 5)] == pytest.approx(
        [1.976, 2.003, 2.025, 2.039], abs=2e-3
    )
    assert [bound(look, 4) for look in (1, 2, 3, 4)] == pytest.approx(
        [4.050, 2.864, 2.338, 2.025], abs=3e-3
    )
    for looks in range(1, 6):
        bounds = [bound(look, looks) for look in range(1, looks + 1)]
        assert oracles.false_alarm(bounds) == pytest.approx(0.05, abs=5e-4)
    for looks, pocock in zip((2, 3, 4, 5), (2.178, 2.290, 2.361, 2.413), strict=True):
        assert oracles.false_alarm([pocock] * looks) == pytest.approx(0.05, abs=5e-4)
    assert oracles.false_alarm([1.96] * 4) == pytest.approx(0.1261, abs=5e-4)
    assert oracles.false_alarm([1.96] * 13) == pytest.approx(0.2138, abs=1e-3)


def test_several_outcomes_and_patrols_not_made() -> None:
    """V24."""
    assert holm([0.011, 0.02, 0.04, 0.3]) == pytest.approx([0.044, 0.06, 0.08, 0.3])
    assert holm([0.3, 0.011, 0.04, 0.02]) == pytest.approx([0.3, 0.044, 0.08, 0.06])
    assert holm([0.6, 0.7]) == [1, 1]
    assert holm([]) == []
    assert complier_ratio(0.7, 0.92, 0.05) == pytest.approx(0.663669, abs=5e-7)
    assert complier_ratio(0.7, 0.3, 0.3) is None
    assert complier_ratio(0, 0.9, 0) is None


TRIALS = st.tuples(st.integers(2, 5), st.integers(8, 30), st.integers(0, 2**32))


@given(TRIALS)
@settings(max_examples=60)
def test_days_against_counting_by_hand(trial: tuple[int, int, int]) -> None:
    places, days, seed = trial
    random = np.random.default_rng(seed)
    counts = random.poisson(1.5, (places, days)).astype(float)
    assigned = random.random((places, days)) < 0.4
    weekday = np.arange(days) % 7
    kept = not_after_patrol(assigned, 1)
    for use in (None, kept):
        found = strata_of(counts, assigned, weekday, use)
        by_hand = oracles.crossover(
            counts.tolist(),
            assigned.tolist(),
            weekday.tolist(),
            None if use is None else use.tolist(),
        )
        assert found.score == pytest.approx(by_hand["score"])
        if by_hand["ratio"]:
            one = effect(counts, assigned, weekday, use)
            assert one.ratio == pytest.approx(by_hand["ratio"])
            assert one.variance_factor == pytest.approx(by_hand["factor"])
            assert found.variance == pytest.approx(by_hand["variance"])


def test_days_after_a_patrol_are_left_out() -> None:
    assigned = np.array([[1, 0, 0, 0, 1, 0, 0]], dtype=bool)
    one = not_after_patrol(assigned, 1)[0].astype(int).tolist()
    two = not_after_patrol(assigned, 2)[0].astype(int).tolist()
    assert (one, two) == ([1, 0, 1, 1, 1, 0, 1], [1, 0, 0, 1, 1, 0, 0])


def test_no_incident_is_no_ratio() -> None:
    assigned = np.array([[1, 0] * 7] * 3, dtype=bool)
    found = effect(np.zeros((3, 14)), assigned, np.arange(14) % 7)
    assert math.isnan(found.ratio) and found.is_exact
    assert (found.low, found.high) == (0, math.inf)


PLACES, WEEKS, TRIALS_SEEN, REFERENCES = 8, 6, 200, 199
CONTENT = {
    "kind": "weekly",
    "places": [f"p{n:02d}" for n in range(1, PLACES + 1)],
    "first_monday": "2026-12-07",
    "weeks": WEEKS,
    "days_per_week": 3,
    "capacity": [3, 3, 3, 3, 4, 4, 4],
}


def simulated(schedules: list[Mask], ratio: float) -> list[Integers]:
    """Trials of 200 seeds: places and weekdays differ, and days go up and down."""
    made = []
    for seed, assigned in enumerate(schedules):
        random = np.random.default_rng(seed)
        place = random.gamma(4, 0.25, PLACES)[:, None]
        weekday = random.uniform(0.7, 1.3, 7)[np.arange(7 * WEEKS) % 7]
        shock = random.gamma(20, 0.05, 7 * WEEKS)
        rate = 1.2 * place * weekday * shock * np.where(assigned, ratio, 1)
        made.append(random.poisson(rate))
    return made


@pytest.fixture(scope="module")
def schedules() -> tuple[list[Mask], list[Mask]]:
    """Draws of 200 trials, and 199 others that each is compared with."""
    design = Design(CONTENT)
    days = [date(2026, 12, 7) + timedelta(days=day) for day in range(7 * WEEKS)]
    drawn = [
        design.assigned(days, b"trial:%d" % number)
        for number in range(TRIALS_SEEN + REFERENCES)
    ]
    return drawn[:TRIALS_SEEN], drawn[TRIALS_SEEN:]


def test_intervals_contain_the_truth(schedules: tuple[list[Mask], list[Mask]]) -> None:
    """Over 200 trials in which patrol prevents 40 %, at least 92 of 100."""
    weekday = np.arange(7 * WEEKS) % 7
    covered, logs = 0, []
    for assigned, counts in zip(
        schedules[0], simulated(schedules[0], 0.6), strict=True
    ):
        found = effect(counts.astype(float), assigned, weekday)
        covered += found.low <= 0.6 <= found.high
        logs.append(math.log(found.ratio / 0.6))
    assert covered / TRIALS_SEEN >= 0.92
    assert abs(np.mean(logs)) < 4 * np.std(logs) / math.sqrt(TRIALS_SEEN)


def test_nothing_is_shown_where_nothing_is(
    schedules: tuple[list[Mask], list[Mask]],
) -> None:
    """Over 200 trials without effect p is .05 or less in 2 to 8 of 100."""
    weekday = np.arange(7 * WEEKS) % 7
    others = schedules[1]
    shown = 0
    for assigned, drawn in zip(schedules[0], simulated(schedules[0], 1), strict=True):
        counts = [drawn.astype(float)]
        own = float(scores(counts, assigned, weekday)[0])
        references = np.array([scores(counts, o, weekday)[0] for o in others])
        shown += p_value(own, references) <= 0.05
    assert 0.02 <= shown / TRIALS_SEEN <= 0.08


def test_at_a_phone_s_size_no_name_of_an_outcome_meets_a_bar() -> None:
    """A phone's page makes the words 17 high; a letter reaches 4 below its line."""
    row = Finding(
        outcome="drawn days with 30 minutes or more", role="observational",
        treated=1, treated_exposure=1, control=1, control_exposure=1,
        ratio=0.8, low=0.5, high=1.4, p=None, adjusted_p=None, is_exact=False,
    )  # fmt: skip
    picture = forest([row] * 4)
    names = [int(y) for y in re.findall(r'<text x="4" y="(\d+)"', picture)]
    spots = [int(y) for y in re.findall(r'<circle [^>]*cy="(\d+)" r="3.5"', picture)]
    assert len(names) == len(spots) == 4
    for name, spot in zip(names, spots, strict=True):
        assert name + 4 < spot - 3.5
    for spot, following in zip(spots, names[1:], strict=False):
        assert spot + 3.5 < following - 17 * 0.75
