"""Hot spots: connected, within their limits, and the same ones from month to month."""

from fractions import Fraction

import h3
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles import scores as oracles
from transforms.reference.cells import areas_m2, as_text, from_text, rings
from transforms.reference.score_settings import HotspotLimits
from transforms.scores.hotspots import Named, clusters, named


CENTRE = h3.latlng_to_cell(52.5, -1.5, 9)
DISK = np.sort(from_text(list(h3.grid_disk(CENTRE, 4))))
LINKS, AREAS_M2 = rings(DISK)[0], areas_m2(DISK)
ONE_M2 = float(AREAS_M2.mean())
MEAN = np.ones(len(DISK))
ANY_LIMIT = HotspotLimits(5.0, 100, 1e9)

RANKS = st.permutations(range(1, len(DISK) + 1)).map(
    lambda ranks: np.array(ranks, dtype=np.int32)
)
LIMITS = st.builds(
    HotspotLimits,
    st.sampled_from([1.0, 5.0, 20.0, 50.0, 100.0]),
    st.integers(1, 14),
    st.floats(1.2 * ONE_M2, 15 * ONE_M2),
)
thorough = settings(max_examples=150)


def ranked_first(*cells: str) -> np.ndarray:
    """Ranks with those cells at the top, in that order."""
    first = [as_text(DISK).index(cell) for cell in cells]
    order = [*first, *(row for row in range(len(DISK)) if row not in first)]
    rank = np.empty(len(DISK), dtype=np.int32)
    rank[order] = np.arange(1, len(DISK) + 1)
    return rank


def clustered(rank: np.ndarray, limits: HotspotLimits) -> list[list[str]]:
    return [
        as_text(DISK[spot]) for spot in clusters(rank, MEAN, LINKS, AREAS_M2, limits)
    ]


@given(RANKS, LIMITS)
@thorough
def test_clusters_equal_the_plain_python_oracle(
    rank: np.ndarray, limits: HotspotLimits
) -> None:
    of_cell = dict(zip(as_text(DISK), rank.tolist(), strict=True))
    share = Fraction(limits.share_percent)
    assert clustered(rank, limits) == oracles.clusters(
        of_cell,
        dict.fromkeys(of_cell, 1.0),
        share,
        limits.max_cells,
        limits.max_area_m2,
    )


@given(RANKS, LIMITS)
@thorough
def test_every_top_cell_is_in_one_hot_spot_and_no_other_cell_in_any(
    rank: np.ndarray, limits: HotspotLimits
) -> None:
    found = clusters(rank, MEAN, LINKS, AREAS_M2, limits)
    inside = [row for spot in found for row in spot]
    top = np.flatnonzero(rank <= np.ceil(limits.share_percent * len(rank) / 100))
    assert sorted(inside) == top.tolist()


@given(RANKS, LIMITS)
@thorough
def test_a_hot_spot_is_connected_and_within_its_limits(
    rank: np.ndarray, limits: HotspotLimits
) -> None:
    for spot in clusters(rank, MEAN, LINKS, AREAS_M2, limits):
        assert len(spot) <= 1.5 * limits.max_cells
        assert AREAS_M2[spot].sum() <= 1.5 * limits.max_area_m2
        seen, reached = set(), {spot[0]}
        while reached:
            row = reached.pop()
            seen.add(row)
            near = LINKS[[row]].toarray()[0].nonzero()[0].tolist()
            reached |= {one for one in near if one in spot} - seen
        assert seen == set(spot)


@given(RANKS, LIMITS)
@thorough
def test_no_remnant_is_left_beside_a_hot_spot_that_has_room_for_it(
    rank: np.ndarray, limits: HotspotLimits
) -> None:
    found = clusters(rank, MEAN, LINKS, AREAS_M2, limits)
    for spot in found:
        if len(spot) > limits.max_cells // 4:
            continue
        near = set(LINKS[spot].nonzero()[1].tolist())
        for other in found:
            both = spot + other
            if other is not spot and near & set(other):
                assert (
                    len(both) > 1.5 * limits.max_cells
                    or AREAS_M2[both].sum() > 1.5 * limits.max_area_m2
                )


@given(RANKS, LIMITS)
@thorough
def test_the_highest_cells_start_and_each_starts_higher_than_the_next(
    rank: np.ndarray, limits: HotspotLimits
) -> None:
    found = clusters(rank, MEAN, LINKS, AREAS_M2, limits)
    seeds = [rank[spot[0]] for spot in found]
    assert seeds[0] == 1
    assert seeds == sorted(seeds)
    assert all(rank[spot[0]] == rank[spot].min() for spot in found)


def test_a_chain_is_one_hot_spot_and_a_gap_makes_two() -> None:
    chain = h3.grid_path_cells(CENTRE, sorted(h3.grid_ring(CENTRE, 4))[0])
    assert len(chain) == 5
    limits = HotspotLimits(500 / len(DISK), 12, 1e9)  # five cells
    assert clustered(ranked_first(*chain), limits) == [chain]
    away = next(c for c in h3.grid_ring(CENTRE, 4) if h3.grid_distance(c, chain[4]) > 4)
    split = [*chain[:4], away]
    assert clustered(ranked_first(*split), limits) == [chain[:4], [away]]


def test_what_is_over_a_limit_starts_a_hot_spot_of_its_own() -> None:
    chain = h3.grid_path_cells(CENTRE, sorted(h3.grid_ring(CENTRE, 4))[0])
    five_cells = 500 / len(DISK)
    for limits in (
        HotspotLimits(five_cells, 3, 1e9),
        HotspotLimits(five_cells, 12, 3.2 * ONE_M2),
    ):
        assert clustered(ranked_first(*chain), limits) == [chain[:3], chain[3:]]


def test_what_a_limit_cuts_off_a_disk_is_no_rind_of_single_cells() -> None:
    """Nineteen cells about a centre: twelve, and seven around them."""
    disk = [CENTRE, *h3.grid_ring(CENTRE, 1), *h3.grid_ring(CENTRE, 2)]
    share = 1900 / len(DISK)
    found = clustered(ranked_first(*disk), HotspotLimits(share, 12, 1e9))
    assert sorted(c for spot in found for c in spot) == sorted(disk)
    assert len(found) <= 2
    assert min(map(len, found)) > 3


def test_where_nothing_is_expected_there_is_no_hot_spot() -> None:
    rank = ranked_first(CENTRE)
    only = np.where(rank == 1, 0.5, 0.0)
    assert clusters(rank, only, LINKS, AREAS_M2, ANY_LIMIT) == [[int(rank.argmin())]]
    assert clusters(rank, 0 * only, LINKS, AREAS_M2, ANY_LIMIT) == []


def test_a_share_is_taken_in_whole_numbers() -> None:
    rank = np.arange(1, len(DISK) + 1, dtype=np.int32)
    limits = HotspotLimits(100 * 7 / len(DISK), 1, 1e9)
    assert len(clusters(rank, MEAN, LINKS, AREAS_M2, limits)) == 7


def test_without_a_universe_there_is_no_hot_spot() -> None:
    none = np.empty(0, dtype=np.int32)
    assert clusters(none, MEAN[:0], LINKS[:0, :0], AREAS_M2[:0], ANY_LIMIT) == []


# --- what they are called ---

CELLS = as_text(DISK)[:14]


@st.composite
def spots(draw: st.DrawFn) -> list[list[str]]:
    """Some of a few cells in some hot spots, each cell in one at most."""
    order = draw(st.permutations(CELLS))
    sizes = draw(st.lists(st.integers(1, 5), max_size=6))
    found, at = [], 0
    for size in sizes:
        found.append(order[at : at + size])
        at += size
    return [spot for spot in found if spot]


def names(spots: list[list[str]], earlier: Named) -> Named:
    """By id the cells of each hot spot."""
    found = named("kent-burglary", [from_text(spot) for spot in spots], earlier)
    return {name: frozenset(cells.tolist()) for name, cells in found.items()}


def texts(found: Named) -> dict[str, set[str]]:
    return {name: {f"{cell:x}" for cell in cells} for name, cells in found.items()}


@given(st.lists(spots(), min_size=2, max_size=5))
@thorough
def test_names_equal_the_plain_python_oracle_month_after_month(
    months: list[list[list[str]]],
) -> None:
    found: Named = {}
    expected: dict[str, set[str]] = {}
    for month in months:
        found = names(month, found)
        expected = oracles.named("kent-burglary", month, expected)
        assert texts(found) == expected


@given(st.lists(spots(), min_size=2, max_size=5))
@thorough
def test_every_hot_spot_has_an_id_and_no_two_have_the_same(
    months: list[list[list[str]]],
) -> None:
    found: Named = {}
    for month in months:
        found = names(month, found)
        assert sorted(map(sorted, texts(found).values())) == sorted(map(sorted, month))


@given(spots(), spots())
@thorough
def test_an_id_lives_on_if_most_cells_of_both_are_the_same_and_only_then(
    before: list[list[str]], after: list[list[str]]
) -> None:
    earlier = names(before, {})
    found = texts(names(after, earlier))
    for name, old in texts(earlier).items():
        heir = [
            spot
            for spot in map(set, after)
            if 2 * len(spot & old) > len(old) and 2 * len(spot & old) > len(spot)
        ]
        assert len(heir) <= 1
        if heir:
            assert found[name] == heir[0]


A, B, C, D, E, F = CELLS[:6]


def test_a_new_hot_spot_is_named_for_its_highest_cell() -> None:
    assert texts(names([[B, A], [C]], {})) == {
        f"kent-burglary-{B}": {A, B},
        f"kent-burglary-{C}": {C},
    }


def test_it_keeps_its_id_when_another_cell_is_highest() -> None:
    earlier = names([[A, B, C]], {})
    assert texts(names([[B, C, D]], earlier)) == {f"kent-burglary-{A}": {B, C, D}}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([A, B, C, D], [A, B]),  # half of what it was
        ([A, B, C], [A, B, C, D, E, F]),  # half of what it is
        ([A, B, C, D], [A, E, F]),
    ],
)
def test_half_of_the_cells_are_too_few(before: list[str], after: list[str]) -> None:
    earlier = {"kent-burglary-old": frozenset(from_text(before).tolist())}
    assert names([after], earlier).keys() == {f"kent-burglary-{A}"}


def test_an_anchor_whose_hot_spot_moved_on_gets_a_number() -> None:
    first = names([[A, B, C]], {})
    second = names([[B, C, D], [A]], first)
    assert texts(second) == {
        f"kent-burglary-{A}": {B, C, D},
        f"kent-burglary-{A}-2": {A},
    }
    third = names([[B, C, D], [A]], second)
    assert third == second
    moved = {f"kent-burglary-{A}": {B, C, D}, f"kent-burglary-{A}-2": {E, F}}
    held = {n: frozenset(from_text(sorted(c)).tolist()) for n, c in moved.items()}
    fourth = names([[B, C, D], [E, F], [A]], held)
    assert texts(fourth) == {**moved, f"kent-burglary-{A}-3": {A}}


def test_of_a_hot_spot_that_splits_the_larger_part_keeps_the_id() -> None:
    earlier = names([[A, B, C, D, E]], {})
    assert texts(names([[D, E], [A, B, C]], earlier)) == {
        f"kent-burglary-{A}": {A, B, C},
        f"kent-burglary-{D}": {D, E},
    }
