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


def gi_star_z(values: Floats, links: csr_array) -> Floats:
    """The Gi* of each cell: how many standard errors its ring is above the mean.

    `values` is (cells,) or (cells, steps), each step by itself; `links` is (cells,
    cells), 1 where two cells are neighbours and 0 elsewhere, the diagonal too. With W
    cells about a cell, itself among them, of n in all,

        z = (sum of the W values - W mean) / (sd sqrt((n W - W^2) / (n - 1))),

    the mean and the population's sd over all cells, those without incidents too. NaN
    where all cells are alike, and where a ring is everything there is.
    """
    cells = len(values)
    if cells < 2:
        return np.full(values.shape, np.nan)
    steps = values.reshape(cells, -1).astype(np.float64)
    about = np.asarray(links.sum(axis=1), dtype=np.float64)[:, None] + 1
    spread = np.sqrt((cells * about - about**2) / (cells - 1))
    deviation = steps.std(axis=0)
    # The deviation of equal values need not come out as zero exactly.
    deviation[np.ptp(steps, axis=0) == 0] = np.nan
    spread[spread == 0] = np.nan
    above = links @ steps
    above += steps
    above -= about * steps.mean(axis=0)
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
    tested = ~np.isnan(p)
    q = np.full(p.shape, np.nan)
    q[tested] = _adjusted(p[tested], int(tested.sum()))
    return q


def _adjusted(p: Floats, tests: int) -> Floats:
    """q of the lowest p among so many tests: exact if they are all of them.

    The factor tests / rank is never below 1. Multiplied by it, a p above some level
    stays above, also after rounding: q of the others is the same without it, as far
    as that level goes.
    """
    order = np.argsort(p)
    raised = p[order] * (tests / np.arange(1, len(p) + 1))
    q = np.empty(len(p))
    q[order] = np.minimum.accumulate(raised[::-1])[::-1]
    return np.minimum(q, 1.0)


def significant(z: Floats, level: float = LEVEL) -> NDArray[np.int8]:
    """1 for hot, -1 for cold, 0 for neither, at that rate of false discoveries.

    `z` is (cells,) or (cells, steps); each step is a family of tests. The same as
    `benjamini_hochberg` of each and q <= level, but only sorts the few z that could
    be significant if theirs were the only test.
    """
    found = np.zeros(z.shape, dtype=np.int8)
    nearest = -ndtri(level / 2) - _ROUNDING
    for step, marks in zip(np.atleast_2d(z.T), np.atleast_2d(found.T), strict=True):
        tests = len(step) - int(np.isnan(step).sum())
        likely = np.flatnonzero(np.abs(step) >= nearest)
        q = _adjusted(two_sided_p(step[likely]), tests)
        beyond = likely[q <= level]
        marks[beyond] = np.sign(step[beyond])
    return found
