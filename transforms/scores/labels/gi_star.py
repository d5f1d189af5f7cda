"""Gi*: which cells stand out with their neighbours by more than chance.

Ord and Getis (1995), Geographical Analysis 27(4), with binary weights and each cell
its own neighbour. Many cells are tested at once, so some stand out by luck: the rate of
false discoveries is controlled as in Benjamini and Hochberg (1995), Journal of the
Royal Statistical Society B 57(1).
"""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import ndtr, ndtri

from transforms.reference.arrays import Floats
from transforms.reference.portable_math import sparse_product


LEVEL = 0.05

# How far below the limit the quick check of |z| still passes a cell on to the test.
_ROUNDING = 1e-6


def ring_sums(values: Floats, links: csr_array) -> Floats:
    """The sum of each cell and its neighbours; both arguments as for Gi*."""
    return np.asarray(sparse_product(links, values) + values)


def gi_star_z(values: Floats, links: csr_array, sums: Floats | None = None) -> Floats:
    """Gi* of each cell: how many standard errors its ring is above the mean.

    `values` is (cells,) or (cells, steps), each step by itself; `links` is (cells,
    cells), 1 where two cells are neighbours, empty elsewhere and on the diagonal;
    `sums` are their ring sums, if known. With W cells in the ring, including the cell
    itself, of n in all,

        z = (sum of the W values - W mean) / (sd sqrt((n W - W^2) / (n - 1))),

    with the mean and the population's sd over all cells, including those without
    incidents. NaN where all cells are equal, and where a ring contains every cell.
    """
    cells = len(values)
    if cells < 2:
        return np.full(values.shape, np.nan)
    steps = values.reshape(cells, -1).astype(np.float64, copy=False)
    about = np.diff(links.indptr).astype(np.float64)[:, None] + 1
    spread = np.sqrt((cells * about - about**2) / (cells - 1))
    mean = steps.mean(axis=0, keepdims=True)
    deviation = steps.std(axis=0, mean=mean)
    # The deviation of equal values need not come out as zero exactly.
    deviation[(steps == steps[0]).all(axis=0)] = np.nan
    spread[spread == 0] = np.nan
    if sums is None:
        sums = ring_sums(steps, links)
    above = sums.reshape(steps.shape) - about * mean
    above /= spread
    above /= deviation
    return np.asarray(above.reshape(values.shape))


def two_sided_p(z: Floats) -> Floats:
    """The probability that a standard normal is at least as far from zero as z."""
    return np.asarray(2 * ndtr(-np.abs(z)))


def benjamini_hochberg(p: Floats) -> Floats:
    """q of each p of one family of tests: the lowest level at which it is significant.

    NaN is not a test: it stays NaN and is not counted among the tests.
    """
    tested = np.flatnonzero(~np.isnan(p))
    order = tested[np.argsort(p[tested], kind="stable")]
    raised = p[order] * (len(order) / np.arange(1, len(order) + 1))
    q = np.full(p.shape, np.nan)
    q[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    return q


def significant(z: Floats, level: float = LEVEL) -> NDArray[np.int8]:
    """1 for hot, -1 for cold, 0 for neither, at that rate of false discoveries.

    `z` is (cells,) or (cells, steps); each step is a family of tests. The same as q <=
    level with the q of `benjamini_hochberg`, but it sorts only the few z that would be
    significant as single tests, those of all steps together.
    """
    steps = z if z.ndim > 1 else z[:, None]
    signs = np.zeros(steps.shape, dtype=np.int8)
    tests = np.count_nonzero(~np.isnan(steps), axis=0)
    cell, step = np.nonzero(np.abs(steps) >= -ndtri(level / 2) - _ROUNDING)
    p = two_sided_p(steps[cell, step])
    order = np.lexsort((p, step))
    cell, step, p = cell[order], step[order], p[order]
    rank = np.arange(len(step)) - np.searchsorted(step, step) + 1
    passes = p * (tests[step] / rank) <= level
    last = np.zeros(len(tests), dtype=np.int64)
    np.maximum.at(last, step[passes], rank[passes])
    # every test that ranks before one that passes is significant too
    beyond = rank <= last[step]
    at = cell[beyond], step[beyond]
    signs[at] = np.sign(steps[at])
    return signs.reshape(z.shape)
