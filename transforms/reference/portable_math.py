"""Functions that give the same bits on every processor: one input, one publication.

NumPy picks its code for `exp`, `log`, powers and the like by what the processor can do,
and OpenBLAS, behind `@`, picks its own by processor and by number of threads. Each is
right to the last digit but one, and a publication is named by the hash of all digits.
PyArrow's kernels call the C library, as `math` does: here they stand in for NumPy's.
Sums, square roots and squares are the same everywhere, and `einsum` as it is called
here does without OpenBLAS.

`tests/test_portable_math.py` finds what must not be called elsewhere.
"""

import math

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import ArrayLike
from scipy.sparse import csr_array

from transforms.reference.arrays import Floats


def exp(values: ArrayLike) -> Floats:
    """e to the power of each value."""
    return _each("exp", values)


def log(values: ArrayLike) -> Floats:
    """The natural logarithm of each value."""
    return _each("ln", values)


def log1p(values: ArrayLike) -> Floats:
    """The natural logarithm of one and each value, exact near zero too."""
    return _each("log1p", values)


def log2(values: ArrayLike) -> Floats:
    """The logarithm of each value to base 2."""
    return _each("log2", values)


def sin(values: ArrayLike) -> Floats:
    """The sine of each value, radians."""
    return _each("sin", values)


def cos(values: ArrayLike) -> Floats:
    """The cosine of each value, radians."""
    return _each("cos", values)


def power(base: ArrayLike, exponent: ArrayLike) -> Floats:
    """Each base to the power of its exponent, broadcast against each other."""
    bases, exponents = np.broadcast_arrays(
        np.asarray(base, dtype=np.float64), np.asarray(exponent, dtype=np.float64)
    )
    return _each("power", bases, exponents.ravel())


def geometric_steps(first: float, last: float, count: int) -> list[float]:
    """So many numbers from the first to the last, each as many times the one before."""
    steps = np.linspace(math.log(first), math.log(last), count)
    return [math.exp(step) for step in steps.tolist()]


def dot(left: Floats, right: Floats) -> float:
    """The sum of the products of two rows of numbers."""
    return float((left * right).sum())


def sparse_product(matrix: csr_array, dense: Floats) -> Floats:
    """A sparse matrix times a vector or a matrix: SciPy adds up in stored order."""
    return np.asarray(matrix @ dense)


def _each(kernel: str, values: ArrayLike, *more: Floats) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    flat = (pa.array(part) for part in (array.ravel(), *more))
    found = pc.call_function(kernel, list(flat)).to_numpy()
    return np.asarray(found.reshape(array.shape))
