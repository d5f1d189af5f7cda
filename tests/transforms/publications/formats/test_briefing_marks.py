"""The numbers of a briefing's map: none covers another, none goes far."""

import math
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from transforms.publications.formats.briefing_marks import apart, crowd


PLACES = st.lists(
    st.tuples(st.integers(0, 2000), st.integers(0, 2000)).map(
        lambda p: (float(p[0]), float(p[1]))
    ),
    max_size=12,
)


@given(PLACES)
def test_no_number_covers_another_and_each_stays_near(
    points: list[tuple[float, float]],
) -> None:
    moved = apart(points, 100.0)
    for one, other in combinations(moved, 2):
        assert math.dist(one, other) >= 99.0
    for before, after in zip(points, moved, strict=True):
        assert math.dist(before, after) <= 100.0 * len(points)


@given(PLACES)
def test_what_is_apart_already_stays(points: list[tuple[float, float]]) -> None:
    moved = apart(points, 100.0)
    assert apart(moved, 99.0) == moved


def test_three_on_one_place_all_part() -> None:
    moved = apart([(5.0, 5.0)] * 3, 10.0)
    assert min(math.dist(a, b) for a, b in combinations(moved, 2)) >= 9.9


def test_a_crowd_is_the_square_with_most_of_them() -> None:
    lone = [(0.0, 0.0), (1000.0, 0.0), (0.0, 1000.0)]
    assert crowd(lone, 1000.0) is None
    city = [(500.0, 500.0), (520.0, 510.0), (540.0, 500.0)]
    assert crowd(lone + city, 1000.0) == ((520.0, 505.0), 120.0)
    assert crowd(lone + city[:2], 1000.0) is None
    assert crowd([], 1000.0) is None
