"""The arithmetic that gives the same bits everywhere, and nothing beside it."""

import ast
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.reference import portable_math as portable


ROOT = Path(__file__).parent.parent
ALLOWED_HOME = ROOT / "transforms" / "reference" / "portable_math.py"
# One operation of the processor each, or none: rounded one way everywhere.
EXACT = {
    "abs", "absolute", "add", "bitwise_and", "ceil", "divide", "divmod", "equal",
    "floor", "floor_divide", "fmax", "fmin", "greater", "greater_equal", "isfinite",
    "isinf", "isnan", "isnat", "left_shift", "less", "less_equal", "logical_and",
    "logical_not", "logical_or", "maximum", "minimum", "multiply", "negative",
    "not_equal", "remainder", "right_shift", "rint", "sign", "sqrt", "square",
    "subtract", "trunc",
}  # fmt: skip
# OpenBLAS's, or NumPy's own that sums in an order of its own.
PRODUCTS = {
    "convolve", "corrcoef", "correlate", "cov", "cross", "dot", "einsum_path", "fft",
    "inner", "kron", "linalg", "polyfit", "tensordot", "vander",
}  # fmt: skip
# Which of two equals comes first depends on the processor.
UNSTABLE = {"argpartition", "partition"}
FROM_SCIPY = {
    "betainc", "brentq", "cKDTree", "csr_array", "gammaincc", "gammaincinv",
    "gammaln",
    "linprog",  # of plans: its corner is rounded to whole numbers
    "ndtr", "ndtri",
}  # fmt: skip
positive = st.floats(1e-300, 1e300)


def wrongs(source: str) -> Iterator[str]:
    """What a module does that need not come out alike on two processors."""
    for node in ast.walk(ast.parse(source)):
        for wrong in _wrongs_of(node):
            yield f"line {getattr(node, 'lineno', 0)}: {wrong}"


def _wrongs_of(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Attribute(ast.Name("np" | "numpy"), name):
            yield from _of_numpy(name)
        case ast.ImportFrom("numpy", names):
            for alias in names:
                yield from _of_numpy(alias.name)
        case ast.ImportFrom(str(module), names) if module.startswith("scipy"):
            yield from (a.name for a in names if a.name not in FROM_SCIPY)
        case ast.Import(names):
            yield from (a.name for a in names if a.name.startswith("scipy"))
        case ast.BinOp(op=ast.MatMult()) | ast.AugAssign(op=ast.MatMult()):
            yield "@"
        case ast.BinOp(base, ast.Pow(), exponent) if not _plain(base, exponent):
            yield "**"
        case ast.AugAssign(op=ast.Pow()):
            yield "**="
        case ast.Call(ast.Attribute(_, "dot")) if not _of_portable(node.func):
            yield ".dot()"
        case ast.Call(ast.Attribute(_, "argsort"), keywords=given):
            if not any(ast.unparse(k) == "kind='stable'" for k in given):
                yield "argsort that is not stable"
        case ast.Call(ast.Attribute(_, "einsum"), keywords=given) if given:
            yield "einsum with a choice"  # `optimize` hands it to OpenBLAS


def _of_numpy(name: str) -> Iterator[str]:
    function = getattr(np, name, None)
    if isinstance(function, np.ufunc) and name not in EXACT:
        yield name
    if name in PRODUCTS | UNSTABLE:
        yield name


def _plain(base: ast.expr, exponent: ast.expr) -> bool:
    """A square, which is a product, or a power of two numbers as written."""
    squared = isinstance(exponent, ast.Constant) and exponent.value == 2
    written = (ast.Constant, ast.UnaryOp)
    return squared or (isinstance(base, ast.Constant) and isinstance(exponent, written))


def _of_portable(function: ast.expr) -> bool:
    return ast.unparse(function).startswith("portable_math.")


def test_nothing_is_computed_by_what_the_processor_offers() -> None:
    modules = [*ROOT.glob("transforms/**/*.py"), *ROOT.glob("flows/**/*.py")]
    assert len(modules) > 200
    found = {
        str(path.relative_to(ROOT)): list(wrongs(path.read_text()))
        for path in modules
        if path != ALLOWED_HOME
    }
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize(
    "line",
    [
        "np.exp(x)",
        "ALPHAS = np.exp2(np.arange(4))",
        "numpy.log1p(x)",
        "from numpy import tanh",
        "np.power(x, 2)",
        "prior**power",
        "x **= 3",
        "2.0 ** k",
        "cells @ x",
        "x @= y",
        "cells.dot(x)",
        "np.dot(x, y)",
        "np.linalg.norm(x)",
        "np.hypot(x, y)",
        "np.convolve(x, y)",
        "np.matmul(x, y)",
        "np.argsort(x)",
        "x.argsort(kind='quicksort')",
        "np.argpartition(x, 3)",
        "np.einsum('ij,j->i', x, y, optimize=True)",
        "from scipy.stats import norm",
        "from scipy.special import expit",
        "import scipy.linalg",
    ],
)
def test_what_must_not_come_back_is_found(line: str) -> None:
    assert list(wrongs(line))


@pytest.mark.parametrize(
    "line",
    [
        "np.sqrt(x) + np.add(x, y).sum()",
        "x**2 - 2**31",
        "7.0**-9",
        "np.argsort(x, kind='stable')",
        "np.einsum('ij,j->i', x, y)",
        "math.exp(1)",
        "from scipy.special import gammaln",
    ],
)
def test_what_is_the_same_everywhere_passes(line: str) -> None:
    assert not list(wrongs(line))


@given(st.lists(positive, min_size=1, max_size=40), st.floats(-3, 3))
def test_the_bits_are_those_of_math(values: list[float], exponent: float) -> None:
    array = np.array(values)
    for ours, theirs in (
        (portable.log, math.log),
        (portable.log1p, math.log1p),
        (portable.log2, math.log2),
        (portable.sin, math.sin),
        (portable.cos, math.cos),
    ):
        assert ours(array).tolist() == [theirs(value) for value in values]
    logs = portable.log(array)
    assert portable.exp(logs).tolist() == [math.exp(v) for v in logs.tolist()]
    near = np.clip(array, 1e-90, 1e90)
    assert portable.power(near, exponent).tolist() == [
        math.pow(v, exponent) for v in near.tolist()
    ]


def test_shapes_are_kept_and_broadcast() -> None:
    grid = np.arange(1.0, 13).reshape(3, 4)
    assert portable.log(grid.T).tolist() == [[math.log(v) for v in r] for r in grid.T]
    exponents = np.array([0.5, 1.0, 1.5, 2.0])
    assert portable.power(grid, exponents).tolist() == [
        [math.pow(v, e) for v, e in zip(row, exponents, strict=True)] for row in grid
    ]
    assert portable.power(2.0, np.array([-1, 0, 10])).tolist() == [0.5, 1.0, 1024.0]
    assert portable.exp(np.zeros((0, 3))).shape == (0, 3)
    assert portable.log(np.array([0.0, np.nan]))[0] == -math.inf


def test_steps_grow_by_the_same_factor() -> None:
    steps = portable.geometric_steps(0.05, 50.0, 14)
    assert steps == pytest.approx(np.geomspace(0.05, 50.0, 14).tolist(), rel=1e-14)
