"""Gi* equals esda's, and the false discoveries are scipy's."""

import warnings

import numpy as np
import pytest
from esda.getisord import G_Local
from hypothesis import given, settings
from hypothesis import strategies as st
from libpysal.weights import WSP
from scipy.sparse import csr_array
from scipy.special import ndtri
from scipy.stats import false_discovery_control

from tests.oracles import labels as oracles
from transforms.reference.arrays import Floats
from transforms.scores.labels.gi_star import (
    benjamini_hochberg,
    gi_star_z,
    significant,
    two_sided_p,
)


AROUND = [(1, 0), (0, 1), (-1, 1), (-1, 0), (0, -1), (1, -1)]
PLACES = st.tuples(st.integers(0, 6), st.integers(0, 6))
# Most cells have no incident in a month.
COUNTS = st.one_of(st.just(0), st.just(0), st.integers(0, 40))
ODD_Z = st.sampled_from([0.0, -0.0, 1.5, -1.5, 3.0, -3.0, 40.0, float(ndtri(0.025))])
Z = st.one_of(st.floats(-6, 6), ODD_Z, st.just(np.nan))
thorough = settings(max_examples=200)

Lattice = tuple[Floats, list[set[int]]]


@st.composite
def lattices(draw: st.DrawFn) -> Lattice:
    """Counts on scattered cells of a hexagonal lattice, and the neighbours of each."""
    places = draw(st.lists(PLACES, min_size=2, max_size=30, unique=True))
    steps = draw(st.integers(1, 3))
    row = st.lists(COUNTS, min_size=steps, max_size=steps)
    counts = draw(st.lists(row, min_size=len(places), max_size=len(places)))
    at = {place: cell for cell, place in enumerate(places)}
    near = [
        {at[q + i, r + j] for i, j in AROUND if (q + i, r + j) in at} for q, r in places
    ]
    return np.array(counts, dtype=np.float64), near


def linked(neighbours: list[set[int]]) -> csr_array:
    """The 0/1 matrix of neighbours."""
    dense = np.zeros((len(neighbours), len(neighbours)))
    for cell, near in enumerate(neighbours):
        dense[cell, list(near)] = 1
    return csr_array(dense)


def of_esda(values: Floats, links: csr_array) -> Floats:
    """The same by esda, which divides by zero where a ring is everything there is."""
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        warnings.filterwarnings("ignore", "The weights matrix is not fully connected")
        weights = WSP(links.tocsr()).to_W(silence_warnings=True)
        found = G_Local(values, weights, star=True, transform="B", permutations=0)
    return np.asarray(found.Zs)


@given(lattices())
@thorough
def test_z_equals_that_of_esda(lattice: Lattice) -> None:
    counts, near = lattice
    links = linked(near)
    whole = np.array([len(n) + 1 == len(near) for n in near])
    for step, found in zip(counts.T, gi_star_z(counts, links).T, strict=True):
        if len(set(step)) == 1:
            assert np.isnan(found).all()
            continue
        assert (np.isnan(found) == whole).all()
        expected = of_esda(step, links)
        np.testing.assert_allclose(found[~whole], expected[~whole], rtol=0, atol=1e-9)


@given(lattices())
@thorough
def test_z_equals_the_plain_python_oracle(lattice: Lattice) -> None:
    counts, near = lattice
    z = gi_star_z(counts, linked(near))
    assert z.shape == counts.shape
    for step, found in zip(counts.T, z.T, strict=True):
        expected = oracles.gi_star(step.tolist(), near)
        assert found.tolist() == pytest.approx(expected, rel=1e-9, nan_ok=True)
        alone = gi_star_z(step, linked(near))
        assert alone.tolist() == pytest.approx(expected, rel=1e-9, nan_ok=True)


def test_no_cell_stands_out_where_all_are_alike() -> None:
    links = linked([{1}, {0, 2}, {1}, *[set[int]()] * 8])
    values = np.column_stack([np.zeros(11), np.full(11, 0.1), np.arange(11.0)])
    assert values.std(axis=0)[1] > 0  # as floats go
    z = gi_star_z(values, links)
    assert np.isnan(z[:, :2]).all()
    assert np.isfinite(z[:, 2]).all()
    assert not significant(z[:, :2]).any()


@pytest.mark.parametrize("cells", [0, 1])
def test_fewer_than_two_cells_have_no_z(cells: int) -> None:
    links = csr_array((cells, cells))
    assert np.isnan(gi_star_z(np.ones(cells), links)).all()
    z = gi_star_z(np.ones((cells, 3)), links)
    assert z.shape == (cells, 3)
    assert np.isnan(z).all()
    assert significant(z).shape == (cells, 3)


def test_a_ring_of_all_cells_has_no_z_but_leaves_that_of_others() -> None:
    z = gi_star_z(np.array([5.0, 1.0, 0.0]), linked([{1, 2}, {0}, {0}]))
    assert np.isnan(z).tolist() == [True, False, False]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
@thorough
def test_q_equals_that_of_scipy(p: list[float]) -> None:
    found = benjamini_hochberg(np.array(p))
    assert found.tolist() == false_discovery_control(p).tolist()


@given(st.lists(st.one_of(st.floats(0, 1), st.just(np.nan)), max_size=60))
@thorough
def test_q_equals_the_plain_python_oracle(p: list[float]) -> None:
    found = benjamini_hochberg(np.array(p, dtype=np.float64))
    expected = oracles.false_discovery_q(p)
    assert found.tolist() == pytest.approx(expected, rel=1e-12, nan_ok=True)


def test_what_is_no_test_does_not_make_the_others_harder_to_pass() -> None:
    q = benjamini_hochberg(np.array([0.01, np.nan, 0.04, np.nan]))
    assert q.tolist() == pytest.approx([0.02, np.nan, 0.04, np.nan], nan_ok=True)


@given(
    st.integers(1, 3).flatmap(
        lambda steps: st.lists(
            st.lists(Z, min_size=steps, max_size=steps), min_size=1, max_size=60
        )
    ),
    st.sampled_from([0.01, 0.05, 0.1, 0.5]),
)
@thorough
def test_the_short_way_to_significance_equals_the_long_one(
    rows: list[list[float]], level: float
) -> None:
    z = np.array(rows)
    found = significant(z, level)
    assert found.dtype == np.int8
    for step, marks in zip(z.T, found.T, strict=True):
        through = benjamini_hochberg(two_sided_p(step)) <= level
        assert marks.tolist() == [
            int(np.sign(x)) if yes else 0 for x, yes in zip(step, through, strict=True)
        ]
        assert significant(step, level).tolist() == marks.tolist()
        tested = ~np.isnan(step)
        q = false_discovery_control(two_sided_p(step[tested]))
        assert (marks[tested] != 0).tolist() == (q <= level).tolist()


@pytest.mark.parametrize("level", [0.001, 0.01, 0.05, 0.1])
def test_a_z_on_the_very_edge_of_the_level_counts_as_its_q_says(level: float) -> None:
    edge = -ndtri(level / 2)
    for z in (np.nextafter(edge, 0), edge, np.nextafter(edge, 9)):
        column = np.array([z, -z])  # the level is theirs, both being at it
        passes = benjamini_hochberg(two_sided_p(column)) <= level
        assert significant(column, level).tolist() == (passes * [1, -1]).tolist()


def test_p_counts_both_sides() -> None:
    z = np.array([0.0, 1.959963984540054, -1.959963984540054, np.nan])
    expected = [1.0, 0.05, 0.05, np.nan]
    assert two_sided_p(z).tolist() == pytest.approx(expected, nan_ok=True)
