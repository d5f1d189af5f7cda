"""The quick search finds what the likelihood itself says, ties included."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.reference.arrays import Floats
from transforms.reference.portable_math import geometric_steps, power
from transforms.scores.methods import likeliest
from transforms.scores.methods.gamma_poisson import log_likelihood
from transforms.scores.methods.likeliest import Likeliest


ALPHAS = geometric_steps(0.005, 50.0, 18)
POWERS = (0.7, 1.0, 1.2, 2.0)
# Recorded, expected, and the points of a cell.
CELLS = st.lists(
    st.tuples(
        st.one_of(st.just(0.0), st.floats(1e-6, 40)),
        st.one_of(st.just(1e-9), st.floats(1e-6, 40)),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=60,
)
Cell = tuple[float, float, int]


def arrays(cells: list[Cell]) -> tuple[Floats, Floats, Floats]:
    recorded, prior, points = (np.array(column) for column in zip(*cells, strict=True))
    return recorded, prior, np.sqrt(points + 0.02)


@given(CELLS)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_the_weight_is_that_of_the_highest_likelihood(cells: list[Cell]) -> None:
    recorded, prior, shape = arrays(cells)
    weights = np.multiply.outer(ALPHAS, shape)
    plain = ALPHAS[int(log_likelihood(recorded, prior, weights).argmax())]
    expected = plain if recorded.any() else ALPHAS[-1]
    assert Likeliest(shape).weight(recorded, prior, ALPHAS) == expected


@given(CELLS, st.sampled_from(ALPHAS))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_the_prior_is_that_of_the_highest_likelihood(
    cells: list[Cell], alpha: float
) -> None:
    recorded, prior, shape = arrays(cells)
    priors = np.array([power(prior, by) for by in POWERS])
    plain = int(log_likelihood(recorded, priors, alpha * shape).argmax())
    roughly = priors * (1 + 1e-14)
    assert Likeliest(shape).prior(recorded, roughly, alpha, lambda: priors) == plain


def test_equal_ones_are_left_to_the_likelihood(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def counted(recorded: Floats, prior: Floats, weight: Floats) -> Floats:
        asked.append(weight.shape)
        return log_likelihood(recorded, prior, weight)

    monkeypatch.setattr(likeliest, "log_likelihood", counted)
    recorded, prior = np.array([3.0, 0.0, 1.0]), np.array([1.0, 0.5, 2.0])
    search = Likeliest(np.ones(3))
    assert search.weight(recorded, prior, [0.1, 1.0, 10.0]) == 10.0
    assert not asked
    assert search.weight(recorded, prior, [0.1, 10.0, 10.0]) == 10.0
    twice = np.array([prior, prior])
    assert search.prior(recorded, twice, 1.0, lambda: twice) == 0
    assert asked == [(3, 3), (3,)]
