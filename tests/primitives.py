"""`python -m tests.primitives`: what each piece of arithmetic makes of random numbers.

A line for each function of `portable_math`, and for each function of NumPy and SciPy
that scores rest on: its name, and the hash of the bytes that it returns.
"""

from collections.abc import Callable
from hashlib import sha256

import numpy as np
from scipy.sparse import random_array
from scipy.spatial import cKDTree
from scipy.special import betainc, gammaincc, gammaln, ndtr, ndtri

from transforms.reference import portable_math as portable


NUMBERS = 30_011  # odd, and more than one block of any loop
RNG = np.random.default_rng(5)
SMALL = RNG.gamma(0.5, 2.0, NUMBERS) + 1e-9
LARGE = RNG.gamma(2.0, 3.0, NUMBERS)
SIGNED = RNG.normal(0, 20, NUMBERS)
TIED = RNG.integers(0, 99, NUMBERS).astype(float)
SLOT = RNG.integers(0, 500, NUMBERS)
GRID = RNG.normal(size=(257, 301))
FITS, WEIGHTS = RNG.random((4, 9, 2011)), RNG.random((4, 9))
SPARSE = random_array((2000, 2000), density=0.01, random_state=1, format="csr")


def _added_at() -> object:
    sums = np.zeros(500)
    np.add.at(sums, SLOT, SMALL)
    return sums


FOUND: dict[str, Callable[[], object]] = {
    "exp": lambda: portable.exp(SIGNED),
    "log": lambda: portable.log(SMALL),
    "log1p": lambda: portable.log1p(SMALL),
    "log2": lambda: portable.log2(SMALL),
    "sin": lambda: portable.sin(SIGNED),
    "cos": lambda: portable.cos(SIGNED),
    "power": lambda: portable.power(SMALL, 1.35),
    "power of two": lambda: portable.power(2.0, SIGNED),
    "geometric_steps": lambda: portable.geometric_steps(0.005, 50.0, 18),
    "dot": lambda: portable.dot(SMALL, LARGE),
    "sparse_product": lambda: portable.sparse_product(
        SPARSE, GRID[:200, :30].ravel()[:2000]
    ),
    "sparse_product of rows": lambda: portable.sparse_product(
        SPARSE, FITS[0, :7, :2000].T
    ),
    "square": lambda: SIGNED**2,
    "sqrt": lambda: np.sqrt(SMALL),
    "divide": lambda: SMALL / LARGE,
    "round": lambda: np.round(SMALL, 6),
    "sum": lambda: SMALL.sum(),
    "sum of every third": lambda: SMALL[::3].sum(),
    "sum of rows": lambda: GRID.sum(axis=1),
    "sum of columns": lambda: GRID.sum(axis=0),
    "mean": lambda: GRID.mean(axis=0),
    "var": lambda: GRID.var(axis=1, ddof=1),
    "std": lambda: GRID.std(axis=0),
    "cumsum": lambda: np.cumsum(SMALL),
    "add.at": _added_at,
    "bincount": lambda: np.bincount(SLOT, SMALL),
    "einsum of means": lambda: np.einsum("fj,fji->fi", WEIGHTS, FITS),
    "einsum of moves": lambda: np.einsum("fji,fki->fkj", FITS, FITS[:, :2]),
    "einsum of one": lambda: np.einsum("j,ji->i", WEIGHTS[0], FITS[0]),
    "einsum of resamples": lambda: np.einsum("rb,b->r", GRID, GRID[0]),
    "linspace": lambda: np.linspace(-5.3, 3.9, 1001),
    "interp": lambda: np.interp(SMALL, np.sort(LARGE), np.arange(NUMBERS)),
    "trapezoid": lambda: np.trapezoid(SMALL, LARGE),
    "quantile": lambda: np.quantile(SIGNED, [0.025, 0.975]),
    "stable argsort": lambda: np.argsort(TIED, kind="stable"),
    "lexsort": lambda: np.lexsort((SMALL, TIED)),
    "sort": lambda: np.sort(SMALL),
    "unique": lambda: np.unique(TIED, return_index=True)[1],
    "gammaincc": lambda: gammaincc(SMALL, LARGE),
    "gammaln": lambda: gammaln(SMALL),
    "betainc": lambda: betainc(SMALL, TIED + 1, 0.3),
    "ndtr": lambda: ndtr(SIGNED / 9),
    "ndtri": lambda: ndtri(SMALL / (1 + SMALL)),
    "cKDTree": lambda: cKDTree(GRID[:, :2]).query(GRID[:, 2:4], k=2)[0],
    "rng.normal": lambda: np.random.default_rng(1).normal(size=NUMBERS),
    "rng.gamma": lambda: np.random.default_rng(1).gamma(0.45, size=NUMBERS),
    "rng.poisson": lambda: np.random.default_rng(1).poisson(LARGE),
    "rng.lognormal": lambda: np.random.default_rng(1).lognormal(5, 0.4, NUMBERS),
}


if __name__ == "__main__":
    for name, values in FOUND.items():
        print(name, sha256(np.asarray(values()).tobytes()).hexdigest())  # noqa: T201
