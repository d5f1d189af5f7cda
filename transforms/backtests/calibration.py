"""Whether expectations match what happens, and how often intervals contain it.

All arrays are (cells,): expected and counted incidents of one month.
"""

from math import inf, nan

import numpy as np
from scipy.special import betainc, gammaln

from transforms.reference.arrays import Cells, Floats
from transforms.reference.portable_math import log


INTERVAL = (0.025, 0.975)
# Below 0.2 incidents nearly every count is 0, which any interval contains.
BANDS = ((0.2, 1.0), (1.0, 5.0), (5.0, inf))
BAND_NAMES = ("0.2 to 1", "1 to 5", "over 5")
# Crime can happen where none was expected: its log score is low, not infinite.
MEAN_FLOOR = 1e-6


def log_score(mean: Floats, outcome: Floats) -> float:
    """Mean over cells of the log probability of the outcome, Poisson about the mean.

    Higher is better; NaN if there are no cells.
    """
    floored = np.maximum(mean, MEAN_FLOOR)
    log_probability = outcome * log(floored) - floored - gammaln(outcome + 1)
    return float(log_probability.mean()) if len(mean) else nan


def reliability(
    mean: Floats, outcome: Floats, tenths: int = 10
) -> tuple[Floats, Floats]:
    """Expected and observed incidents, (tenths,) each, from the lowest means up.

    Tenths have about equal expected crime, not equal numbers of cells, because nearly
    all cells expect nearly nothing. A cell belongs to the tenth that its middle falls
    in, so a cell that expects much may leave a tenth empty. Ties keep their order.
    """
    order = np.argsort(mean, kind="stable")
    expected, observed = mean[order], outcome[order]
    up_to = np.cumsum(expected)
    middle = up_to - expected / 2
    total = up_to[-1] if len(up_to) and up_to[-1] else 1.0
    tenth = np.minimum(tenths * middle / total, tenths - 1).astype(np.intp)
    sums = [np.bincount(tenth, of, tenths) for of in (expected, observed)]
    return np.asarray(sums[0], dtype=float), np.asarray(sums[1], dtype=float)


def pit_inside(
    mean: Floats,
    size: Floats,
    outcome: Floats,
    interval: tuple[float, float] = INTERVAL,
) -> Floats:
    """Probability that each cell's randomised PIT is inside the interval.

    The PIT of a count y is drawn uniformly between F(y - 1) and F(y), with F the
    distribution function of the negative binomial: Czado, Gneiting and Held (2009),
    Biometrics 65. If F is true, the PIT is uniform, and is between 0.025 and 0.975 in
    95 of 100 cells. Nothing is drawn here: we return the expectation over the draw, the
    part of that step inside the interval, so the same data always give the same result.
    """
    success = size / (size + mean)
    above = betainc(size, outcome + 1, success)
    below = np.where(outcome > 0, betainc(size, np.maximum(outcome, 1), success), 0.0)
    low, high = interval
    covered = np.minimum(above, high) - np.maximum(below, low)
    # a count so far out that its step has no width is outside
    inside = np.zeros(len(mean))
    np.divide(covered, above - below, out=inside, where=above > below)
    return np.maximum(inside, 0.0)


def coverage_by_band(
    mean: Floats, size: Floats, outcome: Floats
) -> tuple[Floats, Floats]:
    """Cells in each of `BANDS` of the mean, and how many of them are inside: (3,) each.

    `size` is the negative binomial's. Sums over months and forces may be added up.
    """
    cells, inside = np.zeros(len(BANDS)), np.zeros(len(BANDS))
    for i, (low, high) in enumerate(BANDS):
        among = (mean >= low) & (mean < high)
        cells[i] = among.sum()
        inside[i] = pit_inside(mean[among], size[among], outcome[among]).sum()
    return cells, inside


def jaccard(top_a: Cells, top_b: Cells) -> float:
    """Overlap of two sets of cells: shared over all; NaN if there are none."""
    either = len(np.union1d(top_a, top_b))
    return len(np.intersect1d(top_a, top_b)) / either if either else nan
