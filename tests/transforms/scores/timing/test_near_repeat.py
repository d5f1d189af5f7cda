"""The Knox test: known answers, and the slow obvious twin."""

import math
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles import timing as oracles
from transforms.errors import UsageError
from transforms.scores.timing.near_repeat import Bands, NearRepeats, judge, near_repeats


FIRST_DAY = date(2024, 2, 25)
BANDS = Bands((200.0,), (3,))

Row = tuple[int, int, int]  # 50 m east, 50 m north, days after the first

# On a grid of 50 m and within a fortnight, so that places, days and edges coincide.
incidents = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(0, 14)), max_size=14
)
distance_edges = st.sets(st.sampled_from([50.0, 100.0, 150.0, 250.0]), min_size=1)
day_edges = st.sets(st.integers(1, 14), min_size=1, max_size=4)


def scattered(number: int, limits: Row, seed: int) -> list[Row]:
    """Incidents at random below the limits."""
    rows = np.random.default_rng(seed).integers(0, limits, (number, 3)).tolist()
    return [(x, y, day) for x, y, day in rows]


def found_in(
    rows: Sequence[Row],
    bands: Bands = BANDS,
    seed: int = 1,
    permutations: int = 19,
) -> NearRepeats:
    """What a test of incidents finds."""
    return near_repeats(
        np.array([(50.0 * x, 50.0 * y) for x, y, _ in rows]).reshape(-1, 2),
        np.array([FIRST_DAY + timedelta(d) for *_, d in rows], dtype="datetime64[D]"),
        ["day"] * len(rows),
        bands,
        np.random.default_rng(seed),
        permutations,
    )


@given(
    incidents, distance_edges, day_edges, st.sampled_from(["manhattan", "euclidean"])
)
@settings(max_examples=200)
def test_it_equals_the_plain_python_oracle(
    rows: list[Row],
    metres: set[float],
    between: set[int],
    metric: str,
) -> None:
    bands = Bands(tuple(sorted(metres)), tuple(sorted(between)), metric)
    found = found_in(rows, bands)
    points = [(50.0 * x, 50.0 * y) for x, y, _ in rows]
    days = [FIRST_DAY + timedelta(d) for *_, d in rows]
    rng = np.random.default_rng(1)
    observed, *dealt = (
        oracles.pair_bands(points, order, sorted(metres), sorted(between), metric)
        for order in [days, *(rng.permutation(days).tolist() for _ in range(19))]
    )
    known = oracles.knox(observed, dealt, *bands.shape)
    assert found.observed.shape == bands.shape
    for cell, (seen, expected, p) in known.items():
        assert found.observed[cell] == seen
        assert found.expected[cell] == pytest.approx(float(expected))
        assert found.p[cell] == pytest.approx(float(p))
        if expected:
            assert found.ratio[cell] == pytest.approx(float(seen / expected))
        else:
            assert math.isnan(found.ratio[cell])


def test_a_pair_on_an_edge_is_in_the_band_that_begins_there() -> None:
    """100 m and three days apart: the calculator has it in the band after each."""
    pair = [(0, 0, 0), (0, 2, 3)]
    assert found_in(pair, Bands((200.0,), (3,))).observed.tolist() == [
        [0, 0], [0, 1], [0, 0],
    ]  # fmt: skip
    assert found_in(pair, Bands((100.0,), (3,))).observed.tolist() == [
        [0, 0], [0, 0], [0, 1],
    ]  # fmt: skip


@pytest.mark.parametrize("metric", ["manhattan", "euclidean"])
def test_a_pair_a_hair_below_the_last_edge_is_listed(metric: str) -> None:
    points = np.array([[0.0, 0.0], [math.nextafter(200, 0), 0.0]])
    days = np.array(["2024-01-01"] * 2, dtype="datetime64[D]")
    bands = Bands((200.0,), (3,), metric)
    found = near_repeats(points, days, ["day"] * 2, bands, np.random.default_rng(1))
    assert found.observed.tolist() == [[0, 0], [1, 0], [0, 0]]


def test_the_same_place_is_exactly_the_same() -> None:
    points = np.array([[0.0, 0.0], [0.0, 0.0], [0.0, 0.001]])
    days = np.array(["2024-01-01"] * 3, dtype="datetime64[D]")
    found = near_repeats(points, days, ["minute"] * 3, BANDS, np.random.default_rng(1))
    assert found.observed.tolist() == [[1, 0], [2, 0], [0, 0]]


def test_of_four_incidents_every_dealing_can_be_counted_by_hand() -> None:
    """Two at each of two far places, each place with one day of its own.

    There are three ways to pair off four incidents. In one of them those at the same
    place share their day (2 pairs), in two none does: 2/3 is expected, a ratio of 3,
    and a third of the dealings reaches 2.
    """
    rows = [(0, 0, 0), (0, 0, 0), (100, 100, 9), (100, 100, 9)]
    found = found_in(rows, Bands((200.0,), (1,)), permutations=9999)
    assert found.observed.tolist() == [[2, 0], [0, 0], [0, 4]]
    assert found.ratio[0, 0] == pytest.approx(3, abs=0.1)
    assert found.p[0, 0] == pytest.approx(1 / 3, abs=0.02)
    assert found.p_resolution == 1 / 10_000


def test_the_mean_of_the_dealings_is_what_probability_says() -> None:
    """Each pair near in space is near in time as often as any pair is."""
    rows = scattered(150, (20, 20, 30), seed=7)
    found = found_in(rows, Bands((100.0, 300.0), (1, 7)), permutations=2000)
    total = found.observed.sum()
    known = np.outer(found.observed.sum(axis=1), found.observed.sum(axis=0)) / total
    assert total == 150 * 149 / 2
    assert found.expected == pytest.approx(known, rel=0.05, abs=0.1)


def test_a_planted_near_repeat_is_found_and_pure_chance_is_not() -> None:
    chance = scattered(200, (60, 60, 300), seed=3)
    echoes = [(x + 1, y, day + 2) for x, y, day in chance[:40]]
    bands = Bands((200.0,), (7,))
    assert found_in(chance, bands, permutations=999).p[1, 0] > 0.05
    found = found_in(chance + echoes, bands, permutations=999)
    assert found.p[1, 0] == found.p_resolution == 0.001
    assert found.ratio[1, 0] > 3


def test_the_generator_alone_decides_the_permutations() -> None:
    rows = scattered(60, (9, 9, 30), seed=5)
    np.random.seed(0)
    first = found_in(rows, seed=1)
    np.random.seed(99)
    again, other = found_in(rows, seed=1), found_in(rows, seed=2)
    assert (first.expected == again.expected).all()
    assert (first.expected != other.expected).any()


def test_p_counts_the_observed_order_among_the_permutations() -> None:
    dealt = np.array([[[3]], [[5]], [[4]], [[4]]])
    found = judge(np.array([[4]]), dealt)
    assert (found.expected[0, 0], found.ratio[0, 0], found.p[0, 0]) == (4, 1, 4 / 5)
    assert judge(np.array([[6]]), dealt).p[0, 0] == found.p_resolution == 1 / 5


@pytest.mark.parametrize("number", [0, 1])
def test_without_a_pair_nothing_is_found(number: int) -> None:
    found = found_in([(0, 0, 0)] * number)
    assert not found.observed.any()
    assert np.isnan(found.ratio).all()
    assert (found.p == 1).all()


@pytest.mark.parametrize("precision", ["month", None])
def test_incidents_without_a_day_are_refused(precision: str | None) -> None:
    with pytest.raises(UsageError, match="of 1 of these 2 no more than the month"):
        near_repeats(
            np.zeros((2, 2)),
            np.array(["2024-01-01"] * 2, dtype="datetime64[D]"),
            ["day", precision],
            BANDS,
            np.random.default_rng(1),
        )


@pytest.mark.parametrize(
    ("easting", "day"), [(math.nan, "2024-01-01"), (math.inf, "2024-01-01"), (0, "NaT")]
)
def test_incidents_that_lack_place_or_day_are_told(easting: float, day: str) -> None:
    with pytest.raises(UsageError, match="leave out the 1 of 2"):
        near_repeats(
            np.array([[0.0, 0.0], [easting, 0.0]]),
            np.array(["2024-01-01", day], dtype="datetime64[D]"),
            ["day", "day"],
            BANDS,
            np.random.default_rng(1),
        )


@pytest.mark.parametrize(
    ("metres", "days"),
    [((), (7,)), ((200.0,), ()), ((0.0, 100.0), (7,)), ((200.0, 200.0), (7,)),
     ((200.0,), (7, 3)), ((math.nan,), (7,)), ((200.0, math.inf), (7,))],
)  # fmt: skip
def test_edges_must_rise(metres: tuple[float, ...], days: tuple[int, ...]) -> None:
    with pytest.raises(UsageError, match="must be above 0 and rise"):
        Bands(metres, days)


def test_no_permutation_is_no_test() -> None:
    with pytest.raises(UsageError, match="needs a permutation, not 0"):
        found_in([(0, 0, 0)], permutations=0)


def test_more_pairs_than_memory_holds_are_refused_before_they_are_listed() -> None:
    with pytest.raises(UsageError, match="31996000 pairs of incidents are within 200"):
        found_in([(0, 0, 0)] * 8000)


@pytest.mark.parametrize("span_days", [300, 40_000])  # in two bytes, and in four
def test_many_pairs_in_many_orders_are_counted_as_one_by_one(span_days: int) -> None:
    rng = np.random.default_rng(4)
    points = rng.integers(0, 20, (121, 2)).astype(float)  # 7,260 pairs, all near
    number = rng.integers(0, span_days, len(points))
    edges = (30, span_days // 2)
    days = (np.datetime64("1990-01-01") + number).astype("datetime64[D]")
    found = near_repeats(
        points, days, ["minute"] * len(points), Bands((100.0,), edges), dealer(), 300
    )
    first, second = np.triu_indices(len(points), 1)
    same = (points[first] == points[second]).all(axis=1)
    tables, shuffled = [], dealer()
    for order in [number, *(shuffled.permutation(number) for _ in range(300))]:
        band = np.searchsorted(edges, np.abs(order[first] - order[second]), "right")
        tables.append(np.bincount(3 * ~same + band, minlength=9).reshape(3, 3))
    known = judge(tables[0], np.array(tables[1:]))
    for name in ("observed", "expected", "ratio", "p"):
        np.testing.assert_array_equal(getattr(found, name), getattr(known, name))


def dealer() -> np.random.Generator:
    return np.random.default_rng(5)
