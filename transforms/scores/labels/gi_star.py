"""Gi*: which cells stand out together with their neighbours, and which by chance.

Ord and Getis (1995), Geographical Analysis 27(4), with binary weights and each cell
its own neighbour. Many cells are tested at once, so that some stand out by luck: the
rate of false discoveries is held down as in Benjamini and Hochberg (1995), Journal of
the Royal Statistical Society B 57(1).
"""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import ndtr, ndtri

from transforms.cells import Floats


LEVEL = 0.05

# By so much the quick look at |z| errs on the side of a proper test.
_ROUNDING = 1e-6


def ring_sums(values: Floats, links: csr_array) -> Floats:
    """The sum of each cell and its neighbours; both arguments as for Gi*."""
    return np.asarray(links @ values + values)


def gi_star_z(values: Floats, links: csr_array, sums: Floats | None = None) -> Floats:
    """The Gi* of each cell: how many standard errors its ring is above the mean.

    `values` is (cells,) or (cells, steps), each step by itself; `links` is (cells,
    cells), 1 where two cells are neighbours and nothing elsewhere, on the diagonal too;
    `sums` are their ring sums, where those are known. With W cells about a cell, itself
    among them, of n in all,

        z = (sum of the W values - W mean) / (sd sqrt((n W - W^2) / (n - 1))),

    the mean and the population's sd over all cells, those without incidents too. NaN
    where all cells are alike, and where a ring is everything there is.
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
    """How often a standard normal lies as far from zero as z, on either side."""
    return np.asarray(2 * ndtr(-np.abs(z)))


def benjamini_hochberg(p: Floats) -> Floats:
    """q of each p of one family of tests: the lowest level that would let it through.

    NaN is no test: it stays NaN, and is not counted among the tests.
    """
    tested = np.flatnonzero(~np.isnan(p))
    order = tested[np.argsort(p[tested])]
    raised = p[order] * (len(order) / np.arange(1, len(order) + 1))
    q = np.full(p.shape, np.nan)
    q[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    return q


def significant(z: Floats, level: float = LEVEL) -> NDArray[np.int8]:
    """1 for hot, -1 for cold, 0 for neither, at that rate of false discoveries.

    `z` is (cells,) or (cells, steps); each step is a family of tests. The same as
    `benjamini_hochberg` of each and q <= level, but only sorts the few z that could
    be significant if theirs were the only test, those of all steps together.
    """
    steps = z if z.ndim > 1 else z[:, None]
    found = np.zeros(steps.shape, dtype=np.int8)
    tests = np.count_nonzero(~np.isnan(steps), axis=0)
    cell, step = np.nonzero(np.abs(steps) >= -ndtri(level / 2) - _ROUNDING)
    p = two_sided_p(steps[cell, step])
    order = np.lexsort((p, step))
    cell, step, p = cell[order], step[order], p[order]
    rank = np.arange(len(step)) - np.searchsorted(step, step) + 1
    passes = p * (tests[step] / rank) <= level
    last = np.zeros(len(tests), dtype=np.int64)
    np.maximum.at(last, step[passes], rank[passes])
    # whatever ranks before one that passes is let through by it
    beyond = rank <= last[step]
    at = cell[beyond], step[beyond]
    found[at] = np.sign(steps[at])
    return found.reshape(z.shape)
