"""Roots found side by side are those that SciPy finds one by one, to the last digit."""

import math
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from transforms.scores.table.roots import roots


PRECISION = 1e-6
LOW, HIGH = -600.0, 10.0
Falling = Callable[[float], float]
# Above zero far down, and below it at the top; some with plateaus, some steep.
SHAPES: list[Callable[[float, float], Falling]] = [
    lambda root, size: lambda x: size * (root - x),
    lambda root, size: lambda x: size * math.tanh((root - x) / 20),
    lambda root, size: lambda x: math.exp(-x / 50) - math.exp(-root / 50),
    lambda root, size: lambda x: min(size, root - x) if x < root else -size,
    lambda root, size: lambda x: size * (root - x) ** 3,
]
FUNCTIONS = st.tuples(
    st.sampled_from(range(len(SHAPES))), st.floats(-599, 9.5), st.floats(1e-3, 1e4)
)


@given(st.lists(FUNCTIONS, max_size=6))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_they_are_scipys(functions: list[tuple[int, float, float]]) -> None:
    made = {of: SHAPES[kind](*to) for of, (kind, *to) in enumerate(functions)}

    def values(at: Mapping[int, float]) -> list[float]:
        return [made[of](x) for of, x in at.items()]

    found = roots(values, dict.fromkeys(made, (LOW, HIGH)), PRECISION)
    assert found == {
        of: brentq(function, LOW, HIGH, xtol=PRECISION) for of, function in made.items()
    }


def test_one_that_is_not_above_zero_at_its_lower_end_ends_there() -> None:
    def values(at: Mapping[int, float]) -> list[float]:
        return [-1.0 if of == 3 else 2.0 - x for of, x in at.items()]

    found = roots(values, {3: (0.0, 5.0), 4: (1.0, 5.0)}, PRECISION)
    assert found == {3: 0.0, 4: pytest.approx(2.0)}


def test_one_without_a_root_is_refused() -> None:
    with pytest.raises(ValueError, match="no root"):
        roots(lambda at: [1.0] * len(at), {0: (0.0, 1.0)}, PRECISION)
